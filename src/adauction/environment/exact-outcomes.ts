import type { OpenBid } from '../../delivery/index.ts';
import { type EpochMs, money } from '../../kernel/index.ts';
import { OUTCOME_VERSION, type OutcomeRecord, outcomeId } from '../../outcomes/index.ts';

/** Hears of what happens in a day that is played impression by impression, as an outcome log would. */
export type OutcomeHearer = (record: OutcomeRecord) => void;

/** A bid of a day. */
export interface HeardBid {
  readonly id: string;
  readonly bid: OpenBid;
}

const CURRENCY = 'USD';

/** Tells of the bids of a day and what became of them. Ids are those of the day, so a day that is played again has the same. */
export class ExactOutcomes {
  readonly #day: number;
  readonly #hear: OutcomeHearer;
  #bids = 0;

  /** @param day its number: ids begin with it. */
  constructor(day: number, hear: OutcomeHearer) {
    this.#day = day;
    this.#hear = hear;
  }

  bid(at: number, bid: OpenBid): HeardBid {
    const id = `day${this.#day}-${this.#bids.toString(36)}`;
    this.#bids += 1;
    const { priceCpmMicros, valueCpm, propensity, segment, exposures, market } = bid.candidate;
    this.#tell({ id, bid }, at, 'bid', null, {
      cpm: money(priceCpmMicros, CURRENCY),
      choice: { valueCpm, propensity, segment, exposures, market },
    });
    return { id, bid };
  }

  lost(heard: HeardBid, at: number, toBeatCpm: number): void {
    this.#tell(heard, at, 'loss', heard.id, { reason: null, minToWin: money(toBeatCpm, CURRENCY) });
  }

  won(heard: HeardBid, at: number, clearingCpm: number, toBeatCpm: number, paid: number): void {
    const prices = { cpm: money(clearingCpm, CURRENCY), minToWin: money(toBeatCpm, CURRENCY) };
    this.#tell(heard, at, 'win', heard.id, prices);
    this.#tell(heard, at, 'billing', heard.id, { cost: money(paid, CURRENCY) });
  }

  clicked(heard: HeardBid, at: number): void {
    this.#tell(heard, at, 'click', heard.id, {});
  }

  /** What a click has led to; `at` may be after the day. */
  converted({ id, bid }: HeardBid, at: number, micros: number): void {
    this.#hear({
      version: OUTCOME_VERSION,
      id: outcomeId('conversion', id),
      parent: id,
      at: Math.round(at) as EpochMs,
      campaign: bid.candidate.campaign.campaign.id,
      kind: 'conversion',
      action: 'sale',
      value: money(Math.round(micros), CURRENCY),
    });
  }

  #tell(
    { id, bid }: HeardBid,
    at: number,
    kind: OutcomeRecord['kind'],
    parent: string | null,
    more: object,
  ): void {
    const { campaign, creative } = bid.candidate;
    this.#hear({
      version: OUTCOME_VERSION,
      id: outcomeId(kind, id),
      parent,
      at: at as EpochMs,
      campaign: campaign.campaign.id,
      kind,
      exchange: bid.exchange,
      deal: '',
      creative: campaign.campaign.creatives[creative]!.id,
      ...more,
    } as OutcomeRecord);
  }
}
