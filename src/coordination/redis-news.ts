import type { Clock } from '../kernel/index.ts';
import type { BlackboardEntry, BlackboardListener } from './blackboard.ts';
import { entryAged, KEPT_TTLS, type StoredEntry } from './blackboard-entry.ts';
import type { RedisConnection } from './redis-connection.ts';
import { parseMessage } from './redis-message.ts';

/** How often the server is asked whether it is still there; without, a dead connection would look like no news. */
const HEARTBEAT_MS = 500;
/** How long to wait before a failed catch-up is tried again. */
const RETRY_MS = 100;
/** Keys that are over are forgotten once in so many messages. */
const MESSAGES_PER_SWEEP = 1_024;

/** What a prefix holds, and what the server's time was, at the latest, above our monotonic clock. */
export interface Listing {
  readonly entries: readonly (readonly [key: string, stored: StoredEntry])[];
  readonly offsetMs: number;
}

interface Seen {
  readonly version: number;
  /** When it is gone by itself, on our clock that never steps back. */
  readonly overAt: number;
}

interface Watch {
  readonly prefix: string;
  readonly listener: BlackboardListener;
  /** The last version told of each key. */
  readonly seen: Map<string, Seen>;
  /** What arrives while the board is being read; undefined when it is not. */
  waiting: Change[] | undefined;
}

interface Change {
  readonly key: string;
  readonly version: number;
  /** Undefined when the key was removed. */
  readonly entry: BlackboardEntry | undefined;
}

/**
 * Tells watches of changes. The server forgets those who are not listening, so after each break every watch is caught
 * up with what the board holds by then; versions keep old from overtaking new.
 */
export class RedisNews {
  readonly #connection: RedisConnection;
  readonly #channel: string;
  readonly #list: (prefix: string) => Promise<Listing>;
  readonly #readBorn: () => Promise<string | null>;
  readonly #clock: Clock;
  readonly #watches = new Set<Watch>();
  readonly #closed = new AbortController();
  #opening: Promise<void> | undefined;
  /** Catch-ups take turns, so that none takes for gone what another has just told. */
  #line: Promise<unknown> = Promise.resolve();
  /** The server's time less our monotonic clock. */
  #offsetMs = 0;
  #born: string | null = null;
  #messages = 0;
  #healing = false;
  #mustHeal = false;

  constructor(options: {
    connection: RedisConnection;
    channel: string;
    list: (prefix: string) => Promise<Listing>;
    /** When the count of versions began; another one means that all before was lost. */
    born: () => Promise<string | null>;
    clock: Clock;
  }) {
    this.#connection = options.connection;
    this.#channel = options.channel;
    this.#list = options.list;
    this.#readBorn = options.born;
    this.#clock = options.clock;
  }

  async watch(prefix: string, listener: BlackboardListener): Promise<() => Promise<void>> {
    this.#opening ??= this.#open();
    await this.#opening.catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    const watch: Watch = { prefix, listener, seen: new Map(), waiting: undefined };
    this.#watches.add(watch);
    try {
      await this.#catchUp(watch);
    } catch (error) {
      this.#watches.delete(watch);
      throw error;
    }
    return async () => {
      this.#watches.delete(watch);
    };
  }

  close(): void {
    this.#closed.abort();
    this.#watches.clear();
    this.#connection.close();
  }

  async #open(): Promise<void> {
    await this.#connection.open();
    await this.#subscribe();
    this.#born = await this.#readBorn();
    this.#connection.onMessage((message) => this.#hear(message));
    this.#connection.onReady(() => void this.#heal());
    void this.#beat();
  }

  #subscribe(): Promise<unknown> {
    return this.#connection.ask((redis) => redis.subscribe(this.#channel));
  }

  /** Asks whether the server is there; one that does not answer is left, and found again by the connection. */
  async #beat(): Promise<void> {
    while (await this.#sleep(HEARTBEAT_MS))
      await this.#connection.ask((redis) => redis.ping()).catch(() => {});
  }

  /** Another count of versions than before: what was there is lost. */
  #know(born: string | null): void {
    const known = this.#born;
    this.#born = born;
    if (known !== null && known !== born) void this.#heal();
  }

  /** False when the board was closed meanwhile. */
  #sleep(ms: number): Promise<boolean> {
    return this.#clock.sleep(ms, this.#closed.signal).then(
      () => true,
      () => false,
    );
  }

  /** After a break: listens again, then catches every watch up. Tried until it holds or the next break begins it anew. */
  async #heal(): Promise<void> {
    this.#mustHeal = true;
    if (this.#healing) return;
    this.#healing = true;
    while (this.#mustHeal && !this.#closed.signal.aborted) {
      this.#mustHeal = false;
      try {
        await this.#subscribe();
        for (const watch of [...this.#watches]) await this.#catchUp(watch);
      } catch {
        this.#mustHeal = await this.#sleep(RETRY_MS);
      }
    }
    this.#healing = false;
  }

  #catchUp(watch: Watch): Promise<void> {
    const turn = this.#line.then(() => this.#catchUpNow(watch));
    this.#line = turn.catch(() => {});
    return turn;
  }

  /** Tells what the board holds and the watch does not know, then what arrived meanwhile. */
  async #catchUpNow(watch: Watch): Promise<void> {
    watch.waiting ??= [];
    const { entries, offsetMs } = await this.#list(watch.prefix);
    this.#offsetMs = offsetMs;
    const held = new Map(entries.map(([key, { version }]) => [key, version]));
    // What was told and is not held, or only in an earlier version, was removed or lost by the server.
    for (const [key, { version }] of [...watch.seen])
      if ((held.get(key) ?? 0) < version) this.#tell(watch, { key, version: version + 1, entry: undefined });
    const now = this.#clock.monotonic() + offsetMs;
    for (const [key, stored] of entries)
      this.#tell(watch, {
        key,
        version: stored.version,
        entry: entryAged(key, stored, now - stored.writtenAt),
      });
    const waiting = watch.waiting ?? [];
    watch.waiting = undefined;
    for (const change of waiting) this.#tell(watch, change);
  }

  #hear(text: string): void {
    const change = this.#read(text);
    if (change === undefined) return;
    this.#messages += 1;
    if (this.#messages % MESSAGES_PER_SWEEP === 0) this.#sweep();
    for (const watch of [...this.#watches]) {
      if (!change.key.startsWith(watch.prefix)) continue;
      if (watch.waiting === undefined) this.#tell(watch, change);
      else watch.waiting.push(change);
    }
  }

  #tell(watch: Watch, { key, version, entry }: Change): void {
    if (!this.#watches.has(watch) || version <= (watch.seen.get(key)?.version ?? 0)) return;
    if (entry === undefined) {
      if (!watch.seen.delete(key)) return;
    } else {
      const overAt = this.#clock.monotonic() + KEPT_TTLS * entry.ttlMs - entry.ageMs;
      watch.seen.set(key, { version, overAt });
    }
    watch.listener(key, entry);
  }

  /** The change as watches are told of it; undefined when its value is not JSON, as then it is not of ours. */
  #read(text: string): Change | undefined {
    const message = parseMessage(text);
    if (message === undefined) return undefined;
    this.#know(message.born);
    const { key, version, stored } = message;
    if (stored === undefined) return { key, version, entry: undefined };
    const sinceMs = this.#clock.monotonic() + this.#offsetMs - stored.writtenAt;
    try {
      return { key, version, entry: entryAged(key, stored, sinceMs) };
    } catch {
      return undefined;
    }
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const { seen } of this.#watches)
      for (const [key, { overAt }] of seen) if (overAt < now) seen.delete(key);
  }
}
