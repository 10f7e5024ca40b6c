import { GavotteError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { GrowingFile, HttpRequest, SqlDatabase, World } from '../world.ts';
import { SimulatedFile } from './growing-file.ts';
import type { SimulatedNetwork } from './network.ts';
import type { Scheduler } from './scheduler.ts';
import { type Disk, diskDatabase } from './simulation.ts';

/** As `Network` promises. */
const DEFAULT_MAX_BYTES = 5_000_000;

/** A place where a process can die: before or after one named call into the world. */
export interface CrashPoint {
  /** `network POST /api/v1/deals`, `disk commit: reserve`, … */
  readonly name: string;
  readonly side: 'before' | 'after';
}

/**
 * One run of a program. After `crash` nothing it does reaches the world any more: its calls never return,
 * its transactions never commit. What it committed stays on its disk, what it sent is on its way.
 */
export class SimulatedProcess {
  readonly world: World;
  /** Resolves with the place where the process died. */
  readonly crashed: Promise<CrashPoint>;
  /** Every place passed so far, in order: the map of places to crash at. */
  readonly passed: CrashPoint[] = [];
  /** What the program says it is doing; names disk commits. */
  activity = '';
  #dead = false;
  #announceCrash: (point: CrashPoint) => void = () => {};
  #crashAt: ((point: CrashPoint, index: number) => boolean) | undefined;

  constructor(parts: {
    name: string;
    scheduler: Scheduler;
    network: SimulatedNetwork;
    random: RandomStream;
    disk: Disk;
    clockOffsetMs: number;
  }) {
    this.crashed = new Promise((resolve) => {
      this.#announceCrash = resolve;
    });
    const { network, disk } = parts;
    const clock = parts.scheduler.clock(parts.clockOffsetMs);
    this.world = {
      random: parts.random,
      clock: {
        now: clock.now,
        monotonic: clock.monotonic,
        sleep: (ms, signal) => this.#effect('clock sleep', () => clock.sleep(ms, signal)),
      },
      network: {
        request: (request, { signal, maxBytes = DEFAULT_MAX_BYTES }) =>
          this.#effect(routeName(request), async () => {
            const response = await network.send(request, signal);
            if (response.body.length <= maxBytes) return response;
            throw new GavotteError('GV_RESPONSE_TOO_LARGE', `the answer is larger than ${maxBytes} bytes`);
          }),
        close: () => Promise.resolve(),
      },
      storage: {
        openDatabase: (path) => this.#mortalDatabase(diskDatabase(disk, path)),
        readText: (path) => this.#effect(`disk read ${path}`, () => readFile(disk, path)),
        readBytes: (path) =>
          this.#effect(`disk read ${path}`, async () => Buffer.from(await readFile(disk, path), 'latin1')),
        writeText: (path, text) =>
          this.#effect(`disk write ${path}`, async () => void disk.files.set(path, text)),
        writeBytes: (path, bytes) =>
          this.#effect(
            `disk write ${path}`,
            async () => void disk.files.set(path, Buffer.from(bytes).toString('latin1')),
          ),
        openFile: (path, access) =>
          this.#effect(`disk open ${path}`, async () =>
            this.#mortalFile(path, growingFile(disk, path, access)),
          ),
        list: (folder) => this.#effect(`disk list ${folder}`, async () => namesIn(disk, folder)),
        remove: (path) =>
          this.#effect(`disk remove ${path}`, async () => {
            disk.files.delete(path);
            disk.growing.delete(path);
          }),
        lock: (path) => this.#lock(disk, path),
      },
    };
  }

  /** Dies at the first place for which `when` says so; `index` counts places from 0. */
  crashWhen(when: (point: CrashPoint, index: number) => boolean): void {
    this.#crashAt = when;
  }

  /** Whether the process is dead; passing a place may kill it. */
  #passes(name: string, side: CrashPoint['side']): boolean {
    if (this.#dead) return false;
    const point = { name, side };
    this.passed.push(point);
    if (this.#crashAt?.(point, this.passed.length - 1) !== true) return true;
    this.#dead = true;
    this.#announceCrash(point);
    return false;
  }

  async #effect<T>(name: string, act: () => Promise<T>): Promise<T> {
    if (!this.#passes(name, 'before')) return never();
    try {
      return await act();
    } finally {
      if (!this.#passes(name, 'after')) await never();
    }
  }

  #mortalFile(path: string, file: SimulatedFile): GrowingFile {
    return {
      size: () => this.#effect(`disk size ${path}`, async () => file.size),
      append: (bytes) => this.#effect(`disk append ${path}`, async () => file.append(bytes)),
      read: (position, length) => this.#effect(`disk read ${path}`, async () => file.read(position, length)),
      sync: () => this.#effect(`disk sync ${path}`, async () => file.sync()),
      close: () => Promise.resolve(),
    };
  }

  #lock(disk: Disk, path: string): () => void {
    if (disk.locks.get(path)?.() === true)
      throw new GavotteError('GV_BAD_INPUT', `cannot lock ${path}: another process holds it`);
    let held = true;
    disk.locks.set(path, () => held && !this.#dead);
    return () => {
      held = false;
    };
  }

  /** Synchronous calls cannot hang, so on a dead process they throw; whatever catches that can reach nothing either. */
  #mortalDatabase(database: SqlDatabase): SqlDatabase {
    const check = (side: CrashPoint['side']) => {
      if (!this.#passes(`disk commit: ${this.activity}`, side))
        throw new GavotteError('GV_LEDGER_UNAVAILABLE', 'the process died');
    };
    return {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => database.prepare(sql),
      close: () => {},
      transaction: (work) => {
        check('before');
        const result = database.transaction(work);
        check('after');
        return result;
      },
    };
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** The route without the ids in it, so that equal calls have equal names. */
function routeName(request: HttpRequest): string {
  const path = new URL(request.url).pathname.replace(/\/[^/]*\d[^/]*(?=\/|$)/g, (part) =>
    part === '/v1' ? part : '/{id}',
  );
  return `network ${request.method} ${path}`;
}

async function readFile(disk: Disk, path: string): Promise<string> {
  const text = disk.files.get(path);
  if (text === undefined) throw new GavotteError('GV_BAD_INPUT', `there is no file ${path}`);
  return text;
}

function growingFile(disk: Disk, path: string, access: 'append' | 'read'): SimulatedFile {
  const file = disk.growing.get(path);
  if (file !== undefined) return file;
  const written = disk.files.get(path);
  if (access === 'read' && written !== undefined) {
    const copy = new SimulatedFile();
    copy.append(Buffer.from(written, 'latin1'));
    return copy;
  }
  if (access === 'read') throw new GavotteError('GV_BAD_INPUT', `there is no file ${path}`);
  const fresh = new SimulatedFile();
  disk.growing.set(path, fresh);
  return fresh;
}

function namesIn(disk: Disk, folder: string): readonly string[] {
  const paths = [...disk.files.keys(), ...disk.growing.keys()];
  const names = paths
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1).split('/')[0]!);
  return [...new Set(names)].sort();
}
