import { NO_BID_REASONS, type NoBidReason } from '../../openrtb/index.ts';

const NAMES = Object.keys(NO_BID_REASONS) as readonly NoBidReason[];
const INDEXES: ReadonlyMap<NoBidReason, number> = new Map(NAMES.map((name, index) => [name, index]));

/** How often each reason kept us from bidding (N2); counting costs no more than adding to an array. */
export class ReasonCounts {
  readonly #counts = new Float64Array(NAMES.length);

  add(reason: NoBidReason): void {
    this.#counts[INDEXES.get(reason)!]! += 1;
  }

  /** The reasons that occurred, most frequent first. */
  entries(): readonly (readonly [NoBidReason, number])[] {
    return NAMES.map((name, index) => [name, this.#counts[index]!] as const)
      .filter(([, count]) => count > 0)
      .sort((a, b) => b[1] - a[1]);
  }
}
