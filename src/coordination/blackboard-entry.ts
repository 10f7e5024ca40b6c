import { type EpochMs, GavotteError, parseJson } from '../kernel/index.ts';
import type { BlackboardEntry } from './blackboard.ts';

/** News is short; what is larger belongs into a file or the ledger, and would delay all others on the wire. */
const MAX_VALUE_BYTES = 64 * 1024;
/** As long as the longest flight is planned; it also keeps twice the TTL within what Redis takes. */
const MAX_TTL_MS = 30 * 24 * 3_600_000;
/** How long a read waits for a version unless told. */
export const READ_TIMEOUT_MS = 1_000;
/** An entry can be seen for this many times its TTL, stale in the last part. */
export const KEPT_TTLS = 2;

const KEY = /^[A-Za-z0-9._:/@-]{1,256}$/;
const PREFIX = /^[A-Za-z0-9._:/@-]{0,256}$/;

/** An entry as it is kept: the value as JSON text. */
export interface StoredEntry {
  readonly text: string;
  readonly version: number;
  readonly writtenAt: EpochMs;
  readonly ttlMs: number;
}

/** @throws GV_BAD_INPUT */
export function checkKey(key: string): void {
  if (!KEY.test(key)) throw badInput(`the key ${JSON.stringify(key)}`);
}

/** @throws GV_BAD_INPUT */
export function checkPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw badInput(`the prefix ${JSON.stringify(prefix)}`);
}

/** @throws GV_BAD_INPUT */
export function checkTtl(ttlMs: number): void {
  if (Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= MAX_TTL_MS) return;
  throw new GavotteError('GV_BAD_INPUT', `ttlMs ${ttlMs} must be a whole number from 1 to ${MAX_TTL_MS}`, {
    fix: 'Give a time to live in milliseconds.',
  });
}

/**
 * The value as JSON text.
 * @throws GV_BAD_INPUT when JSON cannot hold it, or it is larger than 64 KB.
 */
export function encodeValue(key: string, value: unknown): string {
  const text = stringify(key, value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_VALUE_BYTES) return text;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `the value of ${key} has ${bytes} bytes, at most ${MAX_VALUE_BYTES} are kept`,
    { fix: 'Write less, or keep it elsewhere and write where.' },
  );
}

/** JSON.stringify leaves out or turns into null what JSON cannot hold; that would be read as something else. */
function stringify(key: string, value: unknown): string {
  const strict = (name: string, part: unknown): unknown => {
    const isHeld = typeof part === 'number' ? Number.isFinite(part) : HELD.has(typeof part);
    if (!isHeld) {
      const where = name === '' ? '' : ` at "${name}"`;
      throw new GavotteError('GV_BAD_INPUT', `the value of ${key} holds ${String(part)}${where}`, {
        fix: 'Write only what JSON can hold.',
      });
    }
    return part;
  };
  try {
    return JSON.stringify(value, strict);
  } catch (cause) {
    if (cause instanceof GavotteError) throw cause;
    throw new GavotteError('GV_BAD_INPUT', `the value of ${key} is not JSON: ${(cause as Error).message}`, {
      fix: 'Write only what JSON can hold.',
      cause,
    });
  }
}

const HELD: ReadonlySet<string> = new Set(['string', 'boolean', 'object']);

/**
 * The entry as a reader sees it when it is `sinceMs` old; clocks that differ make no age negative.
 * @throws GV_RESPONSE_INVALID when its text is not JSON.
 */
export function entryAged(
  key: string,
  { text, version, writtenAt, ttlMs }: StoredEntry,
  sinceMs: number,
): BlackboardEntry {
  const ageMs = Math.max(0, sinceMs);
  const value = parseJson(text, `the value of ${key}`);
  return { key, value, version, writtenAt, ttlMs, ageMs, isStale: ageMs > ttlMs };
}

/** What a write or a removal that lost the race throws. */
export function versionConflict(key: string, expected: number, actual: number): GavotteError {
  const holds = actual === 0 ? 'holds nothing' : `holds version ${actual}`;
  return new GavotteError('GV_VERSION_CONFLICT', `${key} ${holds}, not version ${expected}`, {
    fix: 'Read it again and decide anew.',
    details: { key, expected, actual },
  });
}

/** What a read throws that waited in vain. */
export function notVisible(key: string, atLeast: number, timeoutMs: number): GavotteError {
  return new GavotteError('GV_TIMEOUT', `version ${atLeast} of ${key} was not there within ${timeoutMs} ms`, {
    fix: 'Read again, or go on with what is known.',
  });
}

function badInput(what: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${what} is not 1 to 256 letters, digits and . _ : / @ -`, {
    fix: 'Name it with these characters only.',
  });
}
