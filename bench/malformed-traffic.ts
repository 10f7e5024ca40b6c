import { gzipSync } from 'node:zlib';
import { type RandomStream, randomStream } from '../src/kernel/index.ts';
import { bidHead } from './bidder-load.ts';
import { bidBodies } from './bidder-traffic.ts';

/** How often each kind comes, in a thousand. The heavy ones cost a server up to a thousand times a usual request. */
const WEIGHTS = {
  mutated: 380,
  wrongType: 300,
  truncated: 60,
  prototype: 50,
  surrogate: 50,
  hugeNumber: 40,
  duplicateKey: 40,
  nothing: 30,
  nested: 20,
  badHead: 20,
  gzipBomb: 6,
  tenThousandImps: 2,
  twoMegabytes: 2,
} as const;

export type MalformedKind = keyof typeof WEIGHTS;

/** One request as it goes over the wire. */
export interface Malformed {
  readonly kind: MalformedKind;
  readonly bytes: Buffer;
}

const WRONG: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  9_007_199_254_740_992,
  '',
  'x',
  'NaN',
  '1e400',
  [],
  {},
  [null],
  [[[]]],
  [1, 'a', {}],
  { id: {} },
  '\u0000',
  'x'.repeat(1_000),
];

/** Malformed requests from a seed: the n-th is the same each time. */
export class MalformedTraffic {
  readonly #random: RandomStream;
  readonly #bodies = bidBodies();
  readonly #objects = this.#bodies.map((body) => JSON.parse(body.toString()) as unknown);
  readonly #kinds = (Object.keys(WEIGHTS) as MalformedKind[]).flatMap((kind) =>
    Array<MalformedKind>(WEIGHTS[kind]).fill(kind),
  );
  /** Made once, as making them would cost the sender more than they cost the server. */
  readonly #heavy = heavyRequests(this.#objects[0]);

  constructor(seed: string) {
    this.#random = randomStream(seed);
  }

  next(): Malformed {
    const kind = this.#pick(this.#kinds);
    return { kind, bytes: this.#bytes(kind) };
  }

  #bytes(kind: MalformedKind): Buffer {
    const body = this.#pick(this.#bodies);
    switch (kind) {
      case 'mutated':
        return this.#whole(this.#mutate(body));
      case 'wrongType':
        return this.#whole(Buffer.from(JSON.stringify(this.#wrongType(this.#pick(this.#objects), 0))));
      case 'truncated':
        return this.#whole(body.subarray(0, this.#random.int(body.length)));
      case 'prototype':
        return this.#whole(
          this.#replaceKey(body, ['__proto__', 'constructor', 'prototype', 'toString', 'then']),
        );
      case 'surrogate':
        return this.#whole(this.#replaceText(body));
      case 'hugeNumber':
        return this.#whole(this.#replaceNumber(body));
      case 'duplicateKey':
        return this.#whole(Buffer.from(`{"id":7,"imp":0,${body.toString().slice(1)}`));
      case 'nothing':
        return this.#whole(
          Buffer.from(this.#pick(['', ' ', 'null', '[]', '""', '0', '{}', '{"id":"1"}', '\ufeff{}'])),
        );
      case 'badHead':
        return this.#badHead(body);
      case 'nested':
      case 'gzipBomb':
      case 'tenThousandImps':
      case 'twoMegabytes':
        return this.#pick(this.#heavy[kind]);
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.int(from.length)]!;
  }

  /** A body with a proper head; some in chunks, some compressed. */
  #whole(body: Buffer): Buffer {
    switch (this.#random.int(16)) {
      case 0: {
        const packed = gzipSync(body, { level: 1 });
        return request(packed, 'Content-Encoding: gzip\r\n');
      }
      case 1: {
        const chunk =
          body.length === 0 ? '' : `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n`;
        return Buffer.from(`${bidHead('Transfer-Encoding: chunked\r\n')}${chunk}0\r\n\r\n`, 'latin1');
      }
      default:
        return request(body);
    }
  }

  #mutate(body: Buffer): Buffer {
    let bytes = Buffer.from(body);
    for (let left = 1 + this.#random.int(4); left > 0; left -= 1) {
      const at = this.#random.int(bytes.length);
      const size = 1 + this.#random.int(16);
      const kind = this.#random.int(4);
      if (kind === 0) bytes[at] = this.#random.int(256);
      else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
      else
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(this.#pick(['"', '{', '}', '[', ',', '\\', '\0', 'e', '-'])),
          bytes.subarray(at),
        ]);
    }
    return bytes;
  }

  /** The value with something of another type in one place or some. */
  #wrongType(value: unknown, depth: number): unknown {
    if (depth > 0 && this.#random.int(24) === 0) return this.#pick(WRONG);
    if (Array.isArray(value)) return value.map((each) => this.#wrongType(each, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.#wrongType(each, depth + 1)]),
    );
  }

  #replaceKey(body: Buffer, keys: readonly string[]): Buffer {
    const text = body.toString();
    const places = [...text.matchAll(/"[a-z_]+":/g)];
    const place = this.#pick(places);
    const rest = text.slice(place.index + place[0].length);
    const value = this.#pick(['', '{"polluted":true},"x":']);
    return Buffer.from(`${text.slice(0, place.index)}"${this.#pick(keys)}":${value}${rest}`);
  }

  /** Half a surrogate pair in a text, as an escape or as bytes that are no UTF-8. */
  #replaceText(body: Buffer): Buffer {
    const text = body.toString('latin1');
    const place = this.#pick([...text.matchAll(/:"/g)]).index + 2;
    const half = this.#pick([
      '\\ud800',
      '\\udfff',
      '\\ud83d',
      '\xed\xa0\x80',
      '\xed\xbf\xbf',
      '\xff\xfe',
      '\xc0\x80',
    ]);
    return Buffer.from(text.slice(0, place) + half + text.slice(place), 'latin1');
  }

  #replaceNumber(body: Buffer): Buffer {
    const text = body.toString();
    const place = this.#pick([...text.matchAll(/:-?\d+(?:\.\d+)?/g)]);
    const number = this.#pick([
      '9223372036854775808',
      '-9223372036854775809',
      '1e400',
      '-0',
      '1e-400',
      '00',
      '.5',
      '0x10',
      `1${'0'.repeat(500)}`,
    ]);
    return Buffer.from(`${text.slice(0, place.index)}:${number}${text.slice(place.index + place[0].length)}`);
  }

  /** Heads that two servers could read differently; their connections end. */
  #badHead(body: Buffer): Buffer {
    const length = `Content-Length: ${body.length}\r\n`;
    const lines = this.#pick([
      `${length}Content-Length: 3\r\n`,
      `${length}Transfer-Encoding: chunked\r\n`,
      `Content-Length : ${body.length}\r\n`,
      `${length} folded: 1\r\n`,
      `${length}X-A: a\0b\r\n`,
      `${length}X-A: a\nb\r\n`,
      `Content-Length: -1\r\n`,
      `${length}Content-Encoding: zstd\r\n`,
      'Transfer-Encoding: gzip\r\n',
    ]);
    return Buffer.concat([Buffer.from(bidHead(lines), 'latin1'), body]);
  }
}

function request(body: Uint8Array, lines = ''): Buffer {
  return Buffer.concat([Buffer.from(bidHead(`Content-Length: ${body.length}\r\n${lines}`)), body]);
}

function heavyRequests(
  valid: unknown,
): Record<'nested' | 'gzipBomb' | 'tenThousandImps' | 'twoMegabytes', readonly Buffer[]> {
  const { imp, ...rest } = valid as { readonly imp: readonly object[] };
  const imps = (of: (index: number) => unknown) =>
    JSON.stringify({ ...rest, imp: Array.from({ length: 10_000 }, (_, index) => of(index)) });
  const padded = JSON.stringify({ ...rest, imp, pad: 'x'.repeat(2_000_000) });
  const lying = gzipSync(Buffer.alloc(20_000_000, 0x20));
  lying.writeUInt32LE(3_000, lying.length - 4);
  const gzip = 'Content-Encoding: gzip\r\n';
  return {
    nested: [
      '['.repeat(100_000),
      '{"a":'.repeat(50_000),
      `{"id":"1","imp":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ].map((text) => request(Buffer.from(text))),
    gzipBomb: [
      request(gzipSync(Buffer.alloc(20_000_000, 0x20)), gzip),
      request(lying, gzip),
      request(lying.subarray(0, 9_000), gzip),
      request(Buffer.alloc(3_000, 0x1f), gzip),
    ],
    tenThousandImps: [
      request(Buffer.from(imps((index) => ({ id: `${index}`, banner: { w: 300, h: 250 } })))),
      request(Buffer.from(imps(() => ({})))),
      request(Buffer.from(imps(() => 0))),
      request(gzipSync(imps((index) => ({ id: `${index}`, banner: { w: 300, h: 250 } }))), gzip),
    ],
    twoMegabytes: [request(Buffer.from(padded)), request(gzipSync(padded), gzip)],
  };
}
