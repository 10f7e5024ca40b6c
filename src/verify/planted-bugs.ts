import {
  type DealsClientFactory,
  type DeskRules,
  type Discovery,
  type NormalizedQuote,
  QuoteNormalizer,
  type VerifiedQuote,
} from '../deals/index.ts';
import { type EpochMs, GavotteError, type Money, newId, timesShareRoundingUp } from '../kernel/index.ts';
import type { Ledger, Reservation } from '../ledger/index.ts';
import { type BuyerParts, SOUND_BUYER } from './buyer.ts';
import { naiveClients } from './naive-client.ts';

/** A mistake that real buyers have made, put into ours on purpose: a checker that misses it proves nothing. */
export interface PlantedBug {
  readonly name: string;
  /** Where it was met: a numbered bug of the reference buyer (semantics §18) or a fault (reliability §4). */
  readonly origin: string;
  /** Liars that must be in the market for the bug to matter; empty: any market will do. */
  readonly liars: readonly string[];
  readonly parts: BuyerParts;
}

const { rules: SOUND_RULES } = SOUND_BUYER;

function withRules(rules: Partial<DeskRules>, more: Partial<BuyerParts> = {}): BuyerParts {
  return { ...SOUND_BUYER, ...more, rules: { ...SOUND_RULES, ...rules } };
}

/** Admits a quote without looking, the way a mapper does. */
function admit(
  quote: Parameters<DeskRules['checkQuote']>[0],
  context: Parameters<DeskRules['checkQuote']>[1],
): VerifiedQuote {
  const { request, seller } = context;
  return {
    ...quote,
    sellerId: seller.sellerId,
    sellerUrl: seller.url,
    dealType: request.dealType,
    impressions: request.impressions,
    request,
    agreedCpm: null,
  };
}

/** The real check with some of the quote replaced by what the rule wants to see. */
function checkBut(
  change: (
    quote: Parameters<DeskRules['checkQuote']>[0],
    now: EpochMs,
  ) => Partial<Parameters<DeskRules['checkQuote']>[0]>,
): DeskRules['checkQuote'] {
  return (quote, context) => ({
    ...SOUND_RULES.checkQuote({ ...quote, ...change(quote, context.now) }, context),
    expiresAt: quote.expiresAt,
  });
}

function wrapClients(
  change: (
    client: ReturnType<DealsClientFactory>,
    newKey: () => string,
  ) => Partial<ReturnType<DealsClientFactory>>,
): BuyerParts['client'] {
  return (factory, world) => (seller) => {
    const client = factory(seller);
    const bound = {
      sellerUrl: client.sellerUrl,
      listProducts: client.listProducts.bind(client),
      requestQuote: client.requestQuote.bind(client),
      getQuote: client.getQuote.bind(client),
      bookDeal: client.bookDeal.bind(client),
      getDeal: client.getDeal.bind(client),
      cancelDeal: client.cancelDeal.bind(client),
      negotiate: client.negotiate.bind(client),
    };
    return { ...bound, ...change(bound, () => newId(world)) };
  };
}

/** Delegates to a ledger but for what `change` replaces. */
function wrapLedger(change: (ledger: Ledger) => Partial<Ledger>): (ledger: Ledger) => Ledger {
  return (ledger) => {
    const changed = change(ledger);
    return new Proxy(ledger, {
      get: (target, property) => {
        const replaced = Reflect.get(changed, property) as unknown;
        if (replaced !== undefined) return replaced;
        const member = Reflect.get(target, property) as unknown;
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  };
}

class WrongNormalizer extends QuoteNormalizer {
  readonly #change: (quote: NormalizedQuote) => NormalizedQuote;
  readonly #inner: QuoteNormalizer;

  constructor(inner: QuoteNormalizer, change: (quote: NormalizedQuote) => NormalizedQuote) {
    super({ budgetCurrency: 'USD' as Money['currency'], now: () => 0 as EpochMs });
    this.#inner = inner;
    this.#change = change;
  }

  override rankQuotes(
    quotes: readonly VerifiedQuote[],
    _options: { maxCpm?: Money } = {},
  ): readonly NormalizedQuote[] {
    const ceiling = _options.maxCpm?.amountMicros ?? Number.POSITIVE_INFINITY;
    return this.#inner
      .rankQuotes(quotes)
      .map(this.#change)
      .filter((each) => (each.effectiveCpm?.amountMicros ?? 0) <= ceiling);
  }
}

const HUGE = 1_000;

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'spend is not tracked, so the budget never binds',
    origin: 'BUG-1',
    liars: [],
    parts: {
      ...SOUND_BUYER,
      ledger: wrapLedger((ledger) => ({
        open: (command) =>
          ledger.open({ ...command, cap: timesShareRoundingUp(command.cap, HUGE * 1_000_000) }),
      })),
      freeMicros: (budget) => budget * HUGE,
    },
  },
  {
    name: 'a price that is negative or no number is taken',
    origin: 'BUG B5',
    liars: ['negative-cpm', 'nan-cpm'],
    parts: withRules({ checkQuote: admit }, { client: naiveClients }),
  },
  {
    name: 'an amount is read without its currency',
    origin: 'BUG B6',
    liars: ['foreign-currency'],
    parts: withRules({ checkQuote: admit }, { client: naiveClients }),
  },
  {
    name: 'an expired quote is booked',
    origin: 'BUG B7',
    liars: ['expired-quote'],
    parts: withRules({
      checkQuote: checkBut((_quote, now) => ({ expiresAt: (now + 3_600_000) as EpochMs })),
    }),
  },
  {
    name: 'every retry has a fresh key',
    origin: 'BUG B2',
    liars: ['forgetful-quotes'],
    parts: {
      ...SOUND_BUYER,
      client: wrapClients((client, newKey) => ({
        bookDeal: (request, options) => client.bookDeal({ ...request, idempotencyKey: newKey() }, options),
      })),
    },
  },
  {
    name: 'the seller is who the body says',
    origin: 'BUG-12, B13',
    liars: ['id-swap'],
    parts: withRules({
      checkQuote: (quote, context) => ({
        ...admit(quote, context),
        sellerId: quote.claimedSellerId ?? context.seller.sellerId,
      }),
    }),
  },
  {
    name: 'one bad card loses every seller',
    origin: 'BUG B11',
    liars: ['malformed-card'],
    parts: {
      ...SOUND_BUYER,
      registry: (registry) => ({
        discoverSellers: async (query, options): Promise<Discovery> => {
          const found = await registry.discoverSellers(query, options);
          return found.excluded.length > 0 ? { sellers: [], excluded: found.excluded, warnings: [] } : found;
        },
      }),
    },
  },
  {
    name: 'the deal reply is not compared with the quote',
    origin: 'BUG-21, B8',
    liars: ['deal-price-raised'],
    parts: withRules({ dealMismatches: () => [] }),
  },
  {
    name: 'a private auction is held to the ceiling at its floor price',
    origin: 'BUG-4, BUG-5',
    liars: [],
    parts: {
      ...SOUND_BUYER,
      normalizer: (normalizer) =>
        new WrongNormalizer(normalizer, (quote) => ({ ...quote, effectiveCpm: quote.rawCpm })),
    },
  },
  {
    name: 'an unknown outcome is recorded as failed',
    origin: 'BUG-22',
    liars: [],
    parts: withRules({ bookingVerdict: () => 'failed' }),
  },
  {
    name: 'a restart forgets what it had begun',
    origin: 'BUG-22, GAP-8',
    liars: [],
    parts: {
      ...SOUND_BUYER,
      recovers: false,
      ledger: wrapLedger((ledger) => ({
        reservations: async (filter) => (await ledger.reservations(filter)).filter(isCommitted),
      })),
    },
  },
  {
    name: 'the seller is asked before the money is reserved',
    origin: 'B1',
    liars: [],
    parts: { ...SOUND_BUYER, ledger: lateReserving },
  },
  {
    name: 'a lost reply is answered by blindly asking again',
    origin: 'B3, B4',
    liars: ['ignores-keys'],
    parts: withRules(
      { keepsKeys: () => true },
      {
        client: wrapClients((client) => ({
          getQuote: async (quoteId, options) => ({
            ...(await client.getQuote(quoteId, options)),
            dealId: null,
          }),
        })),
      },
    ),
  },
  {
    name: 'a wrong deal is dropped without being cancelled',
    origin: 'B8, B15',
    liars: ['deal-price-raised'],
    parts: { ...SOUND_BUYER, client: wrapClients(() => ({ cancelDeal: async () => true })) },
  },
  {
    name: 'the budget is refilled at every start',
    origin: 'delivery bug: refill on reload',
    liars: [],
    parts: {
      ...SOUND_BUYER,
      freeMicros: (budget) => budget,
      ledger: wrapLedger((ledger) => ({
        open: async (command) => {
          const found = await ledger.account(command.account);
          if (found === undefined) return ledger.open(command);
          const used = found.reserved + found.settled;
          return ledger.setCap({
            ...command,
            cap: { ...command.cap, amountMicros: (command.cap.amountMicros + used) as Money['amountMicros'] },
          });
        },
      })),
    },
  },
];

function isCommitted(reservation: Reservation): boolean {
  return /"state":"(booked|confirmed)"/.test(reservation.memo);
}

/** Writes a reservation only when the deal is already there to be moved to its account. */
function lateReserving(ledger: Ledger): Ledger {
  const pending = new Map<string, Parameters<Ledger['reserve']>[0]>();
  return wrapLedger(() => ({
    reserve: async (command) => {
      pending.set(command.id, command);
      const { id, account, amount, memo } = command;
      return {
        id,
        account,
        amount,
        memo,
        drawn: 0 as Money['amountMicros'],
        state: 'reserved',
        settled: 0 as Money['amountMicros'],
        expiresAt: null,
        changedAt: 0 as EpochMs,
      };
    },
    release: async (command) => {
      if (pending.delete(command.id)) return { id: command.id } as Reservation;
      return ledger.release(command);
    },
    move: async (command) => {
      const reserve = pending.get(command.id);
      if (reserve !== undefined) await ledger.reserve(reserve);
      pending.delete(command.id);
      return ledger.move(command);
    },
    annotate: async (command) => {
      if (pending.has(command.id)) throw new GavotteError('GV_TRANSFER_STATE', 'not reserved yet');
      return ledger.annotate(command);
    },
  }))(ledger);
}
