import { type Money, micros } from '../../kernel/index.ts';
import type { NegotiationReply } from '../types.ts';
import { CONCESSION_RULES, type ConcessionRule, type Exchange, explains } from './concession-table.ts';
import type {
  NegotiationContext,
  NegotiationDecision,
  NegotiationStrategy,
  NegotiationStrategyFactory,
} from './strategy.ts';

/** The first offer: below nearly every floor, and an offer a person could make. */
const PROBE_SHARE = 0.5;
/** The second one, for floors lower than that. */
const LOWEST_SHARE = 0.02;
const ONE_CENT = 10_000;
/** A further round must promise this share of the opening price, or it is not worth its message. */
const WORTHWHILE_SHARE = 0.005;
/** How far our next offer moves towards a seller that follows no rule we know. */
const APPROACH = 1 / 3;

/**
 * Learns how the seller concedes from its counters. A seller that follows the published table (wire §6.3)
 * answers an offer below its floor with the floor itself, the lowest price it has: two messages. One that does
 * not is bargained with by the share of the gap it was seen to give.
 */
export class Adaptive implements NegotiationStrategy {
  readonly #exchanges: Exchange[] = [];
  #before = 0;
  #offer = 0;

  next(context: NegotiationContext): NegotiationDecision {
    const { openingCpm, sellerCpm, lastReply, roundsLeft, isFinalOffer } = context;
    if (lastReply === null) {
      return this.#counter(context, Math.floor(openingCpm.amountMicros * PROBE_SHARE));
    }
    this.#exchanges.push({ before: this.#before, offer: this.#offer, after: sellerCpm.amountMicros });
    if (isFinalOffer || roundsLeft === 0 || lastReply.roundsRemaining <= 0) return { action: 'accept' };
    const rule = this.#rule(context, lastReply);
    if (rule === undefined) return this.#byMeasuredShare(context);
    const isFloor = !explains(rule, openingCpm.amountMicros, this.#exchanges.at(-1)!);
    if (isFloor) return { action: 'accept' };
    return this.#counter(context, this.#lowest(openingCpm));
  }

  /** The table's row with the rounds this seller announces, as long as its answers fit the row or are its floor. */
  #rule({ openingCpm }: NegotiationContext, reply: NegotiationReply): ConcessionRule | undefined {
    const rounds = reply.roundNumber + reply.roundsRemaining;
    const rule = CONCESSION_RULES.find((each) => each.rounds === rounds);
    if (rule === undefined) return undefined;
    const answers = this.#exchanges.filter((each) => !explains(rule, openingCpm.amountMicros, each));
    const floors = new Set(answers.map((each) => each.after));
    return floors.size <= 1 ? rule : undefined;
  }

  #byMeasuredShare(context: NegotiationContext): NegotiationDecision {
    const { openingCpm, sellerCpm } = context;
    const { before, offer, after } = this.#exchanges.at(-1)!;
    const share = before > offer ? (before - after) / (before - offer) : 0;
    const next = Math.floor(offer + (sellerCpm.amountMicros - offer) * APPROACH);
    const gain = share * (sellerCpm.amountMicros - next);
    if (gain < openingCpm.amountMicros * WORTHWHILE_SHARE) return { action: 'accept' };
    return this.#counter(context, next);
  }

  #lowest(openingCpm: Money): number {
    return Math.max(ONE_CENT, Math.floor(openingCpm.amountMicros * LOWEST_SHARE));
  }

  #counter({ sellerCpm }: NegotiationContext, price: number): NegotiationDecision {
    this.#before = sellerCpm.amountMicros;
    this.#offer = Math.max(1, price);
    return { action: 'counter', price: { ...sellerCpm, amountMicros: micros(this.#offer) } };
  }
}

/** `Adaptive` for every quote. */
export const adaptive: NegotiationStrategyFactory = () => new Adaptive();
