/**
 * OpenRTB 2.6 objects as an exchange writes them (§3.2), only what the traffic holds. The exchange has types of its own:
 * it shares nothing with the bidder's reader, so that one cannot hide a mistake of the other.
 */
export interface WireRequest {
  readonly id: string;
  readonly test?: 1;
  /** 1 first price, 2 second price; 2 when left out. */
  readonly at?: 1 | 2;
  readonly tmax?: number;
  readonly cur?: readonly string[];
  readonly wseat?: readonly string[];
  readonly bseat?: readonly string[];
  readonly wlang?: readonly string[];
  readonly bcat?: readonly string[];
  readonly acat?: readonly string[];
  readonly cattax?: number;
  readonly badv?: readonly string[];
  readonly bapp?: readonly string[];
  readonly imp: readonly WireImp[];
  readonly site?: WirePlace;
  readonly app?: WirePlace;
  readonly dooh?: WirePlace;
  readonly device?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly regs?: WireRegs;
}

/** Regulation as it stands (§3.2.3). */
export interface WireRegs {
  readonly coppa?: 1;
  readonly gdpr?: 0 | 1;
  readonly us_privacy?: string;
  readonly gpp?: string;
  readonly gpp_sid?: readonly number[];
  readonly ext?: { readonly dsa?: { readonly dsarequired: number; readonly pubrender?: number } };
}

/** A site, an app or a screen; further members vary by kind. */
export interface WirePlace {
  readonly id: string;
  readonly name: string;
  readonly domain?: string;
  readonly bundle?: string;
  readonly publisher: { readonly id: string; readonly name?: string; readonly domain?: string };
  readonly [member: string]: unknown;
}

/** One impression on offer (§3.2.4). */
export interface WireImp {
  readonly id: string;
  readonly tagid?: string;
  readonly bidfloor?: number;
  readonly bidfloorcur?: string;
  readonly secure?: 0 | 1;
  readonly instl?: 0 | 1;
  readonly rwdd?: 0 | 1;
  readonly exp?: number;
  readonly qty?: { readonly multiplier: number; readonly sourcetype?: number; readonly vendor?: string };
  readonly banner?: WireBanner;
  readonly video?: WireVideo;
  readonly audio?: WireVideo;
  readonly native?: WireNative;
  readonly pmp?: { readonly private_auction: 0 | 1; readonly deals: readonly WireDeal[] };
  readonly ext?: Readonly<Record<string, unknown>>;
}

/** §3.2.6, §3.2.10. */
export interface WireBanner {
  readonly w?: number;
  readonly h?: number;
  readonly format?: readonly {
    readonly w?: number;
    readonly h?: number;
    readonly wmin?: number;
    readonly wratio?: number;
    readonly hratio?: number;
  }[];
  readonly btype?: readonly number[];
  readonly battr?: readonly number[];
  readonly mimes?: readonly string[];
  readonly api?: readonly number[];
  readonly pos?: number;
  readonly topframe?: 0 | 1;
}

/** §3.2.7, and §3.2.8 for audio. */
export interface WireVideo {
  readonly mimes: readonly string[];
  readonly minduration?: number;
  readonly maxduration?: number;
  readonly rqddurs?: readonly number[];
  readonly protocols?: readonly number[];
  readonly w?: number;
  readonly h?: number;
  readonly linearity?: number;
  readonly plcmt?: number;
  readonly skip?: 0 | 1;
  readonly skipmin?: number;
  readonly minbitrate?: number;
  readonly maxbitrate?: number;
  readonly battr?: readonly number[];
  readonly api?: readonly number[];
  readonly delivery?: readonly number[];
  readonly playbackmethod?: readonly number[];
  readonly podid?: string;
  readonly podseq?: number;
  readonly slotinpod?: number;
  readonly maxseq?: number;
  readonly poddur?: number;
  readonly mincpmpersec?: number;
  readonly durfloors?: readonly WireDurationFloor[];
  readonly feed?: number;
  readonly stitched?: 0 | 1;
}

/** §3.2.35. */
export interface WireDurationFloor {
  readonly mindur?: number;
  readonly maxdur?: number;
  readonly bidfloor: number;
}

/** §3.2.9; `request` is JSON in a text. */
export interface WireNative {
  readonly request: string;
  readonly ver?: string;
  readonly battr?: readonly number[];
  readonly api?: readonly number[];
}

/** §3.2.12. */
export interface WireDeal {
  readonly id: string;
  readonly bidfloor?: number;
  readonly bidfloorcur?: string;
  readonly at?: 1 | 2 | 3;
  readonly guar?: 0 | 1;
  readonly wseat?: readonly string[];
  readonly wadomain?: readonly string[];
  readonly mincpmpersec?: number;
  readonly durfloors?: readonly WireDurationFloor[];
}
