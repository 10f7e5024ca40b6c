import { compare, GavotteError, type Money, micros, timesShareRoundingUp } from '../../kernel/index.ts';
import type {
  NegotiationContext,
  NegotiationDecision,
  NegotiationStrategy,
  NegotiationStrategyFactory,
} from './strategy.ts';

export interface SimpleThresholdOptions {
  /** The first offer. */
  readonly target: Money;
  /** The highest price accepted. */
  readonly max: Money;
  /** How much each further offer rises, up to `max`. */
  readonly step: Money;
  readonly maxRounds: number;
}

/**
 * The reference buyer's strategy (semantics §16): offer the target, raise it by a step each round, take the
 * first price within the maximum, walk away when the seller stops moving or the rounds are over.
 */
export class SimpleThreshold implements NegotiationStrategy {
  readonly #options: SimpleThresholdOptions;
  #lastOffer: Money | null = null;

  constructor(options: SimpleThresholdOptions) {
    this.#options = options;
  }

  next({ sellerCpm, rounds, openingCpm, isFinalOffer }: NegotiationContext): NegotiationDecision {
    const { target, max, step, maxRounds } = this.#options;
    if (rounds.length > 0 && compare(sellerCpm, max) <= 0) return { action: 'accept' };
    if (rounds.length >= maxRounds || isFinalOffer) {
      return { action: 'reject', reason: 'no price within the maximum' };
    }
    const previous = rounds.at(-2)?.sellerPrice ?? openingCpm;
    if (rounds.length > 0 && compare(sellerCpm, previous) >= 0) {
      return { action: 'reject', reason: 'the seller stopped moving' };
    }
    const raised =
      this.#lastOffer === null ? target.amountMicros : this.#lastOffer.amountMicros + step.amountMicros;
    this.#lastOffer = { ...target, amountMicros: micros(Math.min(raised, max.amountMicros)) };
    return { action: 'counter', price: this.#lastOffer };
  }
}

/**
 * `SimpleThreshold` for every quote, with shares of its price: opens at `target`, rises by `step`, accepts up to
 * the walk-away price. @defaultValue target 0.8, step 0.03, maxRounds 3
 */
export function simpleThreshold(
  options: { target?: number; step?: number; maxRounds?: number } = {},
): NegotiationStrategyFactory {
  const { target = 0.8, step = 0.03, maxRounds = 3 } = options;
  if (!(target > 0 && target < 1) || !(step > 0 && step < 1)) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `target ${target} and step ${step} must be shares between 0 and 1`,
    );
  }
  return (quote, walkAwayCpm) => {
    const opening = quote.finalCpm ?? walkAwayCpm;
    const share = (of: number) => timesShareRoundingUp(opening, Math.round(of * 1e6));
    return new SimpleThreshold({ target: share(target), max: walkAwayCpm, step: share(step), maxRounds });
  };
}
