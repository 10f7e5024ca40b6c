import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import { convertUp } from '../rates.ts';
import { floorOf } from '../response/floors.ts';
import type { WireDeal, WireImp, WireRequest } from '../wire.ts';

/** A bid object as it leaves, open to be spoilt by a test. */
export type SampleBid = Record<string, unknown> & { id: string; impid: string; price: number };

/** Makes the URL of a notice; `kind` is win, bill, loss, imp or click. */
export type NoticeUrl = (bidId: string, kind: string) => string;

export const plainUrl: NoticeUrl = (bidId, kind) =>
  `https://bidder.example/n/${kind}?t=${bidId}${MACROS[kind] ?? ''}`;

const PAID = `&p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}&m=\${AUCTION_MULTIPLIER}`;
/** What the exchange fills in, by kind of notice. */
export const MACROS: Readonly<Record<string, string>> = {
  win: PAID,
  bill: PAID,
  imp: PAID,
  loss: `&p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}&l=\${AUCTION_LOSS}&w=\${AUCTION_MIN_TO_WIN}`,
};

/**
 * One correct bid on that imp, in the first format it takes: at the floor, or at `cpmMicros` USD if that is more. Under
 * a deal at its price.
 */
export function sampleBid(
  request: WireRequest,
  imp: WireImp,
  deal: WireDeal | undefined,
  options: { id: string; cpmMicros: number; url?: NoticeUrl },
): SampleBid {
  const currency = currencyOf(request);
  const format = imp.banner ? 'banner' : imp.video ? 'video' : imp.audio ? 'audio' : 'native';
  const slot = imp.banner ? undefined : (imp.video ?? imp.audio);
  const dur = slot === undefined ? 0 : (slot.rqddurs?.[0] ?? 15);
  const floor = floorOf(imp, slot, deal, dur);
  const lowest = convertUp(floor.micros, floor.currency, currency);
  const wanted = convertUp(options.cpmMicros, 'USD', currency);
  const price =
    deal !== undefined && (deal.at ?? request.at) === 3 ? Math.max(1, lowest) : Math.max(lowest, wanted);
  const urlOf = options.url ?? plainUrl;
  const timed = slot !== undefined;
  return {
    id: options.id,
    impid: imp.id,
    price: price / MICROS_PER_UNIT,
    cid: 'campaign-1',
    crid: `creative-${format}`,
    adomain: ['brand.example'],
    cat: ['IAB3'],
    iurl: 'https://cdn.example/sample.png',
    mtype: { banner: 1, video: 2, audio: 3, native: 4 }[format],
    exp: imp.exp ?? 60,
    nurl: urlOf(options.id, 'win'),
    lurl: urlOf(options.id, 'loss'),
    ...(timed ? { dur, protocol: 3 } : { burl: urlOf(options.id, 'bill') }),
    ...(format === 'banner' ? { w: imp.banner!.w, h: imp.banner!.h } : {}),
    ...(deal === undefined ? {} : { dealid: deal.id }),
    ...((request.regs?.ext?.dsa?.dsarequired ?? 0) >= 2
      ? { ext: { dsa: { behalf: 'brand', paid: 'brand' } } }
      : {}),
    adm: timed
      ? sampleVast(options.id, dur, slot.mimes[0]!, urlOf)
      : format === 'native'
        ? sampleNative(options.id, imp, urlOf)
        : `<a href="${attribute(urlOf(options.id, 'click'))}"><img src="https://cdn.example/a.png"></a>` +
          `<img src="${attribute(urlOf(options.id, 'imp'))}" width="1" height="1">`,
  };
}

function attribute(url: string): string {
  return url.replaceAll('&', '&amp;');
}

function sampleVast(bidId: string, seconds: number, mime: string, urlOf: NoticeUrl): string {
  const clock = `00:00:${String(seconds).padStart(2, '0')}`;
  return (
    `<?xml version="1.0"?><VAST version="3.0"><Ad id="1"><InLine><AdSystem>sample</AdSystem><AdTitle>Sample</AdTitle>` +
    `<Impression><![CDATA[${urlOf(bidId, 'imp')}]]></Impression><Creatives><Creative><Linear>` +
    `<Duration>${clock}</Duration><VideoClicks><ClickThrough><![CDATA[${urlOf(bidId, 'click')}]]></ClickThrough>` +
    `</VideoClicks><MediaFiles><MediaFile delivery="progressive" type="${mime}" width="640" height="360" bitrate="800">` +
    `<![CDATA[https://cdn.example/a]]></MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`
  );
}

interface AskedAsset {
  readonly id: number;
  readonly title?: { readonly len: number };
  readonly img?: { readonly wmin: number; readonly hmin: number };
  readonly data?: { readonly len: number };
}

function sampleNative(bidId: string, imp: WireImp, urlOf: NoticeUrl): string {
  const parsed = JSON.parse(imp.native!.request) as {
    native?: { assets: AskedAsset[] };
    assets: AskedAsset[];
  };
  const asked = (parsed.native ?? parsed).assets;
  const assets = asked.map(({ id, title, img }) =>
    title !== undefined
      ? { id, title: { text: 'A sample' } }
      : img !== undefined
        ? { id, img: { url: 'https://cdn.example/a.png', w: img.wmin, h: img.hmin } }
        : { id, data: { value: 'Sample' } },
  );
  return JSON.stringify({
    ver: '1.2',
    link: { url: urlOf(bidId, 'click') },
    assets,
    eventtrackers: [{ event: 1, method: 1, url: urlOf(bidId, 'imp') }],
  });
}

/** The currency to bid in: the first that the request takes. */
export function currencyOf(request: WireRequest): string {
  return request.cur?.[0] ?? 'USD';
}

/** A response with these bids under one seat, as bytes. */
export function sampleResponse(
  request: WireRequest,
  bids: readonly SampleBid[],
  seat: string,
  over: Record<string, unknown> = {},
): Uint8Array {
  const body = {
    id: request.id,
    cur: currencyOf(request),
    bidid: 'r1',
    seatbid: [{ seat, bid: bids }],
    ...over,
  };
  return Buffer.from(JSON.stringify(body));
}
