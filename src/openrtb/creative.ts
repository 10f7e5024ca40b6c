/** Markup types of OpenRTB 2.6 (`bid.mtype`). */
export type CreativeFormat = 'banner' | 'video' | 'audio' | 'native';

/** An ad that may be shown, with all that a publisher may ask of it. */
export interface Creative {
  readonly id: string;
  readonly format: CreativeFormat;
  /** Advertiser domains, lower case. */
  readonly adomain: readonly string[];
  readonly cat: readonly string[];
  readonly cattax: number;
  /** AdCOM creative attributes; 16 means skippable. */
  readonly attr: readonly number[];
  readonly w: number;
  readonly h: number;
  /** Seconds, for video and audio; else 0. */
  readonly duration: number;
  readonly mime: string;
  /** VAST/DAAST protocol (AdCOM list); 0 for others. */
  readonly protocol: number;
  readonly bitrate: number;
  /** AdCOM API frameworks that it needs. */
  readonly apis: readonly number[];
  /** Banner type (1 text, 2 XHTML banner, 3 JavaScript, 4 iframe); 0 for others. */
  readonly btype: number;
  readonly language: string;
  /** Bundle of the app that it would install; '' for none. */
  readonly bundle: string;
  /** Asset or media URL, and where a click leads; https only. */
  readonly assetUrl: string;
  readonly clickUrl: string;
  readonly imageUrl: string;
  /** For native: the texts and images by asset type. */
  readonly native: NativeAssets | undefined;
}

/** What a native ad is put together from. */
export interface NativeAssets {
  readonly title: string;
  readonly description: string;
  readonly sponsored: string;
  readonly callToAction: string;
  readonly icon: { readonly url: string; readonly w: number; readonly h: number };
  readonly image: { readonly url: string; readonly w: number; readonly h: number };
}
