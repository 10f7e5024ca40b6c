import { isTraded } from '../rates.ts';
import type { WireRequest } from '../wire.ts';
import { checkBid, type ResponseFrame } from './check-bid.ts';
import type { CheckedBid, CheckedResponse } from './checked.ts';
import { asObject, asText, type Loose, parseOr } from './fields.ts';
import type { ResponseRule, Violation } from './rules.ts';

/** Advised size of a response for each bid in it, without markup (B18). */
const ADVISED_BYTES = 1_024;

/**
 * Inspects a response as a strict exchange does: every rule of `RESPONSE_RULES` that it breaks is named, and each bid
 * says whether it may take part. No body, `{}` and an empty `seatbid` are no-bids (§7.1). Never throws.
 */
export function checkResponse(request: WireRequest, response: Uint8Array | null): CheckedResponse {
  if (response === null || response.length === 0) return { kind: 'no-bid', bids: [], violations: [] };
  const violations: Violation[] = [];
  const blame = (rule: ResponseRule, found: string) => violations.push({ rule, bidId: '', impId: '', found });
  const root = asObject(parseOr(Buffer.from(response).toString('utf8')));
  if (root === undefined) {
    blame('B1', 'the body is not a JSON object');
    return { kind: 'malformed', bids: [], violations };
  }
  const seatbids = Array.isArray(root.seatbid) ? root.seatbid.map((each) => asObject(each) ?? {}) : [];
  if (seatbids.length === 0) return noBid(request, root, violations);
  const frame = frameOf(request, root, blame);
  const bids: CheckedBid[] = [];
  for (const seatbid of seatbids) bids.push(...checkSeat(frame, seatbid, violations));
  const bare = bytesWithoutMarkup(response, bids);
  if (bare > ADVISED_BYTES * Math.max(1, bids.length)) blame('B18', `${bare} bytes without markup`);
  return { kind: 'bids', bids: frame.refused ? bids.map(refused) : bids, violations };
}

/** An upper bound when the whole response is small anyway. */
function bytesWithoutMarkup(response: Uint8Array, bids: readonly CheckedBid[]): number {
  if (response.length <= ADVISED_BYTES) return response.length;
  return response.length - bids.reduce((sum, { adm }) => sum + Buffer.byteLength(JSON.stringify(adm)), 0);
}

function noBid(request: WireRequest, root: Loose, violations: Violation[]): CheckedResponse {
  const wrongId = root.id !== undefined && root.id !== request.id;
  if (wrongId) {
    violations.push({
      rule: 'B1',
      bidId: '',
      impId: '',
      found: `id ${JSON.stringify(root.id)} for ${request.id}`,
    });
  }
  return { kind: 'no-bid', bids: [], violations };
}

function frameOf(
  request: WireRequest,
  root: Loose,
  blame: (rule: ResponseRule, found: string) => void,
): ResponseFrame & { refused: boolean } {
  const currency = root.cur === undefined ? 'USD' : asText(root.cur);
  const allowed = request.cur === undefined || request.cur.length === 0 ? ['USD'] : request.cur;
  const known = allowed.includes(currency) && isTraded(currency);
  const named = root.id === request.id;
  if (!named) blame('B1', `id ${JSON.stringify(root.id)} for ${request.id}`);
  if (!known) blame('F4', `currency ${JSON.stringify(root.cur)}, of ${allowed.join(', ')}`);
  return {
    request,
    currency,
    responseBidId: asText(root.bidid),
    seen: new Set<string>(),
    refused: !named || !known,
  };
}

/** In a response that is wrong as a whole no bid takes part. */
function refused(bid: CheckedBid): CheckedBid {
  return { ...bid, loss: bid.loss === 0 ? 3 : bid.loss };
}

function checkSeat(frame: ResponseFrame, seatbid: Loose, violations: Violation[]): readonly CheckedBid[] {
  const bids = Array.isArray(seatbid.bid) ? seatbid.bid : [];
  const blame = (rule: ResponseRule, found: string) => violations.push({ rule, bidId: '', impId: '', found });
  if (bids.length === 0) blame('B1', 'a seatbid without a bid');
  const group = seatbid.group === 1;
  if (group) blame('B14', 'group 1 in a request without allimps');
  return bids.flatMap((bid) => {
    const checked = checkBid(frame, asText(seatbid.seat), asObject(bid) ?? {}, violations);
    return checked === undefined ? [] : [group ? refused(checked) : checked];
  });
}
