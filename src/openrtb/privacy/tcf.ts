import { BitCursor } from './bit-cursor.ts';

/** What a TCF v2 string says to one vendor. Masks have bit `n − 1` for purpose (or special feature) `n`. */
export interface TcfSignals {
  /** When the string was first made, ms since 1970. */
  readonly createdMs: number;
  readonly specialFeatures: number;
  readonly purposeConsents: number;
  readonly purposeInterests: number;
  readonly vendorConsent: boolean;
  readonly vendorInterest: boolean;
  /** Purposes that the publisher forbids to the vendor, or for which it insists on consent or on legitimate interest. */
  readonly forbidden: number;
  readonly consentOnly: number;
  readonly interestOnly: number;
  /** Whether the vendor was shown to the user; `absent` when the string has no such segment (before TCF 2.3). */
  readonly disclosed: 'yes' | 'no' | 'absent';
}

/** Segment types after the core (IAB TCF "Consent string and vendor list formats v2"). */
const DISCLOSED_VENDORS = 1;
/** Restriction types of publishers. */
const FORBIDDEN = 0;
const CONSENT_ONLY = 1;
const INTEREST_ONLY = 2;

const cursor = new BitCursor();

/** Reads a TCF string for one vendor; `undefined` when it is not a complete TCF v2 string. Never throws. */
export function readTcf(text: string, vendor: number): TcfSignals | undefined {
  const coreEnd = segmentEnd(text, 0);
  if (!cursor.open(text, 0, coreEnd) || cursor.read(6) !== 2) return undefined;
  const createdMs = cursor.read(36) * 100;
  // LastUpdated 36, CmpId 12, CmpVersion 12, ConsentScreen 6, ConsentLanguage 12, VendorListVersion 12,
  // TcfPolicyVersion 6, IsServiceSpecific 1, UseNonStandardTexts 1: none of them decides.
  cursor.at += 98;
  const specialFeatures = reverse(cursor.read(12), 12);
  const purposeConsents = reverse(cursor.read(24), 24);
  const purposeInterests = reverse(cursor.read(24), 24);
  // PurposeOneTreatment 1, PublisherCC 12. The former excuses from purpose 1 in some countries; we ask for it anyway.
  cursor.at += 13;
  const vendorConsent = vendorListed(vendor);
  const vendorInterest = vendorListed(vendor);
  const restrictions = readRestrictions(vendor);
  if (!cursor.ok) return undefined;
  const disclosed = readDisclosed(text, coreEnd, vendor);
  if (disclosed === undefined) return undefined;
  return {
    createdMs,
    specialFeatures,
    purposeConsents,
    purposeInterests,
    vendorConsent,
    vendorInterest,
    ...restrictions,
    disclosed,
  };
}

function segmentEnd(text: string, from: number): number {
  const dot = text.indexOf('.', from);
  return dot === -1 ? text.length : dot;
}

/** Bit lists come with purpose 1 first; as a mask it is the lowest bit. */
function reverse(bits: number, count: number): number {
  let mask = 0;
  for (let i = 0; i < count; i++) if ((bits >> i) & 1) mask |= 1 << (count - 1 - i);
  return mask;
}

/** Reads a vendor section (bit field or ranges) to its end: is our vendor in it? */
function vendorListed(vendor: number): boolean {
  const max = cursor.read(16);
  const ranges = cursor.read(1) === 1;
  if (ranges) return inRanges(vendor);
  const listed = vendor <= max && cursor.peek(cursor.at + vendor - 1, 1) === 1;
  cursor.at += max;
  // A field that ends before its own length is cut off.
  if (max > 0) cursor.peek(cursor.at - 1, 1);
  return listed;
}

function inRanges(vendor: number): boolean {
  let listed = false;
  const entries = cursor.read(12);
  for (let i = 0; i < entries && cursor.ok; i++) {
    const range = cursor.read(1) === 1;
    const first = cursor.read(16);
    const last = range ? cursor.read(16) : first;
    if (vendor >= first && vendor <= last) listed = true;
  }
  return listed;
}

function readRestrictions(vendor: number): { forbidden: number; consentOnly: number; interestOnly: number } {
  const masks = { forbidden: 0, consentOnly: 0, interestOnly: 0 };
  const count = cursor.read(12);
  for (let i = 0; i < count && cursor.ok; i++) {
    const purpose = cursor.read(6);
    const kind = cursor.read(2);
    if (!inRanges(vendor) || purpose < 1 || purpose > 24) continue;
    const bit = 1 << (purpose - 1);
    if (kind === FORBIDDEN) masks.forbidden |= bit;
    if (kind === CONSENT_ONLY) masks.consentOnly |= bit;
    if (kind === INTEREST_ONLY) masks.interestOnly |= bit;
  }
  return masks;
}

/** `undefined` when a segment cannot be read. */
function readDisclosed(text: string, coreEnd: number, vendor: number): TcfSignals['disclosed'] | undefined {
  let disclosed: TcfSignals['disclosed'] = 'absent';
  for (let from = coreEnd + 1; from <= text.length && coreEnd < text.length; ) {
    const end = segmentEnd(text, from);
    if (!cursor.open(text, from, end)) return undefined;
    if (cursor.read(3) === DISCLOSED_VENDORS) disclosed = vendorListed(vendor) ? 'yes' : 'no';
    if (!cursor.ok) return undefined;
    from = end + 1;
  }
  return disclosed;
}
