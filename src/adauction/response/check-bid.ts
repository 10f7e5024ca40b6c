import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import { convertUp, isBelow, isTraded } from '../rates.ts';
import type { AdFormat } from '../traffic/options.ts';
import type { WireDeal, WireImp, WireRequest, WireVideo } from '../wire.ts';
import { checkCreative } from './check-creative.ts';
import type { CheckedBid } from './checked.ts';
import { asNumber, asObject, asText, asTexts, type Loose } from './fields.ts';
import { floorOf } from './floors.ts';
import { type Markup, readMarkup } from './markup.ts';
import { LOSS, RESPONSE_RULES, type ResponseRule, type Violation } from './rules.ts';

/** What the bids of one response share. */
export interface ResponseFrame {
  readonly request: WireRequest;
  readonly currency: string;
  readonly responseBidId: string;
  /** Ids of bids that were seen before. */
  readonly seen: Set<string>;
}

/** One bid under inspection. */
export interface BidCase extends ResponseFrame {
  readonly bid: Loose;
  readonly seat: string;
  readonly imp: WireImp;
  readonly deal: WireDeal | undefined;
  readonly format: AdFormat;
  readonly slot: WireVideo | undefined;
  readonly seconds: number;
  readonly price: number;
  /** Notes a violation; the first one that costs the bid its place decides the loss reason. */
  blame(rule: ResponseRule, found: string, loss?: number): void;
}

const FORMAT_BY_MTYPE: readonly AdFormat[] = ['banner', 'video', 'audio', 'native'];

/** Inspects one bid; undefined when it names no imp of the request, so that nothing can be done with it. */
export function checkBid(
  frame: ResponseFrame,
  seat: string,
  bid: Loose,
  violations: Violation[],
): CheckedBid | undefined {
  const id = asText(bid.id);
  const impId = asText(bid.impid);
  let lossCode = 0;
  const blame: BidCase['blame'] = (rule, found, loss = RESPONSE_RULES[rule].loss ?? 0) => {
    violations.push({ rule, bidId: id, impId, found });
    lossCode = lossCode === 0 ? loss : lossCode;
  };
  const imp = frame.request.imp.find((each) => each.id === impId);
  if (id === '') blame('B2', 'a bid without an id');
  else if (frame.seen.has(id)) blame('B2', `a second bid with the id ${id}`);
  frame.seen.add(id);
  if (imp === undefined) {
    blame('B2', `impid ${JSON.stringify(bid.impid)} is not in the request`);
    return undefined;
  }
  const format = formatOf(bid, imp, blame);
  const timed = format === 'video' || format === 'audio';
  const bidCase: BidCase = {
    ...frame,
    bid,
    seat,
    imp,
    deal: dealOf(bid, imp, blame),
    format,
    slot: timed ? imp[format] : undefined,
    seconds: timed ? asNumber(bid.dur) || 0 : 0,
    price: priceOf(bid, blame),
    blame,
  };
  checkPrice(bidCase);
  checkSeat(bidCase);
  checkCreative(bidCase);
  const markup = checkMarkup(bidCase);
  return understood(bidCase, markup, lossCode);
}

function understood({ bid, ...known }: BidCase, markup: Markup, loss: number): CheckedBid {
  return {
    id: asText(bid.id),
    imp: known.imp,
    deal: known.deal,
    seat: known.seat,
    price: known.price,
    currency: known.currency,
    format: known.format,
    seconds: known.seconds,
    campaign: asText(bid.cid),
    creative: asText(bid.crid),
    adId: asText(bid.adid),
    adomain: asTexts(bid.adomain),
    responseBidId: known.responseBidId,
    adm: asText(bid.adm),
    nurl: asText(bid.nurl),
    burl: asText(bid.burl),
    lurl: asText(bid.lurl),
    impressionUrls: markup.impressionUrls,
    clickUrls: markup.clickUrls,
    loss,
  };
}

/** The format of the markup: as said, else the imp's only one, else by the look of it. */
function formatOf(bid: Loose, imp: WireImp, blame: BidCase['blame']): AdFormat {
  const offered = FORMAT_BY_MTYPE.filter((format) => imp[format] !== undefined);
  const said = FORMAT_BY_MTYPE[asNumber(bid.mtype) - 1];
  if (said === undefined) {
    blame('B5', `mtype ${JSON.stringify(bid.mtype)} in an imp of ${offered.join(', ')}`);
    const looks = /^\s*(<\?xml|<VAST)/.test(asText(bid.adm)) ? 'video' : 'banner';
    return offered.includes(looks) ? looks : offered[0]!;
  }
  if (!offered.includes(said)) blame('I2', `${said} in an imp of ${offered.join(', ')}`);
  return said;
}

function dealOf(bid: Loose, imp: WireImp, blame: BidCase['blame']): WireDeal | undefined {
  const dealId = asText(bid.dealid);
  if (bid.dealid === undefined) {
    if (imp.pmp?.private_auction === 1) blame('D2', 'an open bid in a private auction');
    return undefined;
  }
  const deal = imp.pmp?.deals.find(({ id }) => id === dealId);
  if (deal === undefined) blame('D1', `deal ${JSON.stringify(bid.dealid)} is not in the imp`);
  return deal;
}

/** CPM micros; 0 when there is no usable price. */
function priceOf(bid: Loose, blame: BidCase['blame']): number {
  const price = asNumber(bid.price);
  const micros = Math.round(price * MICROS_PER_UNIT);
  if (!(price > 0) || !Number.isSafeInteger(micros)) {
    blame('B3', `price ${JSON.stringify(bid.price)}`);
    return 0;
  }
  if (micros / MICROS_PER_UNIT !== price) blame('B2', `price ${price} has more than 6 decimals`);
  return micros;
}

function checkPrice({ price, currency, imp, slot, deal, seconds, request, blame }: BidCase): void {
  if (!isTraded(currency) || price === 0) return;
  const floor = floorOf(imp, slot, deal, seconds);
  if (isBelow(price, currency, floor.micros, floor.currency)) {
    const loss = floor.by === 'deal' ? LOSS.belowDealFloor : LOSS.belowFloor;
    blame('F2', `${price} micros ${currency}, floor ${floor.micros} ${floor.currency} by ${floor.by}`, loss);
    return;
  }
  if ((deal?.at ?? request.at) !== 3 || floor.by !== 'deal') return;
  const agreed = convertUp(floor.micros, floor.currency, currency);
  // Between currencies the bidder's table may round to the micro above.
  const allowed = agreed + (floor.currency === currency ? 0 : 1);
  if (price > allowed) blame('F1', `${price} micros ${currency}, agreed are ${agreed}`);
}

function checkSeat({ request, deal, seat, bid, blame }: BidCase): void {
  const { wseat = [], bseat = [] } = request;
  if ((wseat.length > 0 && !wseat.includes(seat)) || bseat.includes(seat)) {
    blame('seat', `seat ${JSON.stringify(seat)}; wanted ${wseat.join(', ')}; blocked ${bseat.join(', ')}`);
  }
  if (deal?.wseat !== undefined && deal.wseat.length > 0 && !deal.wseat.includes(seat)) {
    blame('D3', `seat ${JSON.stringify(seat)} in a deal for ${deal.wseat.join(', ')}`, LOSS.seatBlocked);
  }
  const domains = deal?.wadomain ?? [];
  if (domains.length > 0 && !asTexts(bid.adomain).some((domain) => domains.includes(domain))) {
    blame('D3', `advertiser ${asTexts(bid.adomain).join(', ')} in a deal for ${domains.join(', ')}`);
  }
}

function checkMarkup(bidCase: BidCase): Markup {
  const { bid, imp, format, request, blame } = bidCase;
  const adm = asText(bid.adm);
  const urls = [bid.nurl, bid.burl, bid.lurl].map(asText).filter((url) => url !== '');
  for (const url of urls) if (!url.startsWith('https://')) blame('B7', `notice ${url.slice(0, 60)}`);
  if (adm === '') {
    if (asText(bid.nurl) === '') blame('B9', 'neither adm nor nurl');
    return { impressionUrls: [], clickUrls: [], problems: [] };
  }
  if (imp.secure === 1 && (/http(?::|%3A)/i.test(adm) || !/https(?::|%3A)/i.test(adm))) {
    blame('B7', 'markup that is not all https');
  }
  const markup = readMarkup(format, adm, imp, bid);
  for (const { rule, found } of markup.problems) blame(rule, found);
  const priced = markup.impressionUrls.some((url) => url.includes('${AUCTION_PRICE'));
  const timed = (format === 'video' || format === 'audio') && request.dooh === undefined;
  if (timed ? !priced || asText(bid.burl) !== '' : asText(bid.burl) === '' && !priced) {
    blame(
      'B11',
      `${format} with${asText(bid.burl) === '' ? 'out' : ''} burl, impression ${priced ? '' : 'not '}priced`,
    );
  }
  const dsa = request.regs?.ext?.dsa?.dsarequired ?? 0;
  if (dsa >= 2 && asObject(asObject(bid.ext)?.dsa) === undefined)
    blame('B17', `no ext.dsa where dsarequired is ${dsa}`);
  return markup;
}
