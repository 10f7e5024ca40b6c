import type { Micros, RandomStream } from '../../kernel/index.ts';
import {
  type BidRequest,
  bidCurrencyOf,
  type DealOffer,
  dealRefusal,
  type Floor,
  floorOf,
  type Imp,
  type PodBreak,
  type Refusal,
  type RequestBlocks,
  seatRefusal,
  type VideoSlot,
} from '../../openrtb/index.ts';
import { isRefused } from '../agents/creative-approval.ts';
import type { Tape } from '../decisions/tape.ts';
import { slotOf } from './candidate.ts';
import type { CreativeFits } from './creative-fits.ts';
import type { RunningCampaign } from './running-campaign.ts';
import type { RunningExchange } from './running-exchange.ts';

/** One request while it is decided. */
export interface Asked {
  readonly exchange: RunningExchange;
  readonly request: BidRequest;
  readonly blocks: RequestBlocks;
  /** Whether transparency is required (B17). */
  readonly dsaRequired: boolean;
  /** Breaks by `podid`. */
  readonly pods: Map<string, PodBreak>;
  /** Segment that may be used; '' for none. */
  readonly segment: string;
  /** Who is counted for frequency; '' when nobody may be. */
  readonly userKey: string;
  /** Wall and monotonic milliseconds. */
  readonly now: number;
  readonly monotonic: number;
  /** Through which goes what is read of the world that moves. */
  readonly tape: Tape;
  /** What is left to chance in this decision; it depends on the decision’s number alone. */
  readonly chance: RandomStream;
  /** The currency of the answer, once its first bid has chosen it: there is one per answer (F4). */
  currency: string;
  /** Why nothing was bid, if nothing is: what kept the first campaign that suits, which is worth most, from bidding. */
  mainReason: Refusal;
}

const fitting: number[] = [];
let lastRefusal: Refusal = '';

/**
 * The creatives of a campaign that may run in an imp, as indexes; the list is reused by the next call. When it is
 * empty, `refusalOfLast` tells why the last one may not.
 */
export function creativesFor(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  offer: DealOffer | undefined,
  fits: CreativeFits,
): readonly number[] {
  fitting.length = 0;
  lastRefusal = 'no-creative';
  if (asked.dsaRequired && running.campaign.dsa === null) return fitting;
  const { creatives, index: campaign } = running;
  for (let index = 0; index < creatives.length; index += 1) {
    const refusal =
      fits.refusal(imp, asked.blocks, campaign, index) || placeRefusal(asked, imp, running, index, offer);
    if (refusal === '') fitting.push(index);
    else if (refusal !== 'format-not-offered') lastRefusal = refusal;
  }
  return fitting;
}

/** Why `creativesFor` found none. */
export function refusalOfLast(): Exclude<Refusal, ''> {
  return lastRefusal === '' ? 'no-creative' : lastRefusal;
}

/** Whether the creative may run there now: after reviews, under the deal, beside the other ads of its break. */
function placeRefusal(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  index: number,
  offer: DealOffer | undefined,
): Refusal {
  const creative = running.creatives[index]!;
  if (asked.tape.flag(isRefused(creative, asked.exchange.name, asked.now))) return 'no-creative';
  const { facts } = creative;
  if (offer !== undefined) {
    const unlisted = dealRefusal(offer, seatOf(running, asked), facts);
    if (unlisted !== '') return unlisted;
  }
  if (asked.pods.size === 0) return '';
  const slot = slotOf(imp, facts.creative.format);
  const pod = slot === undefined || slot.podid === '' ? undefined : asked.pods.get(slot.podid);
  return pod === undefined || slot === undefined ? '' : pod.refusal(imp.id, slot, facts.creative);
}

/** Our seat there; '' when the campaign has none. */
export function seatOf(running: RunningCampaign, asked: Asked): string {
  return running.campaign.seats[asked.exchange.name] ?? '';
}

/** Whether the answer can be in the campaign's currency. */
export function currencyRefusal({ campaign: { currency } }: RunningCampaign, asked: Asked): Refusal {
  const taken = asked.currency === '' ? bidCurrencyOf(asked.request, [currency]) : asked.currency;
  return taken === currency ? '' : 'currency-unknown';
}

/** Whether this exchange hears the campaign in this request at all. */
export function campaignSeatRefusal(running: RunningCampaign, asked: Asked): Refusal {
  return seatRefusal(asked.request, seatOf(running, asked));
}

/**
 * The floor in the campaign's currency, with the exchange's fees on top (F5); undefined when it is in another
 * currency for which there is no fresh rate: then there is no bid (F4, I13).
 */
export function floorFor(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  creative: number,
  offer: DealOffer | undefined,
  convert: (floor: Floor, currency: string) => number | undefined,
): number | undefined {
  return floorInOurs(asked, floorOf(imp, running.campaign.creatives[creative]!, offer), running, convert);
}

/** What every creative of the campaign must reach in the open auction; 0 where floors depend on the creative. */
export function leastFloorFor(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  convert: (floor: Floor, currency: string) => number | undefined,
): number | undefined {
  const { bidfloor, bidfloorcur } = imp;
  if (bidfloor === 0 || floorsDependOnCreative(imp)) return 0;
  return floorInOurs(asked, { micros: bidfloor as Micros, currency: bidfloorcur }, running, convert);
}

/** Whether the imp asks more of a longer creative (F3). */
export function floorsDependOnCreative({ video, audio }: Imp): boolean {
  return hasFloorByLength(video) || hasFloorByLength(audio);
}

function hasFloorByLength(slot: VideoSlot | undefined): boolean {
  return slot !== undefined && (slot.mincpmpersec > 0 || slot.durfloors.length > 0);
}

function floorInOurs(
  { exchange, tape }: Asked,
  floor: Floor,
  { campaign: { currency } }: RunningCampaign,
  convert: (floor: Floor, currency: string) => number | undefined,
): number | undefined {
  const isOurs = floor.currency === currency || floor.micros === 0;
  const inOurs = isOurs ? floor.micros : tape.number(convert(floor, currency) ?? Number.NaN);
  if (Number.isNaN(inOurs)) return undefined;
  const { floorGrossUpMillionths } = exchange.profile;
  return floorGrossUpMillionths === 1_000_000
    ? inOurs
    : Math.ceil((inOurs * floorGrossUpMillionths) / 1_000_000);
}
