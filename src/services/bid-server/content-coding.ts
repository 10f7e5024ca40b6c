import { gunzipSync, gzipSync } from 'node:zlib';

const G = 0x67;
const SEMICOLON = 0x3b;
/** Where a gzip member says how long its contents are, modulo 2^32 (RFC 1952 §2.3.1): its last four bytes. */
const GZIP_SIZE_BYTES = 4;
/** Header and trailer of a gzip member. */
const GZIP_LEAST_BYTES = 18;

/** The gzip body inflated, or undefined when it is broken or larger than `maxBytes`; a bomb costs at most that (T4). */
export function inflate(bytes: Buffer, start: number, end: number, maxBytes: number): Buffer | undefined {
  if (end - start < GZIP_LEAST_BYTES) return undefined;
  // An honest bomb says its size, and is refused unopened.
  if (bytes.readUInt32LE(end - GZIP_SIZE_BYTES) > maxBytes) return undefined;
  try {
    return gunzipSync(bytes.subarray(start, end), { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

/** The bytes as gzip, at the speed that suits answers which live for milliseconds. */
export function deflate(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: 1 });
}

/** Whether an `Accept-Encoding` value names gzip, and not with a weight of zero (RFC 9110 §12.5.3). */
export function acceptsGzip(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + 4 <= end; at += 1) {
    if ((bytes[at]! | 32) !== G || bytes.toString('latin1', at, at + 4).toLowerCase() !== 'gzip') continue;
    // Followed by nothing or by another coding it is accepted; `x-gzip` is the same coding.
    if (at + 4 === end || (bytes[at + 4] !== SEMICOLON && bytes[at + 4] !== 32)) return true;
    const weight = /^[ \t]*;[ \t]*q=([\d.]+)/i.exec(bytes.toString('latin1', at + 4, end));
    return weight === null || Number(weight[1]) > 0;
  }
  return false;
}
