import type { BidCase } from './check-bid.ts';
import { asNumber, asNumbers, asText, asTexts } from './fields.ts';
import { LOSS } from './rules.ts';

/** What the bid says of its creative, against what the publisher asked for. */
export function checkCreative(bidCase: BidCase): void {
  checkNames(bidCase);
  checkBlocks(bidCase);
  if (bidCase.format === 'banner') checkSize(bidCase);
  if (bidCase.format === 'video' || bidCase.format === 'audio') checkLength(bidCase);
  checkAttributes(bidCase);
  checkHold(bidCase);
}

function checkNames({ bid, request, blame }: BidCase): void {
  const domains = asTexts(bid.adomain);
  if (asText(bid.crid) === '') blame('B4', 'no crid');
  if (domains.length === 0) blame('B4', 'no adomain', LOSS.invalidAdvertiser);
  for (const domain of domains) {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain)) {
      blame('B4', `adomain ${JSON.stringify(domain)}`, LOSS.invalidAdvertiser);
    }
  }
  const missing = [
    ['cid', asText(bid.cid) === ''],
    ['cat', asTexts(bid.cat).length === 0],
    ['iurl', asText(bid.iurl) === ''],
  ].flatMap(([name, isMissing]) => (isMissing === true ? [name] : []));
  if (missing.length > 0) blame('B4-advice', `no ${missing.join(', ')}`);
  const { wlang = [] } = request;
  if (wlang.length > 0 && !wlang.includes(asText(bid.language))) {
    blame('B16', `language ${JSON.stringify(bid.language)}, of ${wlang.join(', ')}`);
  }
}

function checkBlocks({ bid, request, blame }: BidCase): void {
  for (const domain of asTexts(bid.adomain)) {
    const lower = domain.toLowerCase();
    const block = (request.badv ?? []).find((each) => lower === each || lower.endsWith(`.${each}`));
    if (block !== undefined) blame('Q2', `${domain} is blocked by ${block}`);
  }
  // Categories of another taxonomy cannot be compared here.
  if ((asNumber(bid.cattax) || 1) !== (request.cattax ?? 1)) return;
  for (const category of asTexts(bid.cat)) {
    const block = (request.bcat ?? []).find((each) => category === each || category.startsWith(`${each}-`));
    if (block !== undefined) blame('Q1', `${category} is blocked by ${block}`);
  }
}

function checkSize({ bid, imp, blame }: BidCase): void {
  const { banner } = imp;
  if (banner === undefined) return;
  const w = asNumber(bid.w);
  const h = asNumber(bid.h);
  const formats = banner.format ?? [{ w: banner.w ?? 0, h: banner.h ?? 0 }];
  const fits = formats.some((format) =>
    format.wratio === undefined || format.hratio === undefined
      ? format.w === w && format.h === h
      : w >= (format.wmin ?? 1) && w * format.hratio === h * format.wratio,
  );
  if (!fits) {
    blame('B6', `${w}×${h}, of ${formats.map((format) => `${format.w}×${format.h}`).join(', ')}`);
  }
}

function checkLength({ bid, slot, blame }: BidCase): void {
  if (slot === undefined) return;
  const dur = asNumber(bid.dur);
  const { rqddurs = [], minduration = 0, maxduration = Number.POSITIVE_INFINITY } = slot;
  const fits = rqddurs.length > 0 ? rqddurs.includes(dur) : dur >= minduration && dur <= maxduration;
  if (!fits) {
    const wanted = rqddurs.length > 0 ? rqddurs.join(', ') : `${minduration} to ${maxduration}`;
    blame('B8', `dur ${JSON.stringify(bid.dur)}, wanted ${wanted} s`);
  }
  const protocol = asNumber(bid.protocol);
  if (!Number.isNaN(protocol) && slot.protocols !== undefined && !slot.protocols.includes(protocol)) {
    blame('Q4', `protocol ${protocol}, of ${slot.protocols.join(', ')}`);
  }
}

function checkAttributes({ bid, imp, format, slot, blame }: BidCase): void {
  const offered = imp[format];
  const attributes = asNumbers(bid.attr);
  const blocked = attributes.filter((attribute) => (offered?.battr ?? []).includes(attribute));
  if (blocked.length > 0) blame('Q3', `attributes ${blocked.join(', ')} are blocked`);
  const needed = bid.apis === undefined && bid.api !== undefined ? [asNumber(bid.api)] : asNumbers(bid.apis);
  // What is not listed is not supported (§3.2.6).
  const lacking = needed.filter((api) => !(offered?.api ?? []).includes(api));
  if (lacking.length > 0) blame('Q3', `APIs ${lacking.join(', ')} are not there`, LOSS.format);
  if (slot?.skip === 0 && attributes.includes(16))
    blame('B15', 'can be skipped where skipping is not allowed');
}

function checkHold({ bid, imp, blame }: BidCase): void {
  const exp = asNumber(bid.exp);
  if (Number.isNaN(exp) || exp <= 0) blame('B10', 'no exp');
  else if (imp.exp !== undefined && exp < imp.exp)
    blame('B10', `holds ${exp} s, the imp may wait ${imp.exp} s`);
}
