import type { DealOffer, Imp, VideoSlot } from '../../openrtb/index.ts';
import type { BookedDeal } from '../deals/deal-book.ts';
import type { Wallet } from '../money/wallet.ts';
import type { RunningCampaign } from './running-campaign.ts';

/** A bid that may be made: decided, not yet promised. Its first four fields are what `fitLines` reads. */
export interface Candidate {
  readonly impId: string;
  readonly seat: string;
  readonly priceCpmMicros: number;
  /** As received; '' in the open auction. */
  readonly dealId: string;
  readonly imp: Imp;
  readonly campaign: RunningCampaign;
  /** Index within the campaign. */
  readonly creative: number;
  readonly wallet: Wallet;
  readonly deal: BookedDeal | undefined;
  /** What a thousand such impressions are worth to the campaign, in micros. */
  readonly valueCpm: number;
  readonly propensity: number;
  /** What it was chosen by: the user's segment, and how often the user had seen the campaign. */
  readonly segment: string;
  readonly exposures: number;
  /** Which prices are alike, for learning from the outcome. */
  readonly market: string;
}

/** What is remembered of a bid until it ends. */
export interface OpenBid {
  readonly exchange: string;
  readonly candidate: Candidate;
  /** '' when the campaign has no cap, or the user no id. */
  readonly capKey: string;
}

/** The slot of a pod, of video or audio. */
export function slotOf(imp: Imp, format: 'banner' | 'video' | 'audio' | 'native'): VideoSlot | undefined {
  if (format === 'video') return imp.video;
  return format === 'audio' ? imp.audio : undefined;
}

/** What the exchange calls this kind of price: alike are those of one format on one kind of inventory. */
export function marketOf(
  exchange: string,
  format: string,
  kind: string,
  offer: DealOffer | undefined,
): string {
  return `${exchange} ${format} ${kind}${offer === undefined ? '' : ' deal'}`;
}
