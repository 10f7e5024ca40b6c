"""A bidder as tutorials write it: FastAPI, and a budget in Redis that every bid reads and then counts.

Same bodies, same bids as bench/bidder-decision.ts. With PEER_REDIS_PORT unset it keeps no budget at all.
"""

import json
import os

import redis.asyncio as redis
from fastapi import FastAPI, Request, Response

OPEN_CPM_MICROS = 1_800_000
VIDEO_SECONDS = 15
BANNER_SIZES = {(300, 250), (728, 90), (320, 50), (160, 600), (970, 250)}
DEALS = {f"deal-{index}": 1_500_000 + index * 2_500 for index in range(1_000)}

app = FastAPI()
redis_port = os.environ.get("PEER_REDIS_PORT")
budgets = redis.Redis(host="127.0.0.1", port=int(redis_port), decode_responses=True) if redis_port else None


def micros(cpm: float) -> int:
    return round(cpm * 1e6)


def fit(imp: dict) -> tuple[int, int, int] | None:
    banner = imp.get("banner")
    if banner is not None:
        for size in banner.get("format") or [banner]:
            if (size.get("w"), size.get("h")) in BANNER_SIZES:
                return size["w"], size["h"], 1
    video = imp.get("video")
    if video is not None and "video/mp4" in video["mimes"]:
        if video["minduration"] <= VIDEO_SECONDS <= video["maxduration"]:
            return video["w"], video["h"], 2
    return None


def price(imp: dict) -> tuple[int, str | None]:
    pmp = imp.get("pmp", {})
    best, dealid = 0, None
    for deal in pmp.get("deals", []):
        cpm = DEALS.get(deal["id"])
        if cpm is not None and cpm >= micros(deal.get("bidfloor", 0)) and cpm > best:
            best, dealid = cpm, deal["id"]
    if best > 0:
        return best, dealid
    if pmp.get("private_auction", 0) == 0 and OPEN_CPM_MICROS >= micros(imp.get("bidfloor", 0)):
        return OPEN_CPM_MICROS, None
    return 0, None


def markup(crid: str, w: int, h: int, mtype: int) -> str:
    if mtype == 1:
        return (
            f'<a href="https://click.example/c?cr={crid}" target="_blank">'
            f'<img src="https://cdn.example/{crid}.jpg" width="{w}" height="{h}" alt="Advertisement"></a>'
            f'<img src="https://track.example/i?cr={crid}&p=${{AUCTION_PRICE}}" width="1" height="1">'
        )
    return (
        '<VAST version="4.2"><Ad><InLine><AdSystem>bench</AdSystem>'
        f"<Impression><![CDATA[https://track.example/i?cr={crid}&p=${{AUCTION_PRICE}}]]></Impression>"
        "<Creatives><Creative><Linear><Duration>00:00:15</Duration></Linear></Creative></Creatives>"
        "</InLine></Ad></VAST>"
    )


async def has_budget(campaign: str, cpm: int) -> bool:
    """The usual check: read the budget, bid, count the spend."""
    if budgets is None:
        return True
    budget = await budgets.get(f"budget:{campaign}")
    if budget is not None and int(budget) < cpm:
        return False
    await budgets.hincrby("spend", campaign, cpm)
    return True


@app.post("/openrtb2/bid/{exchange}")
async def bid(exchange: str, request: Request) -> Response:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return Response(status_code=400)
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        return Response(status_code=400)
    bids = []
    for imp in body["imp"]:
        found = fit(imp)
        if found is None:
            continue
        cpm, dealid = price(imp)
        if cpm == 0 or not await has_budget("campaign-1", cpm):
            continue
        w, h, mtype = found
        crid = f"creative-{w}x{h}"
        bids.append(
            {
                "id": f"{body['id']}:{imp['id']}",
                "impid": imp["id"],
                "price": cpm / 1e6,
                **({"dealid": dealid} if dealid is not None else {}),
                "adm": markup(crid, w, h, mtype),
                "adomain": ["brand.example"],
                "cid": "campaign-1",
                "crid": crid,
                "w": w,
                "h": h,
                "mtype": mtype,
            }
        )
    if not bids:
        return Response(status_code=204)
    answer = {"id": body["id"], "cur": "USD", "seatbid": [{"seat": "gavotte", "bid": bids}]}
    return Response(json.dumps(answer), media_type="application/json", headers={"x-openrtb-version": "2.6"})
