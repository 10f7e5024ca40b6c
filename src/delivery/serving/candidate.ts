import type { Imp, VideoSlot } from '../../openrtb/index.ts';
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

/** What is remembered of a bid until it ends, and of a paid one as long as there is room: not the request it was for. */
export interface OpenBid {
  readonly exchange: string;
  readonly candidate: MadeBid;
  /** Who is counted for the campaign's cap; '' when it has none, or the user no id. */
  readonly cappedUser: string;
}

/** What agents learn from. */
export type MadeBid = Pick<
  Candidate,
  | 'campaign'
  | 'creative'
  | 'deal'
  | 'priceCpmMicros'
  | 'valueCpm'
  | 'propensity'
  | 'segment'
  | 'exposures'
  | 'market'
>;

/** Of a candidate, what is remembered; an object of its own, so that the request can be forgotten. */
export function madeBid(candidate: Candidate): MadeBid {
  const { campaign, creative, deal, priceCpmMicros, valueCpm, propensity, segment, exposures, market } =
    candidate;
  return { campaign, creative, deal, priceCpmMicros, valueCpm, propensity, segment, exposures, market };
}

/** The slot of a pod, of video or audio. */
export function slotOf(imp: Imp, format: 'banner' | 'video' | 'audio' | 'native'): VideoSlot | undefined {
  if (format === 'video') return imp.video;
  return format === 'audio' ? imp.audio : undefined;
}
