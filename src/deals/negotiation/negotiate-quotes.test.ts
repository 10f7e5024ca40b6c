import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Currency, GavotteError, money, Simulation } from '../../kernel/index.ts';
import { QuoteNormalizer } from '../pricing/index.ts';
import { TEST_NOW, testQuote } from '../pricing/testing.ts';
import type { DealsClient, SupplyPathInfo, VerifiedQuote } from '../types.ts';
import {
  adaptive,
  competitive,
  type NegotiationPlan,
  type NegotiationStrategyFactory,
  negotiateQuotes,
  SimpleThreshold,
  simpleThreshold,
} from './index.ts';
import { type Answerer, engineAnswers, ModelEngine, negotiator, reply } from './testing/engine.ts';

interface Setup {
  readonly quotes?: readonly VerifiedQuote[];
  readonly strategy?: NegotiationStrategyFactory;
  readonly plan?: Partial<NegotiationPlan>;
  readonly maxCpm?: number;
  readonly paths?: SupplyPathInfo[];
  readonly answers: Readonly<Record<string, Answerer>> | Answerer;
}

/** Negotiates in simulated time and tells everything that happened. */
async function run(setup: Setup) {
  const simulation = new Simulation({ seed: 1, startAt: TEST_NOW });
  const { clock } = simulation.peer('desk');
  const clients = new Map<string, ReturnType<typeof negotiator>>();
  const events: [string, Readonly<Record<string, unknown>>][] = [];
  const clientOf = ({ sellerId }: { sellerId: string }): DealsClient => {
    const answer = typeof setup.answers === 'function' ? setup.answers : setup.answers[sellerId];
    const client = clients.get(sellerId) ?? negotiator(answer ?? (() => reply('reject', null)));
    clients.set(sellerId, client);
    return client;
  };
  const startedAt = clock.monotonic();
  const result = await simulation.run(
    negotiateQuotes({
      quotes: setup.quotes ?? [testQuote({ cpmMicros: 35_000_000 })],
      plan: { strategy: setup.strategy ?? adaptive, maxRounds: 8, timeBudgetMs: 5_000, ...setup.plan },
      clientOf,
      normalizer: new QuoteNormalizer({
        budgetCurrency: 'USD' as Currency,
        supplyPaths: setup.paths ?? [],
        now: () => clock.now(),
      }),
      clock,
      announce: (type, payload) => events.push([type, payload]),
      ...(setup.maxCpm === undefined ? {} : { maxCpm: money(setup.maxCpm * 1e6, 'USD') }),
    }),
    60_000,
  );
  const sent = [...clients.values()].flatMap((client) => client.messages);
  const [record] = result.records;
  const [quote] = result.quotes;
  return { ...result, record, quote, sent, events, tookMs: clock.monotonic() - startedAt, clients };
}

const dollars = (value: { amountMicros: number } | null | undefined) =>
  value === null || value === undefined ? null : value.amountMicros / 1e6;

describe('the model engine gives the ladders seen live (wire §6.3)', () => {
  const ladders = [
    ['public', 35, [33.95, 32.9, 32.2]],
    ['seat', 33.25, [31.92, 30.75, 30.05, 29.26]],
    ['agency', 31.5, [30.25, 29.62, 29.31, 29.16, 29]],
    ['advertiser', 29.75, [29.26, 29.09, 29.03, 29.01, 29, 29]],
  ] as const;
  for (const [tier, base, prices] of ladders) {
    test(`${tier} against a buyer that holds 29`, () => {
      const engine = new ModelEngine(tier, base, 28);
      for (const _ of prices) engine.counter(29);
      const found = engine.prices.map((price) => price.toFixed(2));
      assert.deepEqual(
        found,
        prices.slice(0, found.length).map((price) => price.toFixed(2)),
      );
    });
  }
});

describe('adaptive', () => {
  for (const [tier, base] of [
    ['public', 35],
    ['seat', 33.25],
    ['agency', 31.5],
    ['advertiser', 29.75],
  ] as const) {
    test(`gets a ${tier} buyer the floor in two messages`, async () => {
      const { record, quote, sent } = await run({
        quotes: [testQuote({ cpmMicros: base * 1e6 })],
        answers: engineAnswers(new ModelEngine(tier, base, 28)),
      });
      assert.equal(record?.outcome, 'accepted');
      assert.equal(dollars(quote?.agreedCpm), 28);
      assert.deepEqual(
        sent.map(({ action }) => action),
        ['counter', 'accept'],
      );
    });
  }

  test('a floor below its first offer costs one message more', async () => {
    const { quote, sent } = await run({ answers: engineAnswers(new ModelEngine('public', 35, 10)) });
    assert.equal(dollars(quote?.agreedCpm), 10);
    assert.equal(sent.length, 3);
  });

  test('without a floor in reach it takes the most the table gives', async () => {
    for (const [tier, lowest] of [
      ['public', 32.2],
      ['advertiser', 28],
    ] as const) {
      const { quote } = await run({ answers: engineAnswers(new ModelEngine(tier, 35, 0.01)) });
      assert.ok((dollars(quote?.agreedCpm) ?? 99) <= lowest, `${tier} ${dollars(quote?.agreedCpm)}`);
    }
  });

  test('with a seller that follows no table it goes on while its share of the gap is worth it', async () => {
    let last = 35;
    let offers = 0;
    const { quote, record } = await run({
      answers: ({ action, buyerPrice }) => {
        if (action === 'accept') return reply('accept', last);
        offers += 1;
        last -= 0.25 * (last - (buyerPrice?.amountMicros ?? 0) / 1e6);
        return reply('counter', last, { roundNumber: offers, roundsRemaining: 20 - offers });
      },
    });
    assert.equal(record?.outcome, 'accepted');
    assert.ok(offers >= 3 && (dollars(quote?.agreedCpm) ?? 99) < 28, `${offers} offers, ${last}`);
  });

  test('a quote already at or below the floor is left alone', async () => {
    const { record, quote } = await run({
      quotes: [testQuote({ cpmMicros: 25_290_000 })],
      answers: engineAnswers(new ModelEngine('advertiser', 29.75, 28)),
    });
    assert.equal(record?.outcome, 'walked_away');
    assert.equal(quote?.agreedCpm, null);
  });
});

describe('simple threshold (semantics §16)', () => {
  const strategy: NegotiationStrategyFactory = () =>
    new SimpleThreshold({
      target: money(25e6, 'USD'),
      max: money(30e6, 'USD'),
      step: money(2e6, 'USD'),
      maxRounds: 4,
    });

  test('offers the target, then a step more, up to the maximum, and accepts what is within it', async () => {
    const prices = [34, 33, 32, 29.5];
    const { sent, quote } = await run({
      strategy,
      answers: ({ action }) =>
        action === 'accept' ? reply('accept', null) : reply('counter', prices.shift() ?? 0),
    });
    assert.deepEqual(
      sent.map(({ action, buyerPrice }) => [action, dollars(buyerPrice)]),
      [
        ['counter', 25],
        ['counter', 27],
        ['counter', 29],
        ['counter', 30],
        ['accept', null],
      ],
    );
    assert.equal(dollars(quote?.agreedCpm), 29.5);
  });

  test('walks away when the rounds are over without a price within the maximum', async () => {
    const prices = [34, 33, 32, 31];
    const { record, sent } = await run({ strategy, answers: () => reply('counter', prices.shift() ?? 0) });
    assert.deepEqual([record?.outcome, record?.agreedCpm, sent.length], ['walked_away', null, 4]);
  });

  test('shares of the price make one for every quote', async () => {
    const { sent } = await run({
      strategy: simpleThreshold({ target: 0.9 }),
      answers: engineAnswers(new ModelEngine('seat', 35, 28)),
    });
    assert.equal(dollars(sent[0]?.buyerPrice), 31.5);
    assert.throws(() => simpleThreshold({ target: 2 }), { code: 'GV_BAD_INPUT' });
  });
});

describe('competitive', () => {
  const three = [
    testQuote({ sellerId: 'a', quoteId: 'qa', cpmMicros: 30_000_000 }),
    testQuote({ sellerId: 'b', quoteId: 'qb', cpmMicros: 33_000_000 }),
    testQuote({ sellerId: 'c', quoteId: 'qc', cpmMicros: 35_000_000 }),
  ];
  /** Sells at any price of its cost or more. */
  const willing = (cost: number): Answerer => {
    let last = Number.POSITIVE_INFINITY;
    return ({ action, buyerPrice }) => {
      if (action === 'accept') return reply('accept', last);
      const offer = (buyerPrice?.amountMicros ?? 0) / 1e6;
      if (offer >= cost) return reply('accept', offer);
      last = Math.max(cost, offer * 1.05);
      return reply('counter', last, { roundsRemaining: 9 });
    };
  };

  test('sellers are asked to beat the best other offer, and all end below where they began', async () => {
    const { quotes, clients } = await run({
      quotes: three,
      strategy: competitive(),
      answers: { a: willing(28), b: willing(26), c: willing(27) },
    });
    const firstOf = (seller: string) => dollars(clients.get(seller)?.messages[0]?.buyerPrice) ?? 0;
    assert.ok(Math.abs(firstOf('c') - 29.4) < 1e-6 && Math.abs(firstOf('b') - 29.4) < 1e-6);
    quotes.forEach((quote, index) => {
      assert.ok((quote.agreedCpm?.amountMicros ?? 1e12) < (three[index]?.finalCpm?.amountMicros ?? 0));
    });
  });

  test('offers are compared with fees: a seller with dear fees must go lower', async () => {
    const { clients } = await run({
      quotes: three,
      strategy: competitive({ undercut: 0 }),
      paths: [{ sellerId: 'c', intermediaryFeePct: 20, techFeeCpm: money(0, 'USD') }],
      answers: { a: willing(29), b: willing(29), c: willing(29) },
    });
    assert.equal(dollars(clients.get('c')?.messages[0]?.buyerPrice), 25);
  });
});

describe('limits', () => {
  test('BUG-4 the ceiling is turned into a raw price, fees and auction included', async () => {
    const offers: number[] = [];
    const { record, quote } = await run({
      quotes: [testQuote({ cpmMicros: 40_000_000, dealType: 'PA' })],
      maxCpm: 36,
      answers: ({ action, buyerPrice }) => {
        if (action === 'accept') return reply('accept', 30);
        offers.push((buyerPrice?.amountMicros ?? 0) / 1e6);
        return reply('final_offer', 30.000001);
      },
    });
    assert.equal(record?.outcome, 'walked_away');
    assert.equal(quote?.agreedCpm, null);
    assert.ok(offers.every((offer) => offer <= 30));
  });

  test('BUG-11 a reject is a reject, whatever price it names', async () => {
    const { record, quote } = await run({ answers: () => reply('reject', 1) });
    assert.deepEqual([record?.outcome, quote?.agreedCpm], ['rejected', null]);
  });

  test('a final offer within the limit is taken, one beyond it is not bargained with', async () => {
    const good = await run({
      answers: ({ action }) => reply(action === 'accept' ? 'accept' : 'final_offer', 31),
    });
    assert.equal(dollars(good.quote?.agreedCpm), 31);
    const bad = await run({ maxCpm: 30, answers: () => reply('final_offer', 31) });
    assert.equal(bad.record?.outcome, 'walked_away');
    assert.deepEqual(
      bad.sent.map(({ action }) => action),
      ['counter', 'reject'],
    );
  });

  test('a strategy that fails costs its own quote the negotiation and nothing else', async () => {
    const strategy: NegotiationStrategyFactory = ({ quoteId }, walkAway) => {
      if (quoteId === 'q1') throw new Error('no idea');
      return adaptive(testQuote(), walkAway);
    };
    const { records } = await run({
      strategy,
      quotes: [testQuote({ sellerId: 'a', quoteId: 'q1' }), testQuote({ sellerId: 'b', quoteId: 'q2' })],
      answers: { b: engineAnswers(new ModelEngine('public', 30, 24)) },
    });
    assert.deepEqual(
      records.map(({ outcome, reason }) => [outcome, reason === 'no idea']),
      [
        ['unavailable', true],
        ['accepted', false],
      ],
    );
  });

  test('a quote that no price brings under the ceiling is not negotiated', async () => {
    const { records, sent } = await run({
      maxCpm: 0.4,
      paths: [{ sellerId: 'seller-1', intermediaryFeePct: 0, techFeeCpm: money(500_000, 'USD') }],
      answers: () => reply('counter', 1),
    });
    assert.deepEqual([records.length, sent.length], [0, 0]);
  });

  test('an unpriced quote is not negotiated', async () => {
    const { records } = await run({
      quotes: [testQuote({ finalCpm: null })],
      answers: () => reply('counter', 1),
    });
    assert.equal(records.length, 0);
  });

  test('keys derive from the quote and the message, so a repeat is the same message', async () => {
    const answers = () => engineAnswers(new ModelEngine('seat', 35, 28));
    const [one, two] = [await run({ answers: answers() }), await run({ answers: answers() })];
    const keys = one.sent.map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(new Set(keys).size, keys.length);
    assert.deepEqual(
      keys,
      two.sent.map(({ idempotencyKey }) => idempotencyKey),
    );
    assert.ok(one.sent.every(({ quoteId }) => quoteId === 'qt-1'));
  });
});

describe('fault/B18 hostile sellers end, and cost nothing', () => {
  const cases: readonly [string, Answerer, string][] = [
    ['raises its price after a counter', () => reply('counter', 36), 'walked_away'],
    [
      'accepts at more than our price',
      ({ action }) => reply(action === 'counter' ? 'accept' : 'reject', 34.9),
      'rejected',
    ],
    [
      'accepts and then denies',
      ({ action }) => (action === 'accept' ? reply('reject', null) : reply('counter', 30)),
      'rejected',
    ],
    [
      'goes back on its offer at the end',
      ({ action }) => reply(action === 'accept' ? 'accept' : 'counter', action === 'accept' ? 34 : 30),
      'rejected',
    ],
    ['names no price', () => reply('counter', null), 'unavailable'],
    ['names a negative price', () => reply('counter', -1), 'unavailable'],
    ['answers in another currency', () => reply('counter', money(20_000_000, 'EUR')), 'unavailable'],
    ['fails', () => Promise.reject(new GavotteError('GV_SELLER_ERROR', 'it broke')), 'unavailable'],
    ['never answers', () => new Promise(() => {}), 'unavailable'],
  ];
  for (const [name, answer, outcome] of cases) {
    test(`one that ${name}`, async () => {
      const { record, quote, tookMs } = await run({ answers: answer });
      assert.equal(record?.outcome, outcome);
      assert.equal(quote?.agreedCpm, null);
      assert.equal(dollars(quote?.finalCpm), 35);
      assert.ok(tookMs <= 5_000);
    });
  }

  test('one that concedes less than a cent for ever', async () => {
    let last = 35;
    const { record, sent } = await run({
      answers: ({ action }) => {
        if (action === 'counter') last -= 0.000_001;
        return reply(action === 'accept' ? 'accept' : 'counter', last, { roundsRemaining: 99 });
      },
    });
    assert.ok(sent.length <= 2);
    assert.match(record?.reason ?? '', /stopped moving/);
  });

  test('one that hangs does not hold up the others', async () => {
    const { quotes, tookMs } = await run({
      quotes: [
        testQuote({ sellerId: 'slow', quoteId: 'q1' }),
        testQuote({ sellerId: 'good', quoteId: 'q2' }),
      ],
      answers: { slow: () => new Promise(() => {}), good: engineAnswers(new ModelEngine('public', 30, 24)) },
    });
    assert.deepEqual(
      quotes.map((quote) => dollars(quote.agreedCpm)),
      [null, 24],
    );
    assert.ok(tookMs <= 5_001);
  });

  test('for any answers it ends in bounds, and never above the walk-away or the quoted price', async () => {
    const answer = fc.record({
      action: fc.constantFrom('accept', 'counter', 'reject', 'final_offer', 'nonsense'),
      status: fc.constantFrom('active', 'accepted', 'rejected', 'expired', ''),
      price: fc.option(fc.integer({ min: -5, max: 60_000_000 })),
      roundsRemaining: fc.integer({ min: -2, max: 9 }),
    });
    const strategies = [adaptive, competitive(), simpleThreshold()];
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(...strategies),
        fc.constantFrom('PD' as const, 'PA' as const),
        async (answers, maxCpm, strategy, dealType) => {
          let index = 0;
          const { quote, sent } = await run({
            strategy,
            maxCpm,
            quotes: [testQuote({ cpmMicros: 35_000_000, dealType })],
            answers: () => {
              const next = answers[index++ % answers.length];
              const price = next?.price === null || next === undefined ? null : money(next.price, 'USD');
              return reply(next?.action ?? '', price, { ...next, roundNumber: index });
            },
          });
          const raw = dealType === 'PA' ? maxCpm / 1.2 : maxCpm;
          const agreed = dollars(quote?.agreedCpm);
          assert.ok(agreed === null || (agreed > 0 && agreed <= Math.min(35, raw)));
          assert.ok(sent.length <= 9);
          for (const { action, buyerPrice } of sent) {
            if (action === 'counter') assert.ok((dollars(buyerPrice) ?? 99) <= Math.min(35, raw));
          }
        },
      ),
    );
  });
});

test('events tell start, every round and the end with the payloads of semantics §8', async () => {
  const { events } = await run({ maxCpm: 32, answers: engineAnswers(new ModelEngine('public', 35, 28)) });
  assert.deepEqual(
    events.map(([type, payload]) => [type, Object.keys(payload)]),
    [
      [
        'negotiation.started',
        ['seller_id', 'quote_id', 'product_id', 'quote_cpm', 'max_cpm', 'band_limit', 'open_cpm'],
      ],
      ['negotiation.round', ['seller_id', 'quote_id', 'round', 'buyer_price', 'seller_price', 'action']],
      [
        'negotiation.concluded',
        ['seller_id', 'quote_id', 'outcome', 'agreed_cpm', 'rounds', 'requoted_quote_id', 'reason'],
      ],
    ],
  );
});
