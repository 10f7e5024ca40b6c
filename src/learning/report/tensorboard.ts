/** One point of a curve, as TensorBoard shows it. */
export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** The first record of a file, without which TensorBoard does not read it. */
export function eventFileHeader(wallSeconds: number): Uint8Array {
  return record([double(1, wallSeconds), bytes(3, Buffer.from('brain.Event:2'))]);
}

/**
 * One record of a TensorBoard event file: the scalars of a step. Records are appended to a file whose name has
 * `tfevents` in it (TFRecord framing with masked CRC-32C; `Event` and `Summary` of tensorflow/core/util/event.proto).
 */
export function scalarsEvent(wallSeconds: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const values = scalars.map(({ tag, value }) =>
    bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])),
  );
  return record([double(1, wallSeconds), integer(2, step), bytes(5, Buffer.concat(values))]);
}

/** Length, its checksum, the message, its checksum. */
function record(fields: readonly Buffer[]): Uint8Array {
  const message = Buffer.concat(fields);
  const framed = Buffer.alloc(message.length + 16);
  framed.writeBigUInt64LE(BigInt(message.length), 0);
  framed.writeUInt32LE(maskedCrc(framed.subarray(0, 8)), 8);
  message.copy(framed, 12);
  framed.writeUInt32LE(maskedCrc(message), 12 + message.length);
  return framed;
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let left = value;
  while (left >= 128) {
    out.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  out.push(left);
  return Buffer.from(out);
}

function double(field: number, value: number): Buffer {
  const out = Buffer.alloc(9);
  out[0] = (field << 3) | 1;
  out.writeDoubleLE(value, 1);
  return out;
}

function float(field: number, value: number): Buffer {
  const out = Buffer.alloc(5);
  out[0] = (field << 3) | 5;
  out.writeFloatLE(value, 1);
  return out;
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([field << 3]), varint(value)]);
}

function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(value.length), value]);
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let word = index;
  for (let bit = 0; bit < 8; bit += 1) word = word & 1 ? (word >>> 1) ^ POLYNOMIAL : word >>> 1;
  return word;
});

/** CRC-32C, rotated and shifted by a constant, as TFRecord wants it. */
export function maskedCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
