import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GavotteError, money, type SimulatedProcess, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { DESK_RULES } from '../rules/index.ts';
import { ModelSeller, type ModelSellerOptions, rankedQuoteOf, rejected } from '../testing/model-seller.ts';
import type { NormalizedQuote } from '../types.ts';
import { type BookingResult, Bookings } from './bookings.ts';

const ACCOUNT = 'acme/spring/ctv';
const VALUE = 10_000_000_000;
const HOUR = 3_600_000;

interface Desk {
  readonly simulation: Simulation;
  readonly seller: ModelSeller;
  readonly quote: NormalizedQuote;
  readonly warnings: string[];
  /** Starts a process on the same disk. */
  boot(): Promise<{ process: SimulatedProcess; ledger: Ledger; bookings: Bookings }>;
}

async function desk(options: ModelSellerOptions = {}): Promise<Desk> {
  const simulation = new Simulation({ seed: 1 });
  const disk = simulation.disk();
  const seller = new ModelSeller(simulation.peer('seller').clock, options);
  const warnings: string[] = [];
  return {
    simulation,
    seller,
    quote: await rankedQuoteOf(seller),
    warnings,
    boot: async () => {
      const process = simulation.boot('desk', disk);
      const { clock, storage } = process.world;
      const ledger = await openLedger({ store: sqliteStore(storage.openDatabase('ledger')), clock });
      for (const account of ['acme', 'acme/spring', ACCOUNT]) {
        await ledger.open({ account, cap: money(100_000_000_000, 'USD'), cause: 'test' });
      }
      const onWarning = (message: string) => warnings.push(message);
      const bookings = new Bookings({
        ledger,
        clock,
        clientOf: () => seller,
        rules: DESK_RULES,
        callTimeoutMs: 1_000,
        onWarning,
      });
      return { process, ledger, bookings };
    },
  };
}

async function reserved(ledger: Ledger): Promise<number> {
  return (await ledger.account(ACCOUNT))!.reserved;
}

async function book(under: Desk): Promise<{ result: BookingResult; ledger: Ledger; bookings: Bookings }> {
  const { ledger, bookings } = await under.boot();
  const result = await under.simulation.run(bookings.book(under.quote, ACCOUNT, 'plan:1'), HOUR);
  return { result, ledger, bookings };
}

test('a booking reserves the quote’s value on the deal’s own account and settles nothing', async () => {
  const under = await desk();
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'booked');
  assert.equal(under.seller.contracts.size, 1);
  const accounts = await ledger.accounts(ACCOUNT);
  assert.deepEqual(
    accounts.map((each) => [each.reserved, each.settled]),
    [
      [VALUE, 0],
      [VALUE, 0],
    ],
  );
  assert.deepEqual((await ledger.audit()).violations, []);
});

test('a clear refusal releases the money', async () => {
  const under = await desk();
  under.seller.bookDeal = () => Promise.reject(rejected(410, 'quote_expired'));
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'failed');
  assert.equal(await reserved(ledger), 0);
});

test('fault/B2 a lost reply is asked after at the same seller, and no second contract is made', async () => {
  const under = await desk({ losesReplies: 1 });
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'booked');
  assert.equal(under.seller.contracts.size, 1);
  assert.equal(await reserved(ledger), VALUE);
});

test('an outcome that stays unknown keeps its reservation, and a later run finishes it', async () => {
  const under = await desk({ losesReplies: 1 });
  const { getQuote } = ModelSeller.prototype;
  under.seller.getQuote = () => Promise.reject(new GavotteError('GV_NETWORK_LOST', 'still down'));
  under.seller.bookDeal = () => Promise.reject(new GavotteError('GV_TIMEOUT', 'no answer'));
  const { result, ledger, bookings } = await book(under);
  assert.equal(result.outcome, 'unknown');
  assert.equal(await reserved(ledger), VALUE);
  under.seller.getQuote = getQuote;
  under.seller.bookDeal = ModelSeller.prototype.bookDeal;
  const [later] = await under.simulation.run(bookings.recover('acme', 'restart'), HOUR);
  assert.equal(later?.outcome, 'booked');
  assert.equal(under.seller.contracts.size, 1);
});

test('fault/B8 a deal that is not the quoted one is cancelled and its money released', async () => {
  const under = await desk({ alters: (deal) => ({ ...deal, finalCpm: money(25_000_000, 'USD') }) });
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'failed');
  assert.equal(result.outcome === 'failed' && result.error.code, 'GV_DEAL_MISMATCH');
  assert.equal(under.seller.contracts.size, 0);
  assert.equal(await reserved(ledger), 0);
});

test('a wrong deal that the seller will not cancel stays reserved and is reported', async () => {
  const under = await desk({ alters: (deal) => ({ ...deal, impressions: 9 }), refusesToCancel: true });
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'unknown');
  assert.equal(await reserved(ledger), VALUE);
  assert.match(under.warnings.join(), /did not cancel/);
});

test('fault/B4 a seller that ignores keys is not asked twice', async () => {
  const under = await desk({ ignoresKeys: true });
  let calls = 0;
  under.seller.bookDeal = () => {
    calls += 1;
    return Promise.reject(new GavotteError('GV_NETWORK_LOST', 'lost before it arrived'));
  };
  const { result, ledger } = await book(under);
  assert.equal(result.outcome, 'unknown');
  assert.equal(calls, 1);
  assert.equal(await reserved(ledger), VALUE);
});

test('a refused connection on a late replay releases nothing: only the seller’s own word does', async () => {
  const under = await desk();
  under.seller.bookDeal = () => Promise.reject(new GavotteError('GV_NETWORK_LOST', 'lost'));
  const { result, ledger, bookings } = await book(under);
  assert.equal(result.outcome, 'unknown');
  await under.simulation.pass(26 * HOUR);
  under.seller.getQuote = () => Promise.reject(rejected(410, 'quote_expired'));
  under.seller.bookDeal = () => Promise.reject(new GavotteError('GV_NETWORK_REFUSED', 'refused'));
  const [later] = await under.simulation.run(bookings.recover('acme', 'restart'), HOUR);
  assert.equal(later?.outcome, 'unknown');
  assert.equal(await reserved(ledger), VALUE);
});

test('fault/B4 a second contract on one quote is found and cancelled', async () => {
  const under = await desk({ ignoresKeys: true });
  const { bookings } = await book(under);
  await under.seller.bookDeal({ idempotencyKey: 'x', quoteId: under.quote.quoteId });
  assert.equal(under.seller.contracts.size, 2);
  await under.simulation.run(bookings.confirm('acme', 'sweep'), HOUR);
  assert.equal(under.seller.contracts.size, 1);
  assert.match(under.warnings.join(), /second deal .* cancelled/);
});

test('a booking that does not fit the account asks nobody', async () => {
  const under = await desk();
  const { ledger, bookings } = await under.boot();
  await ledger.setCap({ account: ACCOUNT, cap: money(VALUE - 1, 'USD'), cause: 'test' });
  await assert.rejects(under.simulation.run(bookings.book(under.quote, ACCOUNT, 'plan:1'), HOUR), {
    code: 'GV_CAP_EXCEEDED',
  });
  assert.equal(under.seller.bookingCalls, 0);
});

test('inv/I3 fault/B1 killed before or after any call, a booking ends as one contract and one debit', async () => {
  const probe = await desk({ losesReplies: 1 });
  const first = await probe.boot();
  const before = first.process.passed.length;
  await probe.simulation.run(first.bookings.book(probe.quote, ACCOUNT, 'plan:1'), HOUR);
  const places = first.process.passed.length;
  assert.ok(places - before > 6, `only ${places - before} places to crash at`);
  for (let place = before; place < places; place += 1) {
    const under = await desk({ losesReplies: 1 });
    const doomed = await under.boot();
    doomed.process.crashWhen((_point, index) => index === place);
    const run = doomed.bookings.book(under.quote, ACCOUNT, 'plan:1').catch(() => {});
    await under.simulation.run(Promise.race([run, doomed.process.crashed]), HOUR);
    const restarted = await under.boot();
    await under.simulation.run(restarted.bookings.recover('acme', 'restart'), HOUR);
    const result = await under.simulation.run(restarted.bookings.book(under.quote, ACCOUNT, 'plan:1'), HOUR);
    assert.equal(result.outcome, 'booked', `crashed at place ${place}`);
    assert.equal(under.seller.contracts.size, 1, `contracts after a crash at place ${place}`);
    assert.equal(await reserved(restarted.ledger), VALUE, `debit after a crash at place ${place}`);
    assert.deepEqual((await restarted.ledger.audit()).violations, []);
  }
});
