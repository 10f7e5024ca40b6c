import { GavotteError } from '../errors.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { openSqlite } from '../sqlite.ts';
import type { EpochMs, SqlDatabase, World } from '../world.ts';
import type { SimulatedFile } from './growing-file.ts';
import { SimulatedNetwork } from './network.ts';
import { SimulatedProcess } from './process.ts';
import { Scheduler } from './scheduler.ts';

/** What survives a crash: databases and files by path, as committed, and growing files as far as they were written. */
export interface Disk {
  readonly databases: Map<string, SqlDatabase>;
  readonly files: Map<string, string>;
  readonly growing: Map<string, SimulatedFile>;
  /** By path, whether who took it still lives. */
  readonly locks: Map<string, () => boolean>;
}

/**
 * A whole world in one thread: a clock that jumps from event to event, chance from one seed, a network of
 * plain handlers with faults, and disks that outlive the processes on them. The same seed replays the same run.
 */
export class Simulation {
  readonly scheduler: Scheduler;
  readonly network: SimulatedNetwork;
  readonly random: RandomStream;

  constructor(options: { seed: number | string; startAt?: EpochMs }) {
    this.random = randomStream(options.seed);
    this.scheduler = new Scheduler(options.startAt ?? (Date.UTC(2026, 10, 23, 12) as EpochMs));
    this.network = new SimulatedNetwork(this.scheduler, this.random.split('network'));
  }

  /** A fresh, empty disk. */
  disk(): Disk {
    return { databases: new Map(), files: new Map(), growing: new Map(), locks: new Map() };
  }

  /** The power fails: of each growing file, what was not synced is lost from some byte on, and may end in rubbish. */
  cutPower(disk: Disk): void {
    for (const [path, file] of disk.growing) file.tear(this.random.split(`power:${path}:${file.size}`));
  }

  /** Starts a process: a `World` of its own that can be crashed at any call. */
  boot(name: string, disk: Disk, options: { clockOffsetMs?: number } = {}): SimulatedProcess {
    return new SimulatedProcess({
      name,
      scheduler: this.scheduler,
      network: this.network,
      random: this.random.split(`process:${name}`),
      disk,
      clockOffsetMs: options.clockOffsetMs ?? 0,
    });
  }

  /** Clock and chance for a peer that never crashes, such as a seller. */
  peer(name: string, options: { clockOffsetMs?: number } = {}): Pick<World, 'clock' | 'random'> {
    return {
      clock: this.scheduler.clock(options.clockOffsetMs ?? 0),
      random: this.random.split(`peer:${name}`),
    };
  }

  /**
   * Lets time run until `work` settles, or virtual time passes `limitMs`.
   * @throws what `work` throws; GV_TIMEOUT when it does not settle in time or nothing is left to happen.
   */
  async run<T>(work: Promise<T>, limitMs: number): Promise<T> {
    let settled: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        settled = { value };
      },
      (error: unknown) => {
        settled = { error };
      },
    );
    const end = this.scheduler.elapsedMs + limitMs;
    for (;;) {
      await drainMicrotasks();
      if (settled !== undefined) {
        if ('error' in settled) throw settled.error;
        return settled.value;
      }
      if (!this.scheduler.advance(end)) {
        throw new GavotteError('GV_TIMEOUT', `the simulated work did not end within ${limitMs} virtual ms`);
      }
    }
  }

  /** Lets `ms` of virtual time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.scheduler.elapsedMs + ms;
    do await drainMicrotasks();
    while (this.scheduler.advance(end));
    this.scheduler.skipTo(end);
  }
}

/** Promise reactions all run before the next turn of the event loop. */
function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A database on a simulated disk: real SQLite in memory, so SQL behaves as it will on a real disk. */
export function diskDatabase(disk: Disk, path: string): SqlDatabase {
  let database = disk.databases.get(path);
  if (database === undefined) {
    database = openSqlite(':memory:');
    if (path !== ':memory:') disk.databases.set(path, database);
  }
  return database;
}
