import {
  type BidRequest,
  bidCurrencyOf,
  type DealOffer,
  dealRefusal,
  type Floor,
  fitRefusal,
  floorOf,
  type Imp,
  type PodBreak,
  type Refusal,
  type RequestBlocks,
  seatRefusal,
} from '../../openrtb/index.ts';
import { slotOf } from './candidate.ts';
import type { RunningCampaign } from './running-campaign.ts';
import type { RunningExchange } from './running-exchange.ts';

/** One request while it is decided. */
export interface Asked {
  readonly exchange: RunningExchange;
  readonly request: BidRequest;
  readonly blocks: RequestBlocks;
  /** Breaks by `podid`. */
  readonly pods: Map<string, PodBreak>;
  /** Segment that may be used; '' for none. */
  readonly segment: string;
  /** Who is counted for frequency; '' when nobody may be. */
  readonly userKey: string;
  /** Wall and monotonic milliseconds. */
  readonly now: number;
  readonly monotonic: number;
  /** The currency of the answer, once its first bid has chosen it: there is one per answer (F4). */
  currency: string;
}

/** From here on `dsarequired` asks for transparency (2: required, 3: required of online platforms). */
const DSA_REQUIRED = 2;

const FORMATS = ['banner', 'video', 'audio', 'native'] as const;

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
): readonly number[] {
  fitting.length = 0;
  lastRefusal = 'no-creative';
  if (asked.request.regs.dsaRequired >= DSA_REQUIRED && running.campaign.dsa === null) return fitting;
  let judged = -1;
  let blocked: Refusal = '';
  for (const format of FORMATS) {
    if (imp[format] === undefined) continue;
    for (const index of running.byFormat[format]) {
      let refusal = slotRefusal(asked, imp, running, index, offer);
      if (refusal === '') {
        // What is blocked is mostly the same for all creatives of a campaign: those of one advertiser and category.
        const { alike, facts } = running.creatives[index]!;
        if (alike !== judged) blocked = asked.blocks.refusal(facts);
        judged = alike;
        refusal = blocked;
      }
      if (refusal === '') fitting.push(index);
      else lastRefusal = refusal;
    }
  }
  return fitting;
}

/** Why `creativesFor` found none. */
export function refusalOfLast(): Exclude<Refusal, ''> {
  return lastRefusal === '' ? 'no-creative' : lastRefusal;
}

/** Whether the creative may run there at all, apart from what the request blocks. */
function slotRefusal(
  asked: Asked,
  imp: Imp,
  running: RunningCampaign,
  index: number,
  offer: DealOffer | undefined,
): Refusal {
  const { facts, refusedBy } = running.creatives[index]!;
  const { creative } = facts;
  const fit = fitRefusal(imp, creative);
  if (fit !== '') return fit;
  if (refusedBy.size > 0 && refusedBy.has(asked.exchange.name)) return 'no-creative';
  if (offer !== undefined) {
    const unlisted = dealRefusal(offer, seatOf(running, asked), facts);
    if (unlisted !== '') return unlisted;
  }
  const slot = slotOf(imp, creative.format);
  const pod = slot === undefined || slot.podid === '' ? undefined : asked.pods.get(slot.podid);
  return pod === undefined || slot === undefined ? '' : pod.refusal(imp.id, slot, creative);
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
  const floor = floorOf(imp, running.campaign.creatives[creative]!, offer);
  const { currency } = running.campaign;
  const inOurs = floor.currency === currency || floor.micros === 0 ? floor.micros : convert(floor, currency);
  if (inOurs === undefined) return undefined;
  const { floorGrossUpMillionths } = asked.exchange.profile;
  return floorGrossUpMillionths === 1_000_000
    ? inOurs
    : Math.ceil((inOurs * floorGrossUpMillionths) / 1_000_000);
}
