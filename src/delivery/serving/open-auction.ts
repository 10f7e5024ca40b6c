import {
  auctionKindOf,
  type CreativeFormat,
  type Floor,
  type Imp,
  impressionCost,
  isDynamicPod,
  type NoBidReason,
  type PodBreak,
  roundBidPrice,
  type VideoSlot,
} from '../../openrtb/index.ts';
import type { BidAgents, CreativeChoice } from '../agents/bid-agents.ts';
import { type BitSet, visitBits } from '../eligibility/bitset.ts';
import type { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import { type Candidate, slotOf } from './candidate.ts';
import {
  type Asked,
  creativesFor,
  currencyRefusal,
  floorFor,
  floorsDependOnCreative,
  leastFloorFor,
  refusalOfLast,
  seatOf,
} from './choosing.ts';
import type { CreativeFits } from './creative-fits.ts';
import type { RunningCampaign } from './running-campaign.ts';
import { cappedUserOf, type Standings } from './standings.ts';

/**
 * Campaigns that are priced for one imp, at most: the first that could bid, in the order of their worth. It bounds
 * what a request costs, whatever the number of campaigns.
 */
const MOST_PRICED = 8;
/** Campaigns that are looked at for one imp, at most: what cannot be priced has its cost too. */
const MOST_LOOKED_AT = 40;

/** What the bid path needs to price a campaign. */
export interface Market {
  readonly campaigns: readonly RunningCampaign[];
  readonly agents: BidAgents;
  readonly caps: FrequencyCaps;
  readonly standings: Standings;
  readonly fits: CreativeFits;
  readonly convert: (floor: Floor, currency: string) => number | undefined;
}

/** A campaign's price for an imp; most are outbid by another of ours, so little is written down. */
interface Priced {
  readonly running: RunningCampaign;
  readonly choice: CreativeChoice;
  readonly priceCpmMicros: number;
  readonly exposures: number;
  readonly market: string;
}

const priced: Priced[] = [];

/**
 * The bids of the open auction on an imp, of the campaigns in `eligible`: the best one, and for a slot of a pod as
 * many as it takes, dearest first (I3). Each is noted in `asked` for those after it.
 */
export function openBids(asked: Asked, imp: Imp, eligible: BitSet, market: Market): Candidate[] {
  priced.length = 0;
  const holdsOne = !mayHoldSeveral(imp.video) && !mayHoldSeveral(imp.audio);
  let toBeat = 0;
  let outbid = 0;
  let lookedAt = 0;
  visitBits(eligible, (index) => {
    const running = market.campaigns[index]!;
    const standing = market.standings.refusal(running, asked, market) || currencyRefusal(running, asked);
    if (standing !== '') {
      running.reasons.add(standing);
      asked.mainReason ||= standing;
      return true;
    }
    lookedAt += 1;
    const offer = priceOne(asked, imp, running, market, toBeat);
    if (typeof offer === 'string') {
      running.reasons.add(offer);
      asked.mainReason ||= offer;
      if (offer === 'value-too-low') outbid += 1;
    } else {
      priced.push(offer);
      if (holdsOne && offer.priceCpmMicros > toBeat) toBeat = offer.priceCpmMicros;
    }
    return priced.length + outbid < MOST_PRICED && lookedAt < MOST_LOOKED_AT;
  });
  // A stable order: of equal prices, that of the campaign that is worth more.
  if (priced.length > 1) priced.sort((a, b) => b.priceCpmMicros - a.priceCpmMicros);
  const bids: Candidate[] = [];
  for (const offer of priced) {
    const reason = refusalBeside(asked, imp, offer, bids.length);
    if (reason !== '') offer.running.reasons.add(reason);
    else {
      const bid = candidateOf(asked, imp, offer);
      note(asked, bid);
      bids.push(bid);
    }
  }
  return bids;
}

/** Why an offer does not stand beside the `count` dearer ones that do. */
function refusalBeside(asked: Asked, imp: Imp, { running, choice }: Priced, count: number): NoBidReason | '' {
  if (count === 0) return '';
  const creative = running.campaign.creatives[choice.creative]!;
  const slot = slotOf(imp, creative.format);
  const pod = podOf(asked, slot);
  if (pod === undefined) return 'value-too-low';
  return currencyRefusal(running, asked) || pod.refusal(imp.id, slot!, creative);
}

function podOf(asked: Asked, slot: VideoSlot | undefined): PodBreak | undefined {
  return slot === undefined || slot.podid === '' ? undefined : asked.pods.get(slot.podid);
}

/** What a bid means for those after it: the currency of the answer, and its place in a pod. */
export function note(asked: Asked, { campaign, creative, imp }: Candidate): void {
  const ad = campaign.campaign.creatives[creative]!;
  asked.currency ||= campaign.campaign.currency;
  podOf(asked, slotOf(imp, ad.format))?.take(imp.id, ad);
}

/** A dynamic slot of a pod takes as many ads as fit; all else takes the best. */
function mayHoldSeveral(slot: VideoSlot | undefined): boolean {
  return slot !== undefined && isDynamicPod(slot);
}

/** @param toBeat what another of ours bids; who cannot bid more is told so before anything is chosen. */
function priceOne(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  market: Market,
  toBeat: number,
): Priced | NoBidReason {
  const { campaign, wallet, index } = running;
  const { agents, caps } = market;
  // Where all creatives have one floor, it is cheaper to compare than to choose.
  const least = leastFloorFor(asked, imp, running, market.convert);
  if (least === undefined) return 'rate-stale';
  if (least > campaign.maxCpm) return 'below-floor';
  const most = mostFor(asked, imp, running, least, agents);
  if (most < least || most <= 0) return 'below-floor';
  if (most <= toBeat) return 'value-too-low';
  const creatives = creativesFor(asked, imp, running, undefined, market.fits);
  if (creatives.length === 0) return refusalOfLast();
  const user = cappedUserOf(running, asked);
  const exposures = user === '' ? 0 : asked.tape.whole(caps.exposures(user, index));
  const choice = agents.choose(index, creatives, { segment: asked.segment, exposures }, asked.chance);
  const floorCpm = floorFor(asked, imp, running, choice.creative, undefined, market.convert);
  if (floorCpm === undefined) return 'rate-stale';
  if (floorCpm > campaign.maxCpm) return 'below-floor';
  const { format } = campaign.creatives[choice.creative]!;
  const prices = asked.exchange.market(format, asked.request.inventory.kind, false);
  const wanted = agents.price(index, {
    valueCpm: choice.valueCpm,
    floorCpm,
    auction: auctionKindOf(asked.request, undefined) === 'second' ? 'second' : 'first',
    maxCpm: campaign.maxCpm,
    market: prices,
  });
  const priceCpmMicros = roundBidPrice(asked.exchange.profile, wanted);
  if (!(wanted > 0) || priceCpmMicros < floorCpm || priceCpmMicros > campaign.maxCpm) return 'below-floor';
  const cost = impressionCost(priceCpmMicros, imp.multiplier);
  if (asked.tape.flag(cost > wallet.free(asked.monotonic))) return 'budget-spent';
  return { running, choice, priceCpmMicros, exposures, market: prices };
}

/** What the campaign can bid here at the most, as it would leave. */
function mostFor(asked: Asked, imp: Imp, running: RunningCampaign, least: number, agents: BidAgents): number {
  const { campaign, index } = running;
  const { exchange, request } = asked;
  const format = formatOf(imp);
  // What is shaded by a price of its own for each format, or from a floor for each creative, is bounded unshaded.
  const isOpen = format === undefined || floorsDependOnCreative(imp);
  const most = agents.most(index, {
    floorCpm: least,
    auction: isOpen || auctionKindOf(request, undefined) === 'second' ? 'second' : 'first',
    maxCpm: campaign.maxCpm,
    market: isOpen ? '' : exchange.market(format, request.inventory.kind, false),
  });
  return roundBidPrice(exchange.profile, most);
}

/** The one format that the imp is offered for; undefined for several. */
function formatOf({ banner, video, audio, native }: Imp): CreativeFormat | undefined {
  if (banner !== undefined) return (video ?? audio ?? native) ? undefined : 'banner';
  if (video !== undefined) return (audio ?? native) ? undefined : 'video';
  if (audio !== undefined) return native ? undefined : 'audio';
  return 'native';
}

function candidateOf(asked: Asked, imp: Imp, offer: Priced): Candidate {
  const { running, choice, priceCpmMicros, exposures, market } = offer;
  return {
    impId: imp.id,
    seat: seatOf(running, asked),
    priceCpmMicros,
    dealId: '',
    imp,
    campaign: running,
    creative: choice.creative,
    wallet: running.wallet,
    deal: undefined,
    valueCpm: choice.valueCpm,
    propensity: choice.propensity,
    segment: asked.segment,
    exposures,
    market,
  };
}
