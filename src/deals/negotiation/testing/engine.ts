import { GavotteError, type Money, money } from '../../../kernel/index.ts';
import type { DealsClient, NegotiationMessage, NegotiationReply } from '../../types.ts';

const TIERS = {
  public: { rounds: 3, roundCap: 0.03, totalCap: 0.08, share: 0.3 },
  seat: { rounds: 4, roundCap: 0.04, totalCap: 0.12, share: 0.4 },
  agency: { rounds: 5, roundCap: 0.05, totalCap: 0.15, share: 0.5 },
  advertiser: { rounds: 6, roundCap: 0.06, totalCap: 0.2, share: 0.65 },
} as const;

/** A small model of the real seller's engine (wire §6.3), in dollars and binary floats as the original. */
export class ModelEngine {
  readonly prices: number[] = [];
  readonly #tier: (typeof TIERS)[keyof typeof TIERS];
  readonly #base: number;
  readonly #floor: number;
  #last: number;
  #round = 0;
  #final: number | null = null;

  constructor(tier: keyof typeof TIERS, base: number, floor: number) {
    this.#tier = TIERS[tier];
    this.#base = base;
    this.#floor = floor;
    this.#last = base;
  }

  counter(offer: number): { action: string; price: number } {
    this.#round += 1;
    const answer = this.#answer(offer);
    if (answer.action !== 'reject') {
      this.#last = answer.price;
      this.prices.push(answer.price);
    }
    return answer;
  }

  get last(): number {
    return this.#last;
  }

  get round(): number {
    return this.#round;
  }

  get roundsRemaining(): number {
    return Math.max(0, this.#tier.rounds - this.#round);
  }

  #answer(offer: number): { action: string; price: number } {
    const { rounds, roundCap, totalCap, share } = this.#tier;
    const base = this.#base;
    if (offer >= base || offer >= this.#last) return { action: 'accept', price: offer };
    if (offer <= 0 || this.#round > rounds || this.#final !== null)
      return { action: 'reject', price: this.#last };
    if (offer < this.#floor) return this.#finalWhen(this.#round === rounds, this.#floor);
    const given = (base - this.#last) / base;
    const drop = Math.min(share * (this.#last - offer), roundCap * base);
    const lowest = Math.max(this.#floor, base * (1 - totalCap));
    const price = cents(Math.max(this.#last - drop, lowest));
    const more = Math.max(0, (base - price) / base - given);
    if (more < 0.8 * (totalCap - given) && this.#round < rounds) return { action: 'counter', price };
    if (offer >= lowest) return { action: 'accept', price: offer };
    return this.#finalWhen(true, cents(lowest));
  }

  #finalWhen(isFinal: boolean, price: number): { action: string; price: number } {
    if (isFinal) this.#final = price;
    return { action: isFinal ? 'final_offer' : 'counter', price };
  }
}

/** To two places, ties to the even cent, as the original rounds. */
function cents(value: number): number {
  const scaled = value * 100;
  const below = Math.floor(scaled);
  const isTie = scaled - below === 0.5;
  return (isTie ? below + (below % 2) : Math.round(scaled)) / 100;
}

/** How a seller answers; it may lie. */
export type Answerer = (message: NegotiationMessage) => NegotiationReply | Promise<NegotiationReply>;

/** A deals client that can only negotiate; `messages` is what it was sent. */
export function negotiator(answer: Answerer): DealsClient & { readonly messages: NegotiationMessage[] } {
  const messages: NegotiationMessage[] = [];
  const refuse = () => Promise.reject(new GavotteError('GV_INTERNAL', 'not part of this test'));
  return {
    messages,
    sellerUrl: 'https://seller.example',
    listProducts: refuse,
    requestQuote: refuse,
    getQuote: refuse,
    bookDeal: refuse,
    getDeal: refuse,
    cancelDeal: refuse,
    negotiate: async (message) => {
      messages.push(message);
      return answer(message);
    },
  };
}

/** A reply with what matters given. */
export function reply(action: string, price: number | Money | null, rest: Partial<NegotiationReply> = {}) {
  const status = { accept: 'accepted', reject: 'rejected' }[action] ?? 'active';
  const sellerPrice = typeof price === 'number' ? money(Math.round(price * 1e6), 'USD') : price;
  return { negotiationId: 'neg-1', status, action, roundNumber: 1, sellerPrice, roundsRemaining: 2, ...rest };
}

/** The wire's side of `ModelEngine`: counters, accept at its last price, reject. */
export function engineAnswers(engine: ModelEngine): Answerer {
  return ({ action, buyerPrice }) => {
    const state = () => ({ roundNumber: engine.round, roundsRemaining: engine.roundsRemaining });
    if (action === 'accept') return reply('accept', engine.last, { ...state(), roundsRemaining: 0 });
    if (action === 'reject') return reply('reject', null, { ...state(), roundsRemaining: 0 });
    const answer = engine.counter((buyerPrice?.amountMicros ?? 0) / 1e6);
    return reply(answer.action, answer.price, state());
  };
}
