import {
  type ExchangeReport,
  type SimulateExchangeOptions,
  simulateExchange,
} from '../../adauction/index.ts';
import { InProcessBlackboard } from '../../coordination/index.ts';
import {
  DeliveryEngine,
  type DeliveryPlan,
  type EngineOptions,
  prepareLedger,
} from '../../delivery/index.ts';
import { type Disk, type EpochMs, GavotteError, Simulation } from '../../kernel/index.ts';
import type { AuditReport, Ledger } from '../../ledger/index.ts';
import type { BidderSettings } from '../bidder/bidder-settings.ts';
import { type BidderStatus, bidderStatus } from '../bidder/bidder-status.ts';
import { engineOptions } from '../bidder/engine-options.ts';

/** Bidders, an exchange and a ledger in one process, in virtual time. */
export interface SimulateDeliveryOptions
  extends Pick<
    SimulateExchangeOptions,
    'seconds' | 'qps' | 'faults' | 'exchanges' | 'mix' | 'users' | 'diurnal' | 'signal'
  > {
  readonly seed: number | string;
  readonly plan: DeliveryPlan;
  readonly settings: BidderSettings;
  readonly agents: EngineOptions['agents'];
  readonly bidders: number;
  /** When the run begins, by the clock of plan and ledger. */
  readonly startAt: EpochMs;
  /** Opens the ledger with the clock of the run; its accounts are open and its deals are funded. */
  readonly openLedger: (clock: EngineOptions['world']['clock']) => Promise<Ledger>;
  /** The first bidder is killed at this second, and another takes its place five seconds later. */
  readonly killAt?: number;
  readonly onSecond?: (second: SimulatedSecond) => void;
  /** Where the bidders write down what they decide and what becomes of it; without it, nowhere. */
  readonly outcomes?: EngineOptions['outcomes'];
}

/** How things stand after a second. */
export interface SimulatedSecond {
  readonly second: number;
  readonly report: ExchangeReport;
  /** Those that live. */
  readonly bidders: readonly BidderStatus[];
}

/** What a run came to. */
export interface SimulatedDelivery {
  /** The exchange's own books. */
  readonly report: ExchangeReport;
  readonly bidders: readonly BidderStatus[];
  readonly kills: number;
  readonly disputedBills: number;
  readonly audit: AuditReport;
}

const TICK_MS = 250;
/** Notices of television and of screens come late; the run waits for them. */
const DRAIN_MS = 600_000;
const RESTART_MS = 5_000;

/** Runs it. The same options give the same run. @throws GV_BAD_INPUT as engine and exchange do. */
export async function simulateDelivery(options: SimulateDeliveryOptions): Promise<SimulatedDelivery> {
  const simulation = new Simulation({ seed: options.seed, startAt: options.startAt });
  const { clock } = simulation.peer('exchange');
  const ledger = await options.openLedger(clock);
  await prepareLedger(ledger, options.plan, 'simulation');
  const fleet = new Fleet(simulation, ledger, options);
  for (let index = 0; index < options.bidders; index += 1) fleet.boot();
  const run = async () => {
    const stop = new AbortController();
    const ticking = fleet.tickUntil(stop.signal);
    const report = await simulateExchange({
      ...options,
      world: { clock },
      deals: options.plan.deals,
      drainMs: DRAIN_MS,
      bidder: fleet,
      onTick: (now) => fleet.onSecond(now),
    });
    stop.abort();
    await ticking;
    await fleet.close();
    return report;
  };
  const report = await simulation.run(run(), (options.seconds + 60) * 1_000 + DRAIN_MS);
  return {
    report,
    bidders: fleet.statuses(),
    kills: fleet.kills,
    disputedBills: fleet.disputedBills,
    audit: await ledger.audit(),
  };
}

/** The bidders, behind what an exchange sees as one. */
class Fleet {
  readonly #simulation: Simulation;
  readonly #ledger: Ledger;
  readonly #options: SimulateDeliveryOptions;
  readonly #disk: Disk;
  readonly #board: InProcessBlackboard;
  #engines: DeliveryEngine[] = [];
  readonly #dead: DeliveryEngine[] = [];
  #booted = 0;
  #turn = 0;
  #second = 0;
  kills = 0;

  constructor(simulation: Simulation, ledger: Ledger, options: SimulateDeliveryOptions) {
    this.#simulation = simulation;
    this.#ledger = ledger;
    this.#options = options;
    this.#disk = simulation.disk();
    this.#board = new InProcessBlackboard({ clock: simulation.peer('board').clock });
  }

  get disputedBills(): number {
    return [...this.#engines, ...this.#dead].reduce((sum, { spool }) => sum + spool.disputed().length, 0);
  }

  boot(): void {
    this.#booted += 1;
    const holder = `b${this.#booted}`;
    const { world } = this.#simulation.boot(holder, this.#disk);
    const { plan, settings, agents, outcomes } = this.#options;
    this.#engines.push(
      new DeliveryEngine(
        engineOptions({
          world,
          ledger: this.#ledger,
          holder,
          plan,
          settings,
          agents,
          noticeKeys: [SIMULATION_NOTICE_KEY],
          spoolPath: `spool-${holder}.db`,
          blackboard: this.#board,
          ...(outcomes === undefined ? {} : { outcomes }),
        }),
      ),
    );
  }

  bid(exchange: string, body: Uint8Array): Uint8Array | null {
    this.#turn += 1;
    const engine = this.#engines[this.#turn % this.#engines.length];
    const result = engine?.bid(exchange, body, 0, body.length);
    return result?.status === 200 ? result.body : null;
  }

  async notice(url: string): Promise<number> {
    const [engine] = this.#engines;
    if (engine === undefined) return 503;
    return (await engine.notice(url.slice(new URL(url).origin.length))).status;
  }

  async tickUntil(signal: AbortSignal): Promise<void> {
    const { clock } = this.#simulation.peer('ticks');
    while (!signal.aborted) {
      for (const engine of this.#engines) {
        try {
          await engine.tick();
        } catch (error) {
          // Only what the ledger may answer is for another round.
          if (GavotteError.from(error).recovery !== 'transient') throw error;
        }
      }
      await clock.sleep(TICK_MS, signal).catch(() => {});
    }
  }

  onSecond(report: ExchangeReport): void {
    this.#second += 1;
    const { killAt, onSecond } = this.#options;
    if (this.#second === killAt) this.#kill();
    onSecond?.({ second: this.#second, report, bidders: statusesOf(this.#engines) });
  }

  statuses(): readonly BidderStatus[] {
    return statusesOf([...this.#engines, ...this.#dead]);
  }

  async close(): Promise<void> {
    for (const engine of this.#engines) await engine.close();
  }

  #kill(): void {
    const [victim] = this.#engines;
    if (victim === undefined) return;
    this.kills += 1;
    this.#engines = this.#engines.slice(1);
    this.#dead.push(victim);
    this.#simulation.scheduler.after(RESTART_MS, () => this.boot());
  }
}

/** Nobody has an ads.txt in a simulation. */
function statusesOf(engines: readonly DeliveryEngine[]): readonly BidderStatus[] {
  return engines.map((engine) => bidderStatus(engine, null));
}

/** Nobody else is there to forge with it. */
export const SIMULATION_NOTICE_KEY = new Uint8Array(32).fill(1);
