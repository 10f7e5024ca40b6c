import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setAsideForLateBills } from '../src/delivery/index.ts';
import { BillSpool } from '../src/delivery/money/bill-spool.ts';
import { Bills } from '../src/delivery/money/bills.ts';
import { LeaseKeeper } from '../src/delivery/money/lease-keeper.ts';
import { Purse } from '../src/delivery/money/purse.ts';
import { lateReservation } from '../src/delivery/money/set-aside.ts';
import type { Wallet } from '../src/delivery/money/wallet.ts';
import { NoticeDesk } from '../src/delivery/notice-desk.ts';
import { createRealWorld, type EpochMs, money, randomStream, type World } from '../src/kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../src/ledger/index.ts';
import {
  decodePlainPrice,
  type NoticeConfig,
  NoticeSigner,
  noticeReader,
  noticeUrl,
} from '../src/openrtb/index.ts';
import { percentiles } from './bidder-load.ts';
import { benchFolder } from './engine.ts';
import { type Spread, spread } from './stats.ts';

const RUNS = 5;
const ACCOUNT = 'acme/spring/web';
const BASE_URL = 'https://bid.acme.example';
const CPM = 2_000_000;
/** Closed loop: so many notices wait for their answer at any time. */
const IN_FLIGHT = 2_000;
const CLOSED_NOTICES = 40_000;
const OPEN_RATES = [5_000, 10_000, 20_000] as const;
const OPEN_SECONDS = 1.5;
const BUDGET = money(1_000_000_000_000_000, 'USD');
const WINDOW_MS = 600_000;

const CONFIG: NoticeConfig = {
  baseUrl: BASE_URL,
  keys: [new Uint8Array(32).fill(3)],
  exchanges: [{ name: 'north', priceMacro: '1.9', decodePrice: decodePlainPrice, macros: [] }],
};

/**
 * From the target of a billing notice to its bill in the ledger, synced to disk, and the answer 204: signatures checked,
 * copies found, leases drawn on. One process does all of it, on the default store.
 */
export async function noticesBench(): Promise<object> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: `${RUNS}` }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const rates: number[] = [];
  const open = new Map(OPEN_RATES.map((rate): [number, ReturnType<typeof percentiles>[]] => [rate, []]));
  let violations = 0;
  // The first run warms the compiler up.
  for (let run = 0; run <= Number(values.runs); run += 1) {
    process.stderr.write(run === 0 ? 'warming up\n' : `run ${run} of ${values.runs}\n`);
    await withDesk(async (desk) => {
      const perSecond = await closedLoop(desk);
      if (run > 0) rates.push(Math.round(perSecond));
      for (const [rate, results] of open) {
        const micros = await openLoop(desk, rate);
        if (run > 0) results.push(micros);
      }
      if (desk.disputed() > 0) throw new Error('bills of the bench were disputed');
      if (run === 0) violations = (await desk.ledger.audit()).violations.length;
    });
  }
  if (violations > 0) throw new Error(`the books of the bench do not add up: ${violations} violations`);
  return {
    closedPerSecond: spread(rates),
    open: [...open].map(([perSecond, results]) => ({ perSecond, ...latencies(results) })),
    aims: { perSecond: 20_000, p99Millis: 20 },
    violations,
  };
}

function latencies(results: readonly ReturnType<typeof percentiles>[]): Record<string, Spread> {
  const millis = (pick: (each: ReturnType<typeof percentiles>) => number) =>
    spread(results.map((each) => pick(each) / 1000));
  return {
    p50Millis: millis(({ p50 }) => p50),
    p99Millis: millis(({ p99 }) => p99),
    p999Millis: millis(({ p999 }) => p999),
  };
}

interface Desk {
  readonly ledger: Ledger;
  /** Targets of the notices of bids that were just made. */
  bids(count: number): string[];
  take(target: string): Promise<void>;
  disputed(): number;
}

async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const world = createRealWorld({ seed: 'bench-notices' });
  const folder = benchFolder();
  const ledger = await openBooks(world, folder);
  const purse = new Purse<true>('bench-1', () => {}, 2 ** 19);
  const wallet = purse.wallet({ account: ACCOUNT, currency: BUDGET.currency, reservation: null });
  const { clock } = world;
  const minimum = () => 1_000_000_000_000;
  const reach = { isSteady: () => true };
  const keeper = new LeaseKeeper({ ledger, purse, reach, clock, billWindowMs: WINDOW_MS, minimum });
  const spool = new BillSpool(world.storage.openDatabase(join(folder, 'spool.db')));
  const notices = new NoticeDesk<true>({
    read: noticeReader(CONFIG),
    bills: new Bills({ ledger, spool, clock }),
    purse,
    clock,
    listener: { won() {}, lost() {}, billed() {}, clicked() {} },
    lateOf: lateReservation,
    landingOf: () => undefined,
  });
  await keeper.tick();
  const ticking = setInterval(() => void keeper.tick().catch(() => {}), 250);
  try {
    await work({
      ledger,
      bids: (count) => makeBids(world, purse, wallet, count),
      take: async (target) => {
        const { status } = await notices.take(target);
        if (status !== 204) throw new Error(`a notice was answered ${status}`);
      },
      disputed: () => notices.counts.disputed,
    });
  } finally {
    clearInterval(ticking);
    spool.close();
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

async function openBooks({ storage, clock }: World, folder: string): Promise<Ledger> {
  const ledger = await openLedger({
    store: sqliteStore(storage.openDatabase(join(folder, 'ledger.db'))),
    clock,
  });
  const cause = 'plan:bench';
  for (const account of ['acme', 'acme/spring', ACCOUNT]) await ledger.open({ account, cap: BUDGET, cause });
  await setAsideForLateBills(ledger, { account: ACCOUNT, budget: BUDGET, cause });
  return ledger;
}

function makeBids({ clock }: World, purse: Purse<true>, wallet: Wallet, count: number): string[] {
  const signer = new NoticeSigner(CONFIG);
  const urls = signer.urls('north');
  const { account, currency, epoch } = wallet;
  const context = signer.context('north', {
    campaign: 'spring',
    account,
    holder: purse.holder,
    epoch,
    currency,
    dealId: '',
  });
  const expires = (clock.now() + WINDOW_MS) as EpochMs;
  return Array.from({ length: count }, () => {
    const now = clock.monotonic();
    const number = purse.promise(wallet, CPM / 1000, now, now + WINDOW_MS, true);
    if (number < 0) throw new Error('the lease of the bench is too small');
    const signed = context.sign(`${purse.holder}-${number.toString(36)}`, CPM, expires, false, 'bill');
    return noticeUrl(urls, 'bill', signed).slice(BASE_URL.length);
  });
}

async function closedLoop(desk: Desk): Promise<number> {
  const targets = desk.bids(CLOSED_NOTICES);
  const startedAt = performance.now();
  const sender = async () => {
    for (let target = targets.pop(); target !== undefined; target = targets.pop()) await desk.take(target);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  return (CLOSED_NOTICES * 1000) / (performance.now() - startedAt);
}

/** Latency in µs from when each notice was due (a Poisson process), whether or not the ones before it are done. */
async function openLoop(desk: Desk, rate: number): Promise<ReturnType<typeof percentiles>> {
  const random = randomStream(`bench-notices ${rate}`);
  const targets = desk.bids(Math.ceil(rate * OPEN_SECONDS));
  const micros: number[] = [];
  const under: Promise<void>[] = [];
  let due = performance.now();
  for (let target = targets.pop(); target !== undefined; target = targets.pop()) {
    due -= (Math.log(1 - random.float()) / rate) * 1000;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    const since = due;
    under.push(desk.take(target).then(() => void micros.push((performance.now() - since) * 1000)));
  }
  await Promise.all(under);
  return percentiles(micros);
}
