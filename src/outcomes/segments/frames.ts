import { MAX_RECORD_BYTES } from '../record-text.ts';
import { crc32c } from './crc32c.ts';

/** A frame is the CRC-32C of all that follows, the length of the body, the hash of its id (32 bits each, little-endian), the body. */
export const FRAME_HEAD_BYTES = 12;
/** Room for a first batch; grows with the batches. */
const FIRST_BYTES = 65_536;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Frames put one behind another, to be written at once. Reused for batch after batch. */
export class FrameBuffer {
  count = 0;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The frames so far; good until the next `clear`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add(body: string, idHash: number): void {
    const start = this.#length;
    this.#grow(start + FRAME_HEAD_BYTES + body.length * BYTES_PER_UNIT);
    const bytes = this.#bytes;
    const bodyLength = bytes.write(body, start + FRAME_HEAD_BYTES);
    const end = start + FRAME_HEAD_BYTES + bodyLength;
    bytes.writeUInt32LE(bodyLength, start + 4);
    bytes.writeUInt32LE(idHash, start + 8);
    bytes.writeUInt32LE(crc32c(bytes, start + 4, end), start);
    this.#length = end;
    this.count += 1;
  }

  clear(): void {
    this.#length = 0;
    this.count = 0;
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * length);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The same bytes, with the methods of a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What `frameEnd` says of bytes that end before the frame does. */
export const SHORT = 0;
/** What `frameEnd` says of bytes that are no frame. */
export const DAMAGED = -1;

/** Where the frame at `start` ends, or SHORT, or DAMAGED. */
export function frameEnd(bytes: Buffer, start: number): number {
  if (start + FRAME_HEAD_BYTES > bytes.length) return SHORT;
  const length = bytes.readUInt32LE(start + 4);
  if (length === 0 || length > MAX_RECORD_BYTES) return DAMAGED;
  const end = start + FRAME_HEAD_BYTES + length;
  if (end > bytes.length) return SHORT;
  return crc32c(bytes, start + 4, end) === bytes.readUInt32LE(start) ? end : DAMAGED;
}

/** The hash of the id in the frame at `start`. */
export function frameHash(bytes: Buffer, start: number): number {
  return bytes.readUInt32LE(start + 8);
}

/** The body of a frame that `frameEnd` found whole. */
export function frameBody(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start + FRAME_HEAD_BYTES, end);
}

/** 32 bits of an id (FNV-1a with the last mixing of MurmurHash3); equal ids are told apart by reading them. */
export function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1)
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
