/**
 * One bid request as the bidder sees it: only the fields that decide, under the names of OpenRTB 2.6, with the 2.5
 * places (`ext`) already folded in. A missing text is `''`, a missing list is empty, a missing number is its default
 * as given here. Money in a request is a CPM in integer micros of the currency beside it, rounded up.
 */
export interface BidRequest {
  readonly id: string;
  /** `test: 1`: bid if you like, but never spend or learn from it. */
  readonly test: boolean;
  /** Auction type: 1 first price, 2 second price (default), 3 agreed price (deals only). */
  readonly at: number;
  /** Milliseconds until the exchange stops listening, network included; 0 when not given. */
  readonly tmax: number;
  /** Currencies that may be bid; empty means USD. */
  readonly cur: readonly string[];
  readonly wseat: readonly string[];
  readonly bseat: readonly string[];
  readonly wlang: readonly string[];
  readonly wlangb: readonly string[];
  readonly acat: readonly string[];
  readonly bcat: readonly string[];
  /** Taxonomy of `acat` and `bcat`; 1 (Content 1.0) when not given. */
  readonly cattax: number;
  readonly badv: readonly string[];
  readonly bapp: readonly string[];
  readonly imps: readonly Imp[];
  readonly source: SupplySource;
  readonly inventory: Inventory;
  readonly device: Device;
  readonly user: User;
  readonly regs: Regs;
}

/** Where the ad would show. At most one of site, app and dooh may be given (V2); `none` when none is. */
export interface Inventory {
  readonly kind: 'site' | 'app' | 'dooh' | 'none';
  readonly id: string;
  /** Site domain, or the app's store domain. */
  readonly domain: string;
  /** App bundle or store id. */
  readonly bundle: string;
  readonly page: string;
  readonly publisherId: string;
  readonly publisherDomain: string;
  readonly cat: readonly string[];
  /** DOOH venue types, from `venuetype` or `venuetypeid`. */
  readonly venueTypes: readonly string[];
}

/** The device that would show it. */
export interface Device {
  readonly ua: string;
  readonly ip: string;
  readonly ipv6: string;
  readonly ifa: string;
  /** `device.lmt` or `device.dnt` is 1. */
  readonly limited: boolean;
  /** AdCOM device type; 0 when not given. */
  readonly type: number;
  readonly os: string;
  readonly language: string;
  /** ISO 3166-1 alpha-3, upper case. */
  readonly country: string;
  readonly region: string;
  /** Degrees; NaN when not given. */
  readonly lat: number;
  readonly lon: number;
}

/** Who would see it. */
export interface User {
  readonly id: string;
  readonly buyeruid: string;
  readonly eids: readonly Eid[];
  /** Segment ids as `data.id/segment.id`. */
  readonly segments: readonly string[];
  /** TCF string, from `user.consent` or `user.ext.consent`. */
  readonly consent: string;
}

/** An identity from another party; `ids` in the order given. */
export interface Eid {
  readonly source: string;
  /** Match method: 0 unknown … 5 inferred. */
  readonly mm: number;
  readonly ids: readonly string[];
}

/** What regulation and consent say, as sent. */
export interface Regs {
  readonly coppa: boolean;
  /** 1 applies, 0 does not, −1 not said. When 2.5 and 2.6 places disagree, the stricter (P2). */
  readonly gdpr: -1 | 0 | 1;
  readonly gpp: string;
  readonly gppSid: readonly number[];
  readonly usPrivacy: string;
  /** `regs.ext.dsa.dsarequired`; 0 when not given. */
  readonly dsaRequired: number;
}

/** How the request came to us. */
export interface SupplySource {
  readonly tid: string;
  /** Whether an schain object was found in any of its three places. */
  readonly hasSchain: boolean;
  /** 1 or 0; −1 when not given. */
  readonly complete: -1 | 0 | 1;
  readonly nodes: readonly SchainNode[];
}

/** One hop of the supply chain. */
export interface SchainNode {
  readonly asi: string;
  readonly sid: string;
  readonly hp: number;
}

/** One impression on offer. `problem` names why it cannot be bid on at all; the other imps of the request still can (V10). */
export interface Imp {
  readonly id: string;
  readonly problem: string;
  readonly bidfloor: number;
  /** USD when not given; the default of every floor in the imp but a deal's (F3). */
  readonly bidfloorcur: string;
  /** 1 yes, 0 no, −1 not said (treated as yes). */
  readonly secure: -1 | 0 | 1;
  readonly instl: boolean;
  readonly rwdd: boolean;
  readonly ssai: number;
  /** Seconds between auction and display that the exchange allows; 0 when not given. */
  readonly exp: number;
  readonly tagid: string;
  readonly gpid: string;
  /** `qty.multiplier`; 1 when not given. */
  readonly multiplier: number;
  readonly banner: BannerSlot | undefined;
  readonly video: VideoSlot | undefined;
  readonly audio: VideoSlot | undefined;
  readonly native: NativeSlot | undefined;
  readonly privateAuction: boolean;
  readonly deals: readonly DealOffer[];
}

/** A banner slot. */
export interface BannerSlot {
  /** Allowed sizes `[w, h]`, from `format` or `w`/`h`; empty when unknown (V6). */
  readonly sizes: readonly (readonly [number, number])[];
  /** Flexible sizes: `wmin`, `wratio`, `hratio`. */
  readonly ratios: readonly { readonly wmin: number; readonly wratio: number; readonly hratio: number }[];
  readonly btype: readonly number[];
  readonly battr: readonly number[];
  readonly api: readonly number[];
  readonly mimes: readonly string[];
  readonly pos: number;
  readonly expdir: readonly number[];
}

/** A video slot, or an audio slot (where sizes are 0). Durations in seconds; 0 when not given. */
export interface VideoSlot {
  readonly mimes: readonly string[];
  readonly minduration: number;
  readonly maxduration: number;
  readonly rqddurs: readonly number[];
  readonly protocols: readonly number[];
  readonly w: number;
  readonly h: number;
  readonly linearity: number;
  readonly placement: number;
  readonly plcmt: number;
  /** 1 can be skipped, 0 cannot, −1 not said. */
  readonly skip: -1 | 0 | 1;
  readonly skipmin: number;
  readonly minbitrate: number;
  readonly maxbitrate: number;
  readonly battr: readonly number[];
  readonly api: readonly number[];
  readonly delivery: readonly number[];
  readonly playbackmethod: readonly number[];
  readonly podid: string;
  readonly podseq: number;
  readonly slotinpod: number;
  readonly maxseq: number;
  readonly poddur: number;
  /** CPM micros per second of creative; 0 when not given. */
  readonly mincpmpersec: number;
  readonly durfloors: readonly {
    readonly mindur: number;
    readonly maxdur: number;
    readonly bidfloor: number;
  }[];
}

/** A native slot. */
export interface NativeSlot {
  /** The native request, a JSON text inside the JSON. */
  readonly request: string;
  readonly ver: string;
  readonly battr: readonly number[];
  readonly api: readonly number[];
}

/** One entry of `pmp.deals`. Entries without an id are dropped at reading (V7). */
export interface DealOffer {
  readonly id: string;
  readonly bidfloor: number;
  /** USD when not given, whatever the imp says (F3). */
  readonly bidfloorcur: string;
  /** Overrides the request's; 0 when not given. */
  readonly at: number;
  readonly guaranteed: boolean;
  readonly wseat: readonly string[];
  readonly wadomain: readonly string[];
  readonly mincpmpersec: number;
  readonly durfloors: readonly {
    readonly mindur: number;
    readonly maxdur: number;
    readonly bidfloor: number;
  }[];
}

/** What reading a body came to. `invalid` answers 400, `unusable` answers 204 (N: nbr 2). */
export type ReadResult =
  | { readonly kind: 'request'; readonly request: BidRequest }
  | { readonly kind: 'invalid'; readonly problem: string }
  | { readonly kind: 'unusable'; readonly id: string; readonly problem: string };

/** Reads a body, from `start` to `end`, without keeping it. Two implementations, equal on every input. */
export interface RequestReader {
  read(body: Uint8Array, start: number, end: number): ReadResult;
}
