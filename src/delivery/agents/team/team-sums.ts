import { FACT } from './team-facts.ts';

/** What is added up of a campaign between two policy ticks. Prices are CPM micros, money is micros. */
const SUM = {
  requests: 0,
  bids: 1,
  bidCpm: 2,
  firstPrice: 3,
  wins: 4,
  paidCpm: 5,
  valueCpm: 6,
  toBeatLog: 7,
  toBeatCount: 8,
  exposures: 9,
  realised: 10,
  target: 11,
  throttleMs: 12,
  watchedMs: 13,
} as const;
const SUM_COUNT = 14;

/** What campaigns met since the last policy tick: a few additions on the bid path, read once a policy tick. */
export class TeamSums {
  readonly #sums: Float64Array;

  constructor(campaigns: number) {
    this.#sums = new Float64Array(campaigns * SUM_COUNT);
  }

  /** The campaign could have taken part in a request. */
  request(campaign: number): void {
    this.#sums[campaign * SUM_COUNT + SUM.requests]! += 1;
  }

  bid(campaign: number, cpm: number, isFirstPrice: boolean): void {
    const at = campaign * SUM_COUNT;
    this.#sums[at + SUM.bids]! += 1;
    this.#sums[at + SUM.bidCpm]! += cpm;
    if (isFirstPrice) this.#sums[at + SUM.firstPrice]! += 1;
  }

  /** `paidCpm` is what it costs, as far as it is known. */
  won(campaign: number, paidCpm: number, valueCpm: number, exposures: number): void {
    const at = campaign * SUM_COUNT;
    this.#sums[at + SUM.wins]! += 1;
    this.#sums[at + SUM.paidCpm]! += paidCpm;
    this.#sums[at + SUM.valueCpm]! += valueCpm;
    this.#sums[at + SUM.exposures]! += exposures;
  }

  /** The exchange told what it took, or would have taken, to win. */
  toBeat(campaign: number, cpm: number): void {
    const at = campaign * SUM_COUNT;
    if (!(cpm > 0)) return;
    this.#sums[at + SUM.toBeatLog]! += Math.log(cpm);
    this.#sums[at + SUM.toBeatCount]! += 1;
  }

  /** Something of value came of the campaign’s spend. */
  realised(campaign: number, valueMicros: number): void {
    this.#sums[campaign * SUM_COUNT + SUM.realised]! += valueMicros;
  }

  /** Pacing wants so much spent in the `ms` to come, and such a share of requests taken. */
  paced(campaign: number, micros: number, throttle: number, ms: number): void {
    const at = campaign * SUM_COUNT;
    this.#sums[at + SUM.target]! += micros;
    this.#sums[at + SUM.throttleMs]! += throttle * ms;
    this.#sums[at + SUM.watchedMs]! += ms;
  }

  /** Writes a campaign’s sums and means into its row of facts, and begins anew. Where nothing was told, the last price stays. */
  take(campaign: number, facts: Float64Array, offset: number): void {
    const at = campaign * SUM_COUNT;
    const sum = (name: keyof typeof SUM) => this.#sums[at + SUM[name]]!;
    const mean = (name: keyof typeof SUM, count: number) => (count > 0 ? sum(name) / count : 0);
    facts[offset + FACT.requests] = sum('requests');
    facts[offset + FACT.bids] = sum('bids');
    facts[offset + FACT.wins] = sum('wins');
    facts[offset + FACT.bidCpm] = mean('bidCpm', sum('bids'));
    facts[offset + FACT.paidCpm] = mean('paidCpm', sum('wins'));
    facts[offset + FACT.valueCpm] = mean('valueCpm', sum('wins'));
    // Prices have a long tail, and what is usual is asked for.
    if (sum('toBeatCount') > 0)
      facts[offset + FACT.toBeatCpm] = Math.exp(mean('toBeatLog', sum('toBeatCount')));
    facts[offset + FACT.throttle] = mean('throttleMs', sum('watchedMs'));
    facts[offset + FACT.expectedValue] = sum('valueCpm') / 1_000;
    facts[offset + FACT.realisedValue] = sum('realised');
    facts[offset + FACT.tickTarget] = sum('target');
    if (sum('wins') > 0) facts[offset + FACT.exposures] = mean('exposures', sum('wins'));
    if (sum('bids') > 0) facts[offset + FACT.firstPrice] = sum('firstPrice') > sum('bids') / 2 ? 1 : 0;
    this.#sums.fill(0, at, at + SUM_COUNT);
  }
}
