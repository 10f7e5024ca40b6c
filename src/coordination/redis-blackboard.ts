import { type Clock, type EpochMs, GavotteError } from '../kernel/index.ts';
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
import { checkRedisUrl, RedisConnection } from './redis-connection.ts';
import { type Listing, RedisNews } from './redis-news.ts';
import { importRedis } from './redis-package.ts';
import { READ, REMOVE, WRITE } from './redis-scripts.ts';

/** Waits between looks for a version: it is nearly always there at the first. */
const LOOK_MS = { first: 5, most: 100 };
/** Keys that the server looks at in one step of a list. */
const SCAN_COUNT = '1000';
/** Entries read in one command: of the largest, about as much as a server sends in 100 ms. */
const ENTRIES_PER_READ = 256;

/**
 * A blackboard that processes share through a Redis server, 5 or later. Needs the package `ioredis`. Boards with one
 * URL and `namespace` (default 'gavotte') are one.
 *
 * Redis may lose what it acknowledged: after a failover or a flush entries are missing, but versions rise on and
 * `ifVersion` refuses who lost its entry, as long as the server's clock was not set back. Ages are measured by the
 * server's clock. When the server is gone, hung or full, commands fail within half a second; mirrors go on and grow
 * stale, and watches catch up when it is back.
 * @throws GV_PACKAGE_MISSING, GV_BAD_INPUT for a URL or password, GV_BLACKBOARD_UNAVAILABLE, GV_TIMEOUT
 */
export async function redisBlackboard(options: {
  readonly url: string;
  readonly clock: Clock;
  readonly namespace?: string;
}): Promise<Blackboard> {
  const { url, clock, namespace = 'gavotte' } = options;
  checkRedisUrl(url);
  checkKey(namespace);
  const create = await importRedis(() => import('ioredis'));
  const connect = () => new RedisConnection(create, url);
  const board = new RedisBlackboard(connect(), connect(), clock, namespace);
  await board.open();
  return board;
}

class RedisBlackboard implements Blackboard {
  readonly #connection: RedisConnection;
  readonly #news: RedisNews;
  readonly #clock: Clock;
  readonly #entries: string;
  readonly #counter: string;
  readonly #channel: string;

  constructor(connection: RedisConnection, listening: RedisConnection, clock: Clock, namespace: string) {
    this.#connection = connection;
    this.#clock = clock;
    // The braces keep all keys on one node of a cluster, as a script works on one.
    this.#entries = `{${namespace}}:entry:`;
    this.#counter = `{${namespace}}:version`;
    this.#channel = `{${namespace}}:news`;
    this.#news = new RedisNews({
      connection: listening,
      channel: this.#channel,
      list: (prefix) => this.#list(prefix),
      born: () => this.#connection.ask((redis) => redis.hget(this.#counter, 'born')),
      clock,
    });
  }

  async open(): Promise<void> {
    try {
      await this.#connection.open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async write(key: string, value: unknown, { ttlMs, ifVersion }: WriteOptions): Promise<{ version: number }> {
    checkKey(key);
    checkTtl(ttlMs);
    const text = encodeValue(key, value);
    const values = [expected(ifVersion), text, ttlMs, KEPT_TTLS * ttlMs, this.#channel, key];
    return { version: await this.#change(WRITE, key, ifVersion, values) };
  }

  async remove(key: string, { ifVersion }: { readonly ifVersion?: number } = {}): Promise<void> {
    checkKey(key);
    await this.#change(REMOVE, key, ifVersion, [expected(ifVersion), this.#channel, key]);
  }

  async read(key: string, options: ReadOptions = {}): Promise<BlackboardEntry | undefined> {
    checkKey(key);
    const { atLeast, timeoutMs = READ_TIMEOUT_MS } = options;
    const until = this.#clock.monotonic() + timeoutMs;
    for (let wait = LOOK_MS.first; ; wait = Math.min(2 * wait, LOOK_MS.most)) {
      const [entry] = this.#aged(await this.#read([key]));
      if (atLeast === undefined || (entry !== undefined && entry.version >= atLeast)) return entry;
      const left = until - this.#clock.monotonic();
      if (left <= 0) throw notVisible(key, atLeast, timeoutMs);
      await this.#clock.sleep(Math.min(wait, left));
    }
  }

  async list(prefix: string): Promise<readonly BlackboardEntry[]> {
    checkPrefix(prefix);
    return this.#aged(await this.#list(prefix));
  }

  async watch(prefix: string, listener: BlackboardListener): Promise<() => Promise<void>> {
    checkPrefix(prefix);
    return this.#news.watch(prefix, listener);
  }

  mirror(prefix: string): Promise<BlackboardMirror> {
    return mirrorOf(this, prefix, this.#clock);
  }

  async close(): Promise<void> {
    this.#news.close();
    this.#connection.close();
  }

  /** The version that is held after the change, or was before a removal. */
  async #change(
    script: string,
    key: string,
    ifVersion: number | undefined,
    values: readonly (string | number)[],
  ): Promise<number> {
    const answer = await this.#connection.ask((redis) =>
      redis.eval(script, 2, this.#entries + key, this.#counter, ...values),
    );
    const [isDone, text] = answer as [number, string];
    const version = Number(text);
    if (isDone !== 1) throw versionConflict(key, ifVersion ?? 0, version);
    return version;
  }

  async #read(keys: readonly string[]): Promise<Listing> {
    const names = keys.map((key) => this.#entries + key);
    const askedAt = this.#clock.monotonic();
    const answer = await this.#connection.ask((redis) => redis.eval(READ, names.length, ...names));
    const [now, ...fields] = (answer as string[]).map(String);
    const entries = keys.flatMap((key, index): (readonly [string, StoredEntry])[] => {
      const [version, text, writtenAt, ttlMs] = fields.slice(4 * index, 4 * index + 4);
      return version === '' ? [] : [[key, storedFrom(key, [version!, text!, writtenAt!, ttlMs!])]];
    });
    // The answer was on its way for a while; taken from before it, ages are never too small.
    return { entries, offsetMs: Number(now) - askedAt };
  }

  async #list(prefix: string): Promise<Listing> {
    const keys = await this.#keys(prefix);
    const entries: (readonly [string, StoredEntry])[] = [];
    for (let start = 0; start < keys.length; start += ENTRIES_PER_READ)
      entries.push(...(await this.#read(keys.slice(start, start + ENTRIES_PER_READ))).entries);
    return { entries, offsetMs: (await this.#read([])).offsetMs };
  }

  #aged({ entries, offsetMs }: Listing): readonly BlackboardEntry[] {
    const now = this.#clock.monotonic() + offsetMs;
    return entries.map(([key, stored]) => entryAged(key, stored, now - stored.writtenAt));
  }

  /** A scan may name a key twice, and every key that was there throughout at least once. */
  async #keys(prefix: string): Promise<readonly string[]> {
    const found = new Set<string>();
    let cursor = '0';
    do {
      const [next, names] = await this.#connection.ask((redis) =>
        redis.scan(cursor, 'MATCH', `${this.#entries}${prefix}*`, 'COUNT', SCAN_COUNT),
      );
      for (const name of names) found.add(name.slice(this.#entries.length));
      cursor = next;
    } while (cursor !== '0');
    return [...found].sort();
  }
}

function expected(ifVersion: number | undefined): string {
  return ifVersion === undefined ? '' : String(ifVersion);
}

/** @throws GV_RESPONSE_INVALID when the fields are not those we write. */
function storedFrom(
  key: string,
  [version, text, writtenAt, ttlMs]: readonly [string, string, string, string],
): StoredEntry {
  const stored = {
    text,
    version: Number(version),
    writtenAt: Number(writtenAt) as EpochMs,
    ttlMs: Number(ttlMs),
  };
  if (Number.isSafeInteger(stored.version) && stored.writtenAt > 0 && stored.ttlMs > 0) return stored;
  throw new GavotteError('GV_RESPONSE_INVALID', `Redis does not hold an entry of ours at ${key}`, {
    fix: 'Give the blackboard a namespace of its own, or remove what is there.',
  });
}
