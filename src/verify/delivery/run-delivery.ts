import {
  type ClassicalAgents,
  DeliveryEngine,
  type EngineOptions,
  prepareLedger,
} from '../../delivery/index.ts';
import { type Disk, type SimulatedProcess, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { AuctionHouse, GUARANTEED } from './auction-house.ts';
import { engineOptions, ledgerFor, openBooks } from './bidders.ts';
import {
  checkAgreement,
  checkBooks,
  checkExposure,
  checkTranches,
  type DeliveryViolation,
  isHealthy,
} from './delivery-checker.ts';
import { FlakyBoard } from './flaky-board.ts';
import type { DeliveryScenario } from './scenario.ts';

/** One bidder: the process that runs now, and what has happened to it. */
export interface Bidder {
  readonly name: string;
  generation: number;
  process: SimulatedProcess;
  engine: DeliveryEngine;
  /** What it agrees on with the others. */
  agents: ClassicalAgents;
  isDead: boolean;
  frozenUntil: number;
  deadUntil: number;
  /** When a tick last went well. */
  healthyAt: number;
}

/** How a bidder is made; a planted bug makes it otherwise. */
export type MakeEngine = (options: EngineOptions, generation: number) => DeliveryEngine;

/** What one world of delivery came to. */
export interface DeliveryResult {
  readonly violations: readonly DeliveryViolation[];
  readonly kills: number;
  readonly bids: number;
  readonly billed: number;
}

/** After the last request the weather clears: seconds after which everybody looks again, until every notice has come. */
const CALM_SECONDS = [2, 5, 10, 20, 30, 60, 900, 60, 60];
const SLEEP_STEPS = 50;
const SLEEP_STEP_MS = 14_000;
/** By then every lease has ended, by whatever clock. */
const LEASES_END_MS = 1_300_000;

/** Runs one world: bidders, an exchange, a ledger, and everything the scenario does to them; then counts. */
export async function runDelivery(
  scenario: DeliveryScenario,
  makeEngine: MakeEngine = (options) => new DeliveryEngine(options),
): Promise<DeliveryResult> {
  const world = await DeliveryWorld.open(scenario, makeEngine);
  for (let second = 0; second < scenario.seconds; second += 1) await world.second(second);
  await world.sleep();
  await world.calm();
  return world.result();
}

class DeliveryWorld {
  readonly #scenario: DeliveryScenario;
  readonly #makeEngine: MakeEngine;
  readonly #simulation: Simulation;
  readonly #disk: Disk;
  readonly #house: AuctionHouse;
  readonly #board: FlakyBoard;
  readonly #bidders: Bidder[] = [];
  readonly #violations: DeliveryViolation[] = [];
  #agreement: readonly DeliveryViolation[] = [];
  readonly #startAt: number;
  #outage: 'none' | 'hangs' | 'slow' = 'none';
  #kills = 0;

  private constructor(scenario: DeliveryScenario, makeEngine: MakeEngine) {
    this.#scenario = scenario;
    this.#makeEngine = makeEngine;
    this.#simulation = new Simulation({ seed: `delivery:${scenario.seed}` });
    this.#disk = this.#simulation.disk();
    this.#house = new AuctionHouse(scenario, this.#simulation.random.split('exchange'));
    this.#board = new FlakyBoard(this.#simulation.scheduler.clock(0));
    this.#startAt = this.#simulation.scheduler.clock(0).now();
  }

  static async open(scenario: DeliveryScenario, makeEngine: MakeEngine): Promise<DeliveryWorld> {
    const world = new DeliveryWorld(scenario, makeEngine);
    await openBooks(scenario, await world.#books());
    for (let index = 0; index < scenario.bidders; index += 1) {
      const bidder = await world.#boot(index, 1);
      if (index === 0) await prepareLedger(await world.#books(), bidder.plan, 'plan:1');
      world.#bidders.push(bidder.bidder);
    }
    for (const bidder of world.#bidders) await world.#tick(bidder);
    return world;
  }

  async second(second: number): Promise<void> {
    await this.#mishaps(second);
    await this.#restartDue();
    for (const bidder of this.#bidders) if (this.#isAwake(bidder)) this.#ask(bidder);
    await this.#deliver();
    for (const bidder of this.#bidders) if (this.#isAwake(bidder)) await this.#tick(bidder);
    this.#violations.push(...checkTranches(this.#scenario, this.#bidders));
    await this.#simulation.pass(1_000);
  }

  /** One bidder sleeps for longer than any lease lives, the others go on; when it wakes, it is asked at once. */
  async sleep(): Promise<void> {
    const { sleeper } = this.#scenario;
    if (sleeper === null || !this.#isAwake(this.#bidders[sleeper]!)) return;
    this.#outage = 'none';
    this.#bidders[sleeper]!.frozenUntil = this.#now() + SLEEP_STEPS * SLEEP_STEP_MS;
    for (let step = 0; step < SLEEP_STEPS; step += 1) {
      await this.#restartDue();
      await this.#deliver();
      for (const bidder of this.#bidders) {
        if (!this.#isAwake(bidder)) continue;
        await this.#tick(bidder);
        if (!bidder.isDead && step % 5 === 0) this.#ask(bidder);
      }
      await this.#simulation.pass(SLEEP_STEP_MS);
    }
    this.#ask(this.#bidders[sleeper]!);
  }

  /** Faults stop: whoever is dead starts, notices come in, leases run out. */
  async calm(): Promise<void> {
    this.#outage = 'none';
    for (const [index, bidder] of this.#bidders.entries()) {
      bidder.frozenUntil = 0;
      bidder.process.crashWhen(() => false);
      if (bidder.isDead) await this.#restart(index);
    }
    for (const seconds of CALM_SECONDS) {
      await this.#deliver();
      for (const bidder of this.#bidders) await this.#tick(bidder);
      await this.#simulation.pass(seconds * 1_000);
    }
    await this.#deliver();
    this.#agreement = checkAgreement(this.#bidders);
    await this.#close();
    await this.#simulation.pass(LEASES_END_MS);
  }

  async result(): Promise<DeliveryResult> {
    const ledger = await this.#books();
    await ledger.expire({ cause: 'rule:lease-time' });
    const disputed = this.#bidders.flatMap(({ engine }) => engine.spool.disputed());
    const spooled = this.#bidders.reduce((sum, { engine }) => sum + engine.spool.size, 0);
    const { books } = this.#house;
    const found = await checkBooks({ scenario: this.#scenario, books, ledger, disputed, spooled });
    return {
      violations: [...this.#violations, ...found, ...this.#agreement],
      kills: this.#kills,
      bids: books.bids.length,
      billed: books.billed().length,
    };
  }

  #now(): number {
    return this.#simulation.scheduler.clock(0).now();
  }

  #isAwake({ isDead, frozenUntil }: Bidder): boolean {
    return !isDead && this.#now() >= frozenUntil;
  }

  async #books(): Promise<Ledger> {
    const { world } = this.#simulation.boot('books', this.#disk);
    return openLedger({ store: sqliteStore(world.storage.openDatabase('ledger.db')), clock: world.clock });
  }

  async #boot(
    index: number,
    generation: number,
  ): Promise<{ readonly bidder: Bidder; readonly plan: EngineOptions['plan'] }> {
    const name = `b${index}`;
    const process = this.#simulation.boot(`${name}-${generation}`, this.#disk, {
      clockOffsetMs: this.#scenario.clockOffsetsMs[index]!,
    });
    const ledger = await ledgerFor(process, this.#simulation.scheduler.clock(0), () => this.#outage);
    let agents: ClassicalAgents | undefined;
    const news = {
      blackboard: this.#board.door,
      onAgents: (made: ClassicalAgents) => {
        agents = made;
      },
    };
    const holder = `${name}-${generation}`;
    const options = engineOptions(this.#scenario, process, ledger, holder, this.#startAt, news);
    const engine = this.#makeEngine(options, generation);
    const bidder: Bidder = {
      name,
      generation,
      process,
      engine,
      agents: agents!,
      isDead: false,
      frozenUntil: 0,
      deadUntil: 0,
      healthyAt: -1,
    };
    return { bidder, plan: options.plan };
  }

  async #restartDue(): Promise<void> {
    for (const [index, { isDead, deadUntil }] of this.#bidders.entries())
      if (isDead && this.#now() >= deadUntil) await this.#restart(index);
  }

  async #restart(index: number): Promise<void> {
    const { generation } = this.#bidders[index]!;
    this.#bidders[index] = (await this.#boot(index, generation + 1)).bidder;
    await this.#tick(this.#bidders[index]!);
  }

  async #mishaps(second: number): Promise<void> {
    const now = this.#now();
    const { kills, freezes, outages, boardMishaps } = this.#scenario;
    for (const each of boardMishaps)
      if (each.second === second) await this.#board.befall(each.kind, each.seconds);
    for (const each of freezes)
      if (each.second === second) this.#bidders[each.bidder]!.frozenUntil = now + each.seconds * 1_000;
    for (const each of kills) {
      const bidder = this.#bidders[each.bidder]!;
      if (each.second !== second || bidder.isDead) continue;
      // Somewhere in the next few things it does.
      const at = bidder.process.passed.length + (this.#scenario.seed % 7);
      bidder.process.crashWhen((_point, place) => place >= at);
      bidder.deadUntil = now + each.seconds * 1_000;
    }
    const outage = outages.find((each) => second >= each.second && second < each.second + each.seconds);
    this.#outage = outage === undefined ? 'none' : outage.hangs ? 'hangs' : 'slow';
  }

  #ask(bidder: Bidder): void {
    for (let time = 0; time < this.#scenario.requestsPerSecond; time += 1) {
      const now = this.#now();
      const { offered, bids } = this.#house.ask((body) => {
        const result = bidder.engine.bid('exchange', body, 0, body.length);
        return result.status === 200 ? result.body : null;
      }, now);
      this.#violations.push(...checkExposure(this.#scenario, this.#house.books, bids, now));
      const isMissed = offered.includes(GUARANTEED) && !bids.some(({ dealId }) => dealId === GUARANTEED);
      if (isMissed && isHealthy(bidder, this.#scenario, this.#house.books, now))
        this.#violations.push({ rule: 'ortb/D9', detail: `${bidder.name} did not bid on a guaranteed deal` });
    }
  }

  async #deliver(): Promise<void> {
    await this.#house.deliver(this.#now(), async (target, onTold) => {
      const awake = this.#bidders.filter((bidder) => this.#isAwake(bidder));
      // The last character of the target picks who receives it: any bidder takes any notice.
      const bidder = awake[target.charCodeAt(target.length - 1) % Math.max(1, awake.length)];
      if (bidder === undefined) return 503;
      onTold(bidder.name);
      return (await this.#until(bidder, bidder.engine.notice(target)))?.status ?? 503;
    });
  }

  async #tick(bidder: Bidder): Promise<void> {
    try {
      await this.#until(bidder, bidder.engine.tick());
      if (!bidder.isDead) bidder.healthyAt = this.#now();
    } catch {
      // A tick that found no ledger is the next one's work.
    }
  }

  async #close(): Promise<void> {
    for (const bidder of this.#bidders) await this.#until(bidder, bidder.engine.close());
  }

  /** Waits for work of a bidder, or its death. */
  async #until<T>(bidder: Bidder, work: Promise<T>): Promise<T | undefined> {
    const death = bidder.process.crashed.then(() => {
      if (!bidder.isDead) this.#kills += 1;
      bidder.isDead = true;
      return undefined;
    });
    return this.#simulation.run(Promise.race([work, death]), 30_000);
  }
}
