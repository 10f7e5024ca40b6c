import { GavotteError, micros } from '../../kernel/index.ts';
import type {
  NegotiationContext,
  NegotiationDecision,
  NegotiationStrategy,
  NegotiationStrategyFactory,
} from './strategy.ts';

/** What the cheapest seller is asked to give when there is nobody to beat. */
const LEADER_DISCOUNT = 0.1;

/**
 * Lets sellers bid against each other: each is asked to be a little cheaper than the best other offer of the
 * moment, counted with its own fees, until it stops moving. A seller that gets there raises the bar for all.
 */
export class Competitive implements NegotiationStrategy {
  readonly #undercut: number;

  constructor(undercut: number) {
    this.#undercut = undercut;
  }

  next(context: NegotiationContext): NegotiationDecision {
    const { sellerCpm, roundsLeft, isFinalOffer } = context;
    if (isFinalOffer || roundsLeft === 0) return { action: 'accept' };
    const target = this.#target(context);
    if (context.rounds.length > 0 && sellerCpm.amountMicros <= target) return { action: 'accept' };
    return { action: 'counter', price: { ...sellerCpm, amountMicros: micros(Math.max(1, target)) } };
  }

  /** Below the best other offer; for the one that leads already, below its own quote. */
  #target({ openingCpm, sellerCpm, bestAlternativeCpm }: NegotiationContext): number {
    const rival = bestAlternativeCpm?.amountMicros ?? Number.POSITIVE_INFINITY;
    return sellerCpm.amountMicros <= rival
      ? Math.floor(openingCpm.amountMicros * (1 - LEADER_DISCOUNT))
      : Math.floor(rival * (1 - this.#undercut));
  }
}

/** `Competitive` for every quote, asking for `undercut` (a share) below the best other offer. @defaultValue 0.02 */
export function competitive(options: { undercut?: number } = {}): NegotiationStrategyFactory {
  const { undercut = 0.02 } = options;
  if (!(undercut >= 0 && undercut < 1)) {
    throw new GavotteError('GV_BAD_INPUT', `undercut ${undercut} must be a share from 0 to below 1`);
  }
  return () => new Competitive(undercut);
}
