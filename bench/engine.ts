import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { classicalAgents, DeliveryEngine, type DeliveryPlan, prepareLedger } from '../src/delivery/index.ts';
import { createRealWorld } from '../src/kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../src/ledger/index.ts';
import { substituteMacros } from '../src/openrtb/index.ts';
import { engineOptions } from '../src/services/bidder/engine-options.ts';
import { type BidderSettings, parseBidderSettings } from '../src/services/index.ts';
import { type BenchPlanOptions, benchPlan, openBenchBooks } from './engine-plan.ts';

/** What an engine of the benches is put together from; the same in the process that prepares and in those that bid. */
export interface BenchEngineOptions extends BenchPlanOptions {
  /** Where its ledger and spool are: a folder of `benchFolder`. */
  readonly folder: string;
  /** The exchange's domain, where its supply chains end. */
  readonly asi: string;
  /** Whether it records its decisions, with one no-bid in a hundred. @defaultValue false */
  readonly records?: boolean;
}

/** Of no-bids, one in so many is recorded. */
const NO_BIDS_PER_KEPT = 100;
const NOWHERE = { append: () => Promise.resolve() };

/** An engine that is ready to bid. */
export interface BenchEngine {
  readonly engine: DeliveryEngine;
  readonly ledger: Ledger;
}

const NOTICE_URL = 'https://bid.acme.example';

/** A folder on a real disk: the system's temporary folder may be memory. */
export function benchFolder(): string {
  const parent = join(import.meta.dirname, '..', 'node_modules', '.cache', 'gavotte');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'bench-'));
}

/** Opens the books of the campaigns and deals, as a desk would; the bidders may be other processes. */
export async function prepareBenchEngine(options: BenchEngineOptions): Promise<DeliveryPlan> {
  const ledger = await openBenchLedger(options.folder);
  const plan = benchPlan(options);
  await openBenchBooks(ledger, plan);
  await prepareLedger(ledger, plan, 'plan:bench');
  await ledger.close();
  return plan;
}

/** The books in a folder of `benchFolder`. */
export function openBenchLedger(folder: string): Promise<Ledger> {
  const { storage, clock } = createRealWorld();
  return openLedger({ store: sqliteStore(storage.openDatabase(join(folder, 'ledger.db'))), clock });
}

/** A bidder of those campaigns, with its leases taken. `holder` may not be used twice. */
export async function startBenchEngine(options: BenchEngineOptions, holder: string): Promise<BenchEngine> {
  const { folder } = options;
  const ledger = await openBenchLedger(folder);
  const world = createRealWorld({ seed: holder });
  const engine = new DeliveryEngine(
    engineOptions({
      world,
      ledger,
      holder,
      plan: benchPlan(options),
      settings: settingsOf(options),
      noticeKeys: [new Uint8Array(32).fill(7)],
      agents: classicalAgents,
      spoolPath: join(folder, `spool-${holder}.db`),
      ...(options.records === true ? { outcomes: { log: NOWHERE, noBidsPerKept: NO_BIDS_PER_KEPT } } : {}),
    }),
  );
  await engine.tick();
  return { engine, ledger };
}

function settingsOf({ exchange, asi }: BenchEngineOptions): BidderSettings {
  const settings = {
    noticeUrl: NOTICE_URL,
    exchanges: [
      { name: exchange, asi, lurl: true, macros: ['CURRENCY', 'LOSS', 'MIN_TO_WIN', 'MULTIPLIER'] },
    ],
    // The traffic carries consent strings of its own vendors.
    privacy: { vendorId: 100 },
  };
  return parseBidderSettings(JSON.stringify(settings), 'the settings of the bench');
}

/** The notices of an answer as its exchange would send them: targets of requests, with every macro filled in. */
export function noticesOf(
  answer: Uint8Array,
  wins: (bid: number) => boolean,
): { readonly bills: readonly string[]; readonly losses: readonly string[] } {
  const text = Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString('latin1');
  const bills: string[] = [];
  const losses: string[] = [];
  // Each bid has its loss URL before its markup, which holds the URL that bills where `burl` does not.
  const bids = text.split('{"id":"').slice(2);
  for (const [index, bid] of bids.entries()) {
    const price = /"price":([\d.]+)/.exec(bid)![1]!;
    const fill = (target: string) =>
      substituteMacros(target, {
        PRICE: price,
        CURRENCY: 'USD',
        LOSS: '102',
        MIN_TO_WIN: price,
        MULTIPLIER: '1',
      });
    const target = (kind: string) => new RegExp(`/n/${kind}/[^"\\\\\\]]+`).exec(bid)?.[0];
    if (wins(index)) bills.push(fill((target('bill') ?? target('imp'))!));
    else losses.push(fill(target('loss')!));
  }
  return { bills, losses };
}
