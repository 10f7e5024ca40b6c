import {
  compare,
  GavotteError,
  type Money,
  micros,
  showMoney,
  subtract,
  uuidFrom,
} from '../../kernel/index.ts';
import type { NegotiationRecord, NegotiationRound } from '../results.ts';
import type { NegotiationMessage, NegotiationReply, VerifiedQuote } from '../types.ts';
import { readAnswer, type SellerAnswer } from './reply.ts';
import type { NegotiationContext, NegotiationDecision, NegotiationStrategy } from './strategy.ts';

/** A concession below a cent is none: a seller that makes such ones could go on forever (fault B18). */
const LEAST_CONCESSION_MICROS = 10_000;

export interface QuoteNegotiationInput {
  readonly quote: VerifiedQuote;
  readonly openingCpm: Money;
  readonly walkAwayCpm: Money;
  readonly strategy: () => NegotiationStrategy;
  readonly maxRounds: number;
  /** One message to the seller, bounded in time. */
  readonly send: (message: NegotiationMessage) => Promise<NegotiationReply>;
  readonly bestAlternativeCpm: () => Money | null;
  readonly onOpen: (openCpm: Money) => void;
  /** After each exchange, with the price that could be had now. */
  readonly onRound: (round: NegotiationRound, available: Money) => void;
}

type Outcome = Pick<NegotiationRecord, 'outcome' | 'agreedCpm' | 'reason'>;

/**
 * Bargains about one quote, by its id, so that the agreed price is the one its booking strikes. Ends within
 * `maxRounds` counters and one closing message; never throws; whatever goes wrong, the quoted price stands.
 */
export class QuoteNegotiation {
  readonly #input: QuoteNegotiationInput;
  readonly #rounds: NegotiationRound[] = [];
  #standing: Money;
  #lastReply: NegotiationReply | null = null;
  #isFinal = false;
  #messages = 0;

  constructor(input: QuoteNegotiationInput) {
    this.#input = input;
    this.#standing = input.openingCpm;
  }

  async run(): Promise<NegotiationRecord> {
    try {
      return this.#record(await this.#bargain());
    } catch (thrown) {
      const reason = GavotteError.from(thrown).message;
      return this.#record({ outcome: 'unavailable', agreedCpm: null, reason });
    }
  }

  async #bargain(): Promise<Outcome> {
    const { maxRounds } = this.#input;
    const strategy = this.#input.strategy();
    for (;;) {
      const decision = this.#bounded(strategy.next(this.#context()));
      if (decision.action === 'reject') return this.#leave(decision.reason);
      if (decision.action === 'accept') return this.#close('the price was good enough');
      if (this.#rounds.length >= maxRounds) return this.#close(`${maxRounds} rounds are over`);
      if (this.#rounds.length === 0) this.#input.onOpen(decision.price);
      const before = this.#standing;
      const answer = await this.#counter(decision.price);
      if (answer.kind === 'rejected') return { outcome: 'rejected', agreedCpm: null, reason: answer.reason };
      if (answer.kind === 'accepted') return agreed(answer.price, 'the seller took our price');
      if (compare(answer.price, before) > 0) {
        const reason = `the seller raised its price from ${showMoney(before)} to ${showMoney(answer.price)}`;
        return this.#leave(reason);
      }
      this.#standing = answer.price;
      this.#isFinal ||= answer.isFinal;
      const concession = subtract(before, answer.price).amountMicros;
      if (concession < LEAST_CONCESSION_MICROS) {
        return this.#close('the seller stopped moving');
      }
    }
  }

  /** Keeps a strategy within its limits: a counter at or above the seller's price is the seller's price. */
  #bounded(decision: NegotiationDecision): NegotiationDecision {
    if (decision.action !== 'counter') return decision;
    const { walkAwayCpm } = this.#input;
    const wanted = Math.min(decision.price.amountMicros, walkAwayCpm.amountMicros);
    if (wanted >= this.#standing.amountMicros) return { action: 'accept' };
    if (this.#isFinal) return { action: 'reject', reason: 'the final offer was not good enough' };
    if (!(wanted > 0)) return { action: 'reject', reason: 'the strategy offered nothing' };
    return { action: 'counter', price: { ...walkAwayCpm, amountMicros: micros(wanted) } };
  }

  async #counter(price: Money): Promise<SellerAnswer> {
    const reply = await this.#send({ action: 'counter', buyerPrice: price });
    this.#lastReply = reply;
    const answer = readAnswer(reply, price);
    const round = {
      round: this.#rounds.length + 1,
      buyerPrice: price,
      sellerPrice: reply.sellerPrice,
      action: reply.action,
    };
    this.#rounds.push(round);
    this.#input.onRound(round, this.#available(answer));
    return answer;
  }

  /** What we could have now: the quoted price stays available whatever the seller answers. */
  #available(answer: SellerAnswer): Money {
    const { openingCpm } = this.#input;
    return answer.kind !== 'rejected' && compare(answer.price, openingCpm) < 0 ? answer.price : openingCpm;
  }

  /** Takes the standing price if it is better than the quoted one and within the limit. */
  async #close(reason: string): Promise<Outcome> {
    const { openingCpm, walkAwayCpm } = this.#input;
    const standing = this.#standing;
    if (compare(standing, walkAwayCpm) > 0) return this.#leave(`${reason}, but above the walk-away price`);
    if (compare(standing, openingCpm) >= 0) {
      return { outcome: 'walked_away', agreedCpm: null, reason: `${reason}; the quoted price stands` };
    }
    const answer = readAnswer(await this.#send({ action: 'accept' }), standing);
    if (answer.kind === 'accepted') return agreed(answer.price, reason);
    const denied = answer.kind === 'rejected' ? answer.reason : 'the seller went back on its offer';
    return { outcome: 'rejected', agreedCpm: null, reason: denied };
  }

  /**
   * Ends without agreement. The seller is told only when the quoted price is beyond us too: otherwise the quote
   * may still be booked as it stands.
   */
  async #leave(reason: string): Promise<Outcome> {
    const { openingCpm, walkAwayCpm } = this.#input;
    if (this.#messages > 0 && compare(openingCpm, walkAwayCpm) > 0) {
      await this.#send({ action: 'reject' }).catch(() => {});
    }
    return { outcome: 'walked_away', agreedCpm: null, reason };
  }

  #send(message: Pick<NegotiationMessage, 'action' | 'buyerPrice'>): Promise<NegotiationReply> {
    const { quoteId, sellerId } = this.#input.quote;
    this.#messages += 1;
    const idempotencyKey = uuidFrom(`negotiation|${sellerId}|${quoteId}|${this.#messages}`);
    return this.#input.send({ idempotencyKey, quoteId, ...message });
  }

  #context(): NegotiationContext {
    const { quote, openingCpm, walkAwayCpm, maxRounds } = this.#input;
    return {
      quote,
      openingCpm,
      walkAwayCpm,
      sellerCpm: this.#standing,
      rounds: this.#rounds,
      roundsLeft: maxRounds - this.#rounds.length,
      lastReply: this.#lastReply,
      isFinalOffer: this.#isFinal,
      bestAlternativeCpm: this.#input.bestAlternativeCpm(),
    };
  }

  #record(outcome: Outcome): NegotiationRecord {
    const { quote, openingCpm } = this.#input;
    const { sellerId, quoteId } = quote;
    return { sellerId, quoteId, openingCpm, rounds: this.#rounds, ...outcome };
  }
}

function agreed(agreedCpm: Money, reason: string): Outcome {
  return { outcome: 'accepted', agreedCpm, reason };
}
