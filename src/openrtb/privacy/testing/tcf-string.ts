import { GVL, PurposeRestriction, type RestrictionType, Segment, TCModel, TCString } from '@iabtcf/core';

/** The IAB's own library, to make TCF strings and to hold our reader against it. Never imported outside tests. */
const VENDORS = 900;
/** Vendors up to here rest purpose 2 on legitimate interest, the others on consent; both are flexible about it. */
export const LAST_INTEREST_VENDOR = 450;

const numbered = <T>(count: number, make: (id: number) => T): Record<number, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i + 1, make(i + 1)]));

const gvl = new GVL({
  gvlSpecificationVersion: 3,
  vendorListVersion: 100,
  tcfPolicyVersion: 5,
  lastUpdated: '2026-01-01T00:00:00Z',
  purposes: numbered(11, (id) => ({ id, name: '', description: '', descriptionLegal: '' })),
  specialPurposes: {},
  features: {},
  specialFeatures: numbered(2, (id) => ({ id, name: '', description: '', descriptionLegal: '' })),
  stacks: {},
  vendors: numbered(VENDORS, (id) => ({
    id,
    name: `vendor ${id}`,
    purposes: id > LAST_INTEREST_VENDOR ? [1, 2, 3, 4, 5, 6] : [1, 3, 4, 5, 6],
    legIntPurposes: id > LAST_INTEREST_VENDOR ? [7, 8, 9, 10, 11] : [2, 7, 8, 9, 10, 11],
    flexiblePurposes: [2, 7, 8, 9, 10, 11],
    specialPurposes: [],
    features: [],
    specialFeatures: [1, 2],
    policyUrl: '',
    usesCookies: true,
    usesNonCookieAccess: false,
    cookieRefresh: false,
    cookieMaxAgeSeconds: null,
  })),
});

/** What a test string says; what is left out is granted to nobody. */
export interface TcfSample {
  readonly createdMs?: number;
  readonly consents?: readonly number[];
  readonly interests?: readonly number[];
  readonly features?: readonly number[];
  readonly vendorConsents?: readonly number[];
  readonly vendorInterests?: readonly number[];
  /** Vendors of the disclosed segment; without it, there is no such segment. */
  readonly disclosed?: readonly number[];
  readonly restrictions?: readonly { vendor: number; purpose: number; kind: RestrictionType }[];
}

/** A TCF string as a consent platform writes it. */
export function tcfString(sample: TcfSample): string {
  const model = new TCModel(gvl);
  model.cmpId = 10;
  model.cmpVersion = 1;
  model.isServiceSpecific = true;
  model.purposeConsents.set([...(sample.consents ?? [])]);
  model.purposeLegitimateInterests.set([...(sample.interests ?? [])]);
  model.specialFeatureOptins.set([...(sample.features ?? [])]);
  model.vendorConsents.set([...(sample.vendorConsents ?? [])]);
  model.vendorLegitimateInterests.set([...(sample.vendorInterests ?? [])]);
  for (const { vendor, purpose, kind } of sample.restrictions ?? []) {
    model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, kind));
  }
  const day = new Date(sample.createdMs ?? Date.UTC(2026, 0, 15));
  model.created = day;
  model.lastUpdated = day;
  const text = TCString.encode(model, { segments: [Segment.CORE, Segment.PUBLISHER_TC] });
  if (sample.disclosed === undefined) return text;
  const [core, publisher] = text.split('.');
  return `${core}.${disclosedSegment(sample.disclosed)}.${publisher}`;
}

/** The library discloses every vendor of its list; ours says whom: type 1, then a bit for each vendor. */
function disclosedSegment(vendors: readonly number[]): string {
  const most = Math.max(1, ...vendors);
  const field = Array.from({ length: most }, (_, i) => (vendors.includes(i + 1) ? '1' : '0')).join('');
  const bits = `001${most.toString(2).padStart(16, '0')}0${field}`;
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return (bits.match(/.{1,6}/g) ?? []).map((six) => digits[Number.parseInt(six.padEnd(6, '0'), 2)]).join('');
}
