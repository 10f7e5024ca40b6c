import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type RandomStream, randomStream } from '../../kernel/index.ts';
import { REQUEST } from '../read/shapes.ts';
import { jsonReader } from '../read-json.ts';
import type { ReadResult } from '../request.ts';
import { SAMPLE_KINDS, sampleBody, sampleRequest } from '../testing/index.ts';
import { brokenTexts, requestTexts } from '../testing/json-texts.ts';
import { ExtractedRequest } from './extracted-request.ts';
import { loadExtractor } from './extractor.ts';
import { wasmReader } from './reader.ts';
import { KIND } from './record-source.ts';

const reader = wasmReader();
const reference = jsonReader();

/** Both readers, held to the same answer. */
function readBoth(body: Uint8Array): ReadResult {
  const found = plain(reader.read(body, 0, body.length));
  const expected = reference.read(body, 0, body.length);
  if (!isDeepStrictEqual(found, expected)) {
    assert.deepEqual(found, expected, Buffer.from(body).toString('latin1'));
  }
  return found;
}
/** What is read late, read now. */
function plain(result: ReadResult): ReadResult {
  return result.kind === 'request' && result.request instanceof ExtractedRequest
    ? { kind: 'request', request: result.request.toJSON() }
    : result;
}
const readText = (text: string) => readBoth(new TextEncoder().encode(text));

test('reads every sample as the reference does', () => {
  for (const kind of SAMPLE_KINDS) assert.equal(readBoth(sampleBody(sampleRequest(kind))).kind, 'request');
  assert.equal(reader.fallbacks, 0);
});

test('reads any JSON in the shape of a request as the reference does', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(requestTexts, (text) => void kinds.add(readText(text).kind)),
    { numRuns: 3_000 },
  );
  assert.deepEqual([...kinds].sort(), ['invalid', 'request', 'unusable']);
});

test('refuses what is not JSON, as the reference does', () => {
  fc.assert(
    fc.property(brokenTexts, (text) => void readText(text)),
    { numRuns: 2_000 },
  );
});

test('reads arbitrary JSON and arbitrary bytes as the reference does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => void readText(text)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void readBoth(bytes)),
    { numRuns: 2_000 },
  );
});

test('reads a request cut off anywhere as the reference does', () => {
  for (const kind of ['deals', 'native'] as const) {
    const body = sampleBody(sampleRequest(kind));
    for (let end = 0; end < body.length; end += 1) readBoth(body.subarray(0, end));
  }
});

test('reads requests with bytes changed, put in, taken out and repeated as the reference does', () => {
  const random = randomStream('wasm-reader-fuzz');
  const bodies = SAMPLE_KINDS.map((kind) => sampleBody(sampleRequest(kind)));
  const kinds = { request: 0, unusable: 0, invalid: 0 };
  for (let run = 0; run < 15_000; run += 1) {
    let body = bodies[random.int(bodies.length)]!;
    for (let changes = 1 + random.int(3); changes > 0; changes -= 1) body = mutated(body, random);
    kinds[readBoth(body).kind] += 1;
  }
  // Most changes break the text, but enough must not.
  assert.ok(kinds.request > 1_000 && kinds.unusable > 0, JSON.stringify(kinds));
});

const BYTES = Buffer.from('"\\{}[]:,0123456789-+.eEtrufalsn \t\n\r\0\x01\x1f\x7f\u00e9/"""\\\\dwi', 'utf8');

function mutated(body: Uint8Array, random: RandomStream): Uint8Array {
  const at = random.int(body.length);
  const length = random.int(4) === 0 ? random.int(20) : 1;
  const byte = random.int(8) === 0 ? random.int(256) : BYTES[random.int(BYTES.length)]!;
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  switch (random.int(5)) {
    case 0:
      return Buffer.concat([before, after.subarray(length)]);
    case 1:
      return Buffer.concat([before, Buffer.alloc(length, byte), after]);
    case 2:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 3: {
      const from = random.int(body.length);
      return Buffer.concat([before, body.subarray(from, from + 30), after]);
    }
    default: {
      const copy = Buffer.from(body);
      copy[at] = byte;
      return copy;
    }
  }
}

describe('single cases', () => {
  const around = (value: string) =>
    `{"id":"a","imp":[{"id":"1","banner":{"w":1,"h":1},"bidfloor":${value}}]}`;
  const texts = [
    ...[
      '0',
      '-0',
      '1.1',
      '1e2',
      '1E+2',
      '1e-7',
      '123456789012345678',
      '0.12345678901234567',
      '01',
      '1.',
      '-',
      '1e400',
    ].map(around),
    '{"id":"a","id":"b","imp":[],"imp":[{"id":"1","banner":{"w":1,"h":1}}]}',
    '{"id":"a","imp":[{"id":"1","banner":{"w":1,"h":1},"banner":7,"video":{"mimes":["a"]}}]}',
    '{"id":"a","device":{"ua":"x"},"device":{"ip":"y"},"imp":[{"id":"1","banner":{"w":1,"h":1}}]}',
    '{"id":"a\\u0000b","imp":[{"id":"\\ud800","banner":{"w":1,"h":1}}]}',
    '{"id\u0000":"a"}',
    ' \n{"id":"a"}\t ',
    '{"id":"a"}x',
    '{"id":"a"}\0',
    '\ufeff{"id":"a"}',
    `{"id":"a","imp":${'['.repeat(62)}${']'.repeat(62)}}`,
    `{"id":"a","imp":${'['.repeat(63)}${']'.repeat(63)}}`,
    `{"id":"a","imp":${'['.repeat(64)}${']'.repeat(64)}}`,
    `{"id":"a","x":${'['.repeat(64)}${']'.repeat(64)}}`,
    '['.repeat(60_000),
    '{"a":'.repeat(10_000),
    `{"id":"a","site":{"cat":[${'"c",'.repeat(1_200)}"d"]},"imp":[{"id":"1","banner":{"w":1,"h":1}}]}`,
    `{"id":"a","regs":{"gpp_sid":[${'7,'.repeat(1_200)}8]},"imp":[{"id":"1","banner":{"w":1,"h":1}}]}`,
    '"id"',
    '7',
    'null',
    '',
  ];
  for (const text of texts) test(JSON.stringify(text.slice(0, 90)), () => void readText(text));
});

describe('what it leaves to the reference is counted', () => {
  const counted = (text: string) => {
    const before = reader.fallbacks;
    readText(text);
    return reader.fallbacks - before;
  };
  test('a key written with escapes, where it could be one of ours', () => {
    assert.equal(counted('{"\\u0069d":"a","imp":[{"id":"1","banner":{"w":1,"h":1}}]}'), 1);
    assert.equal(counted('{"id":"a","foo":{"\\u0069d":1},"imp":[{"id":"1","banner":{"w":1,"h":1}}]}'), 0);
  });
  test('a body beyond its memory', () => {
    const imp = '[{"id":"1","banner":{"w":1,"h":1}}]';
    assert.equal(counted(`{"id":"a","imp":${imp},"x":"${'x'.repeat(66_000)}"}`), 1);
    assert.equal(counted(`{"id":"a","imp":${imp},"x":"${'x'.repeat(65_000)}"}`), 0);
  });
  test('more records than its memory holds', () => {
    assert.equal(counted(`{"id":"a","imp":[${'{},'.repeat(5_000)}{}]}`), 1);
    assert.equal(counted(`{"id":"a","imp":[${'{},'.repeat(200)}{}]}`), 0);
  });
});

test('a request says the same after others were read, good ones and bad', () => {
  const texts = fc.array(fc.oneof({ weight: 3, arbitrary: requestTexts }, brokenTexts), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(texts, (list) => {
      const bodies = list.map((text) => new TextEncoder().encode(text));
      const results = bodies.map((body) => reader.read(body, 0, body.length));
      // In an order of which no two neighbours were neighbours at reading.
      for (const at of [...results.keys()].reverse()) {
        const body = bodies[at]!;
        assert.deepEqual(plain(results[at]!), reference.read(body, 0, body.length));
      }
    }),
    { numRuns: 300 },
  );
});

test('the caller may change the body as soon as it is read', () => {
  const body = sampleBody(sampleRequest('banner', 'a'.repeat(40)));
  const expected = reference.read(body, 0, body.length);
  const result = reader.read(body, 0, body.length);
  body.fill(0);
  assert.deepEqual(plain(result), expected);
});

test('a request has the names of BidRequest, and prints as the plain object', () => {
  const body = sampleBody(sampleRequest('deals'));
  const [found, expected] = [reader.read(body, 0, body.length), reference.read(body, 0, body.length)];
  assert.ok(found.kind === 'request' && expected.kind === 'request');
  for (const name of Object.keys(expected.request) as (keyof typeof expected.request)[]) {
    assert.deepEqual(found.request[name], expected.request[name], name);
  }
  assert.equal(JSON.stringify(found), JSON.stringify(expected));
});

test('reads between start and end of a larger buffer', () => {
  const body = sampleBody(sampleRequest('banner'));
  const larger = Buffer.concat([Buffer.from('{{{'), body, Buffer.from('}}}')]);
  assert.deepEqual(plain(reader.read(larger, 3, 3 + body.length)), reference.read(body, 0, body.length));
});

test('kinds of values are those of the extractor', () => {
  const { figure } = loadExtractor(REQUEST);
  for (const [name, kind] of Object.entries(KIND)) assert.equal(figure(name), kind, name);
});
