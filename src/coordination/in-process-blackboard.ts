import { type Clock, withDeadline } from '../kernel/index.ts';
import type {
  Blackboard,
  BlackboardEntry,
  BlackboardListener,
  BlackboardMirror,
  ReadOptions,
  WriteOptions,
} from './blackboard.ts';
import {
  checkKey,
  checkPrefix,
  checkTtl,
  encodeValue,
  entryAged,
  KEPT_TTLS,
  notVisible,
  READ_TIMEOUT_MS,
  type StoredEntry,
  versionConflict,
} from './blackboard-entry.ts';
import { mirrorOf } from './blackboard-mirror.ts';

/** What is over is thrown away once in so many writes, so that keys nobody reads again take no memory. */
const WRITES_PER_SWEEP = 1_024;

/** Ages are measured by the clock that never steps back, so an entry cannot grow younger. */
interface KeptEntry extends StoredEntry {
  readonly newAt: number;
}

interface Watch {
  readonly prefix: string;
  readonly listener: BlackboardListener;
}

/** A blackboard within one process; `clock` gives its time. Listeners are called before a write resolves. */
export class InProcessBlackboard implements Blackboard {
  readonly #clock: Clock;
  readonly #entries = new Map<string, KeptEntry>();
  readonly #watches = new Set<Watch>();
  /** One count for all keys: so a key's versions rise also when nothing of it is kept. */
  #version = 0;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  async write(key: string, value: unknown, { ttlMs, ifVersion }: WriteOptions): Promise<{ version: number }> {
    checkKey(key);
    checkTtl(ttlMs);
    const text = encodeValue(key, value);
    this.#expect(key, ifVersion);
    this.#version += 1;
    const version = this.#version;
    if (version % WRITES_PER_SWEEP === 0) this.#sweep();
    this.#entries.set(key, {
      text,
      version,
      ttlMs,
      writtenAt: this.#clock.now(),
      newAt: this.#clock.monotonic(),
    });
    this.#tell(key);
    return { version };
  }

  async read(key: string, options: ReadOptions = {}): Promise<BlackboardEntry | undefined> {
    checkKey(key);
    const { atLeast, timeoutMs = READ_TIMEOUT_MS } = options;
    const entry = this.#entry(key);
    if (atLeast === undefined || (entry !== undefined && entry.version >= atLeast)) return entry;
    return this.#visible(key, atLeast, timeoutMs);
  }

  async list(prefix: string): Promise<readonly BlackboardEntry[]> {
    checkPrefix(prefix);
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.#entry(key)).filter((entry) => entry !== undefined);
  }

  async remove(key: string, { ifVersion }: { readonly ifVersion?: number } = {}): Promise<void> {
    checkKey(key);
    this.#expect(key, ifVersion);
    if (this.#entries.delete(key)) this.#tell(key);
  }

  async watch(prefix: string, listener: BlackboardListener): Promise<() => Promise<void>> {
    const present = await this.list(prefix);
    const watch = { prefix, listener };
    this.#watches.add(watch);
    for (const entry of present) listener(entry.key, entry);
    return async () => {
      this.#watches.delete(watch);
    };
  }

  mirror(prefix: string): Promise<BlackboardMirror> {
    return mirrorOf(this, prefix, this.#clock);
  }

  async close(): Promise<void> {
    this.#watches.clear();
    this.#entries.clear();
  }

  #expect(key: string, ifVersion: number | undefined): void {
    if (ifVersion === undefined) return;
    const actual = this.#stored(key)?.version ?? 0;
    if (actual !== ifVersion) throw versionConflict(key, ifVersion, actual);
  }

  /** What is kept; what is over is thrown away on the way. */
  #stored(key: string): KeptEntry | undefined {
    const stored = this.#entries.get(key);
    if (stored === undefined || this.#ageOf(stored) <= KEPT_TTLS * stored.ttlMs) return stored;
    this.#entries.delete(key);
    return undefined;
  }

  #entry(key: string): BlackboardEntry | undefined {
    const stored = this.#stored(key);
    return stored === undefined ? undefined : entryAged(key, stored, this.#ageOf(stored));
  }

  #ageOf({ newAt }: KeptEntry): number {
    return this.#clock.monotonic() - newAt;
  }

  #sweep(): void {
    for (const key of this.#entries.keys()) this.#stored(key);
  }

  #tell(key: string): void {
    for (const { prefix, listener } of [...this.#watches])
      if (key.startsWith(prefix)) listener(key, this.#entry(key));
  }

  async #visible(key: string, atLeast: number, timeoutMs: number): Promise<BlackboardEntry> {
    let watch: Watch | undefined;
    try {
      return await withDeadline(
        this.#clock,
        timeoutMs,
        undefined,
        () =>
          new Promise<BlackboardEntry>((resolve) => {
            const listener: BlackboardListener = (changed, entry) => {
              if (changed === key && entry !== undefined && entry.version >= atLeast) resolve(entry);
            };
            watch = { prefix: key, listener };
            this.#watches.add(watch);
          }),
      );
    } catch {
      throw notVisible(key, atLeast, timeoutMs);
    } finally {
      if (watch !== undefined) this.#watches.delete(watch);
    }
  }
}
