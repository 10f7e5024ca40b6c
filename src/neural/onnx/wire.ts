/** Protocol buffers, as far as ONNX files need them: fields are numbers with a wire type; unknown ones are skipped. */

/** What a message holds in one field, in order: whole numbers, four bytes, or bytes. */
export interface WireField {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/** The fields of a message; throws RangeError when it is cut off, or not a message at all. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = view.getUint8(at);
      at += 1;
      // What is beyond 2^53 is no size of ours; it stays wrong and finite.
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new RangeError('a number has no end');
  };
  const slice = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === 0) yield { field, value: varint() };
    else if (kind === 1) yield { field, value: slice(8) };
    else if (kind === 2) yield { field, value: slice(varint()) };
    else if (kind === 5) yield { field, value: slice(4) };
    else throw new RangeError(`wire type ${kind}`);
  }
}

/** Numbers of a repeated field, packed or one by one. */
export function readNumbers(value: number | Uint8Array): readonly number[] {
  if (typeof value === 'number') return [value];
  const numbers: number[] = [];
  let [number, shift] = [0, 0];
  for (const byte of value) {
    number += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte >= 128) continue;
    numbers.push(number);
    [number, shift] = [0, 0];
  }
  return numbers;
}

/** A whole number ≥ 0. */
export function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A text, a message, or bytes. */
export function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}
