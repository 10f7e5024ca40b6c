import { nestsAtMost } from '../kernel/index.ts';
import { JSON_SOURCE, jsonObject } from './read/json-source.ts';
import { MAX_BODY_BYTES, MAX_DEPTH } from './read/limits.ts';
import { readRequest } from './read/request.ts';
import type { ReadResult, RequestReader } from './request.ts';

/**
 * Reads requests with `JSON.parse`: the reference for `wasmReader`, and its fallback. Of a key given twice the last
 * counts, as in `JSON.parse`; bytes that are no UTF-8 become U+FFFD.
 */
export function jsonReader(): RequestReader {
  return { read: readJson };
}

function readJson(body: Uint8Array, start: number, end: number): ReadResult {
  if (end - start > MAX_BODY_BYTES) return { kind: 'invalid', problem: OVER_LIMIT };
  const text = Buffer.from(body.buffer, body.byteOffset + start, end - start).toString('utf8');
  if (!nestsAtMost(text, MAX_DEPTH)) return { kind: 'invalid', problem: NOT_JSON };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', problem: NOT_JSON };
  }
  return readRequest(JSON_SOURCE, jsonObject(value));
}

/** What both readers say of a body that is too long, and of one that cannot be read at all. */
export const OVER_LIMIT = `the body is over ${MAX_BODY_BYTES} bytes`;
export const NOT_JSON = `the body is not JSON of at most ${MAX_DEPTH} levels`;
