import type { RandomStream } from '../../kernel/index.ts';
import {
  auctionKindOf,
  type Floor,
  type Imp,
  impressionCost,
  type NoBidReason,
  roundBidPrice,
} from '../../openrtb/index.ts';
import type { BidAgents } from '../agents/bid-agents.ts';
import { type BitSet, visitBits } from '../eligibility/bitset.ts';
import type { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import { type Candidate, marketOf } from './candidate.ts';
import {
  type Asked,
  campaignSeatRefusal,
  creativesFor,
  currencyRefusal,
  floorFor,
  refusalOfLast,
  seatOf,
} from './choosing.ts';
import type { RunningCampaign } from './running-campaign.ts';

/**
 * Campaigns that are priced for one imp, at most: the first that could bid, in the order of their worth. It bounds
 * what a request costs, whatever the number of campaigns.
 */
const MOST_PRICED = 12;

/** What the bid path needs to price a campaign. */
export interface Market {
  readonly campaigns: readonly RunningCampaign[];
  readonly agents: BidAgents;
  readonly caps: FrequencyCaps;
  readonly random: RandomStream;
  readonly convert: (floor: Floor, currency: string) => number | undefined;
}

/** The best bid of the open auction on an imp, of the campaigns in `eligible`; undefined when none would bid. */
export function bestOpenBid(asked: Asked, imp: Imp, eligible: BitSet, market: Market): Candidate | undefined {
  let best: Candidate | undefined;
  let priced = 0;
  visitBits(eligible, (index) => {
    const running = market.campaigns[index]!;
    if (!running.campaign.openAuction) return true;
    const bid = priceOne(asked, imp, running, market);
    if (typeof bid === 'string') {
      running.reasons.add(bid);
      return true;
    }
    priced += 1;
    if (best === undefined || bid.priceCpmMicros > best.priceCpmMicros) {
      best?.campaign.reasons.add('value-too-low');
      best = bid;
    } else running.reasons.add('value-too-low');
    return priced < MOST_PRICED;
  });
  return best;
}

function priceOne(asked: Asked, imp: Imp, running: RunningCampaign, market: Market): Candidate | NoBidReason {
  const { campaign, wallet, index } = running;
  const { agents, caps, random } = market;
  if (wallet.free(asked.monotonic) <= 0) return wallet.epoch === 0 ? 'ledger-unavailable' : 'budget-spent';
  if (!agents.admits(index, asked.request.id)) return 'paced';
  const unheard = currencyRefusal(running, asked) || campaignSeatRefusal(running, asked);
  if (unheard !== '') return unheard;
  const capKey = capKeyOf(running, asked);
  if (capKey !== '' && !caps.allows(capKey, campaign.frequencyCap!, asked.now)) return 'frequency-capped';
  const creatives = creativesFor(asked, imp, running, undefined);
  if (creatives.length === 0) return refusalOfLast();
  const exposures = capKey === '' ? 0 : caps.exposures(capKey);
  const choice = agents.choose(index, creatives, { segment: asked.segment, exposures }, random);
  const floorCpm = floorFor(asked, imp, running, choice.creative, undefined, market.convert);
  if (floorCpm === undefined) return 'rate-stale';
  if (floorCpm > campaign.maxCpm) return 'below-floor';
  const { format } = campaign.creatives[choice.creative]!;
  const prices = marketOf(asked.exchange.name, format, asked.request.inventory.kind, undefined);
  const wanted = agents.price(index, {
    valueCpm: choice.valueCpm,
    floorCpm,
    auction: auctionKindOf(asked.request, undefined) === 'second' ? 'second' : 'first',
    maxCpm: campaign.maxCpm,
    market: prices,
  });
  const priceCpmMicros = roundBidPrice(asked.exchange.profile, wanted);
  if (!(wanted > 0) || priceCpmMicros < floorCpm || priceCpmMicros > campaign.maxCpm) return 'below-floor';
  if (impressionCost(priceCpmMicros, imp.multiplier) > wallet.free(asked.monotonic)) return 'budget-spent';
  return {
    impId: imp.id,
    seat: seatOf(running, asked),
    priceCpmMicros,
    dealId: '',
    imp,
    campaign: running,
    creative: choice.creative,
    wallet,
    deal: undefined,
    valueCpm: choice.valueCpm,
    propensity: choice.propensity,
    segment: asked.segment,
    exposures,
    market: prices,
  };
}

/** Who is counted for this campaign's cap; '' when it has none, or the user may not be counted. */
export function capKeyOf(running: RunningCampaign, asked: Asked): string {
  const { frequencyCap, id } = running.campaign;
  return frequencyCap === null || asked.userKey === '' ? '' : `${id}|${asked.userKey}`;
}
