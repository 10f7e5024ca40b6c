import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkSeller } from '../../src/deals/grading/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { createMarket, marketLiars } from '../../src/market/index.ts';

/** The check that must name each kind of liar. What is not here shows only when a deal is booked. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'nan-cpm': 'quote',
  'infinite-cpm': 'quote',
  'negative-cpm': 'price',
  'zero-cpm': 'price',
  'negative-zero-cpm': 'price',
  '1e308-cpm': 'quote',
  'tiny-cpm': 'quote',
  'huge-cpm': 'price',
  'fractional-cpm': 'quote',
  'overflowing-cpm': 'quote',
  'text-cpm': 'quote',
  'comma-cpm': 'quote',
  'null-cpm': 'quote',
  'missing-cpm': 'price',
  'foreign-currency': 'currency',
  'unknown-currency': 'quote',
  'bare-number-cpm': 'quote',
  'expired-quote': 'expiry',
  'expiring-quote': 'expiry',
  'missing-expiry': 'quote',
  'garbage-expiry': 'quote',
  'fast-clock': 'clock',
  'slow-clock': 'clock',
  'quote-price-creeps': 'read_back',
  'quote-other-product': 'terms',
  'quote-fewer-impressions': 'terms',
  'quote-other-type': 'terms',
  'id-swap': 'identity',
  'card-of-another': 'card_identity',
  'card-alg-none': 'card_signature',
  'card-jku-attacker': 'card_signature',
  'card-no-json': 'card',
  'empty-card': 'card',
  'malformed-card': 'card',
  'ignores-keys': 'idempotency_replay',
  'slow-headers': 'quote',
  'slow-body': 'quote',
  'endless-body': 'quote',
  'never-answers': 'quote',
  'drops-connection': 'quote',
  'body-100mb': 'catalog',
  'gzip-bomb': 'catalog',
  'deep-json': 'quote',
  'duplicate-keys': 'quote',
  'not-json': 'quote',
  'always-500': 'quote',
  'redirects-inside': 'quote',
  'negotiation-raises': 'negotiation',
  'negotiation-loops': 'negotiation',
  'negotiation-sub-cent': 'negotiation',
  'negotiation-accepts-higher': 'negotiation',
  'injected-names': 'texts',
  'injected-card': 'texts',
  'injected-refusal': 'quote',
  'injected-negotiation': 'texts',
};

const SHOWS_WHEN_BOOKED = new Set([
  'switched-currency',
  'deal-price-raised',
  'deal-impressions-cut',
  'deal-impressions-grown',
  'deal-dates-moved',
  'deal-other-product',
  'deal-other-type',
  'deal-other-quote',
  'forgetful-quotes',
  'lost-response',
  'lost-response-always',
  'error-after-commit',
  'error-before-commit',
  'conflict-after-commit',
  'phantom-ack',
  'negotiation-denies',
]);

function setUp(options: { sellers: number; liars?: readonly string[] }) {
  const simulation = new Simulation({ seed: 7 });
  const market = createMarket({
    ...options,
    seed: 7,
    clock: simulation.scheduler.clock(0),
    baseUrl: (index) => `https://s${index}.example`,
  });
  for (const { url, handler } of market.sellers) simulation.network.attach(url, handler);
  const { world } = simulation.boot('buyer', simulation.disk());
  const check = async (seller: (typeof market.sellers)[number]) => {
    const startedAt = world.clock.monotonic();
    const report = await simulation.run(
      checkSeller({ world, url: seller.url, apiKey: seller.apiKey }),
      60_000,
    );
    return { report, tookMs: world.clock.monotonic() - startedAt };
  };
  return { market, simulation, world, check };
}

describe('checkSeller', () => {
  it('passes every honest seller with an A, whatever it sells', async () => {
    const { market, check } = setUp({ sellers: 12 });
    for (const seller of market.sellers) {
      const { report } = await check(seller);
      const bad = report.checks.filter(({ status }) => status !== 'pass');
      assert.deepEqual(bad, [], seller.name);
      assert.equal(report.grade, 'A');
      assert.ok(
        report.latency.calls >= 8 && report.latency.p50Ms > 0 && report.latency.p95Ms >= report.latency.p50Ms,
      );
    }
  });

  it('knows what to expect of every liar of the market', () => {
    for (const { kind } of marketLiars())
      assert.equal(Number(kind in NAMED_BY) + Number(SHOWS_WHEN_BOOKED.has(kind)), 1, kind);
  });

  for (const [kind, check] of Object.entries(NAMED_BY)) {
    it(`names the fault of ${kind} under ${check}, in ten seconds, and books nothing`, async () => {
      const { market, check: checkOne } = setUp({ sellers: 0, liars: [kind] });
      const [seller] = market.sellers;
      assert.ok(seller !== undefined);
      const { report, tookMs } = await checkOne(seller);
      const found = report.checks.find((each) => each.check === check);
      assert.ok(found !== undefined && found.status !== 'pass', JSON.stringify(report.checks));
      assert.notEqual(report.grade, 'A');
      assert.ok(tookMs <= 10_000, `${tookMs} ms`);
      assert.equal(seller.books.contracts().length, 0);
    });
  }

  it('books nothing with those that lie only when booked', async () => {
    const { market, check } = setUp({ sellers: 0, liars: [...SHOWS_WHEN_BOOKED] });
    for (const seller of market.sellers) {
      await check(seller);
      assert.equal(seller.books.contracts().length, 0, seller.liar);
    }
  });

  it('says of a seller that is not there, or hangs at everything, what it can, in ten seconds', async () => {
    const { simulation, world } = setUp({ sellers: 0 });
    simulation.network.attach('https://hangs.example', () => new Promise(() => {}));
    for (const url of ['https://nobody.example', 'https://hangs.example']) {
      const startedAt = world.clock.monotonic();
      const report = await simulation.run(checkSeller({ world, url }), 60_000);
      assert.equal(report.grade, 'F');
      assert.deepEqual(
        report.checks.filter(({ status }) => status === 'fail').map((each) => each.check),
        ['card', 'catalog', 'latency'],
      );
      assert.ok(world.clock.monotonic() - startedAt <= 10_000);
    }
  });

  it('refuses what is not the address of a seller', async () => {
    const { world } = setUp({ sellers: 0 });
    await assert.rejects(checkSeller({ world, url: 'seller.example' }), { code: 'GV_BAD_INPUT' });
  });
});
