import type { EpochMs } from '../kernel/index.ts';

/** What is known under a key. Times are those of the board's own clock, so processes whose clocks differ agree. */
export interface BlackboardEntry {
  readonly key: string;
  /** What JSON can hold. Each reader gets its own copy, and checks it, as another version of us may have written it. */
  readonly value: unknown;
  /** Rises with every write to the key, for ever: also after the entry ended, was removed or was lost. */
  readonly version: number;
  readonly writtenAt: EpochMs;
  readonly ttlMs: number;
  /** How old it was when it was read, in milliseconds. */
  readonly ageMs: number;
  /** Whether it was older than `ttlMs`. A stale entry can be seen for as long again, then it is gone. */
  readonly isStale: boolean;
}

/** Hears of a key: what it holds now, or undefined when that is gone. It must not throw. */
export type BlackboardListener = (key: string, entry: BlackboardEntry | undefined) => void;

/** Entries of a prefix, kept beside the reader: for the bid path, which waits on nothing. */
export interface BlackboardMirror {
  /** No I/O. The record belongs to the mirror and changes later: read it, do not keep it. */
  get(key: string): MirrorRecord | undefined;
  stop(): Promise<void>;
}

/** What a mirror holds. While the board cannot be reached, `ageMs` grows on. */
export interface MirrorRecord {
  readonly value: unknown;
  readonly version: number;
  readonly ageMs: number;
  readonly isStale: boolean;
}

/**
 * Where agents leave what others should know: short values that are replaced and grow old. Not money: losing all of
 * it loses no cent (law 6), and whoever must be the only one uses `ifVersion`.
 *
 * Keys are 1 to 256 letters, digits and `. _ : / @ -`; values at most 64 KB of JSON; `ttlMs` whole, up to 30 days.
 * Every method throws GV_BAD_INPUT when these are not kept; those of a remote board also GV_TIMEOUT or
 * GV_BLACKBOARD_UNAVAILABLE (whether a write happened is then not known: read), and GV_RESPONSE_INVALID when
 * somebody else keeps other things under its names.
 */
export interface Blackboard {
  /**
   * Replaces what the key holds. With `ifVersion` only if it holds that version; 0 means that it holds nothing.
   * @throws GV_VERSION_CONFLICT with `expected` and `actual` in its details; nothing was written then.
   */
  write(key: string, value: unknown, options: WriteOptions): Promise<{ readonly version: number }>;
  /**
   * What the key holds. With `atLeast` it waits until that is of this version or a later one, which makes a read
   * follow a write of another process.
   * @throws GV_TIMEOUT when `atLeast` is not there within `timeoutMs` (default 1,000).
   */
  read(key: string, options?: ReadOptions): Promise<BlackboardEntry | undefined>;
  /** What all keys with this prefix hold, by key. */
  list(prefix: string): Promise<readonly BlackboardEntry[]>;
  /**
   * Ends what the key holds; with `ifVersion` only if it is of that version.
   * @throws GV_VERSION_CONFLICT
   */
  remove(key: string, options?: { readonly ifVersion?: number }): Promise<void>;
  /**
   * Calls `listener` for all that the prefix holds, before this resolves, and then for each change, with rising
   * versions of a key. Of changes in quick succession, or made while the board was out of reach, it may hear only the
   * last. That an entry grew too old is no change.
   */
  watch(prefix: string, listener: BlackboardListener): Promise<() => Promise<void>>;
  /** Keeps what the prefix holds beside the reader. */
  mirror(prefix: string): Promise<BlackboardMirror>;
  close(): Promise<void>;
}

/** How to write. */
export interface WriteOptions {
  readonly ttlMs: number;
  readonly ifVersion?: number;
}

/** How to read. */
export interface ReadOptions {
  readonly atLeast?: number;
  readonly timeoutMs?: number;
}
