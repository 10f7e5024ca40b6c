import { jsonReader, type RequestReader, wasmReader } from '../src/openrtb/index.ts';
import { bidBodies } from './bidder-traffic.ts';
import { type Spread, spread } from './stats.ts';

const ROUNDS = 40;
/** Passes over all bodies in a round: long enough that a timer's step does not show. */
const PASSES = 20;
/** Until the compilers of JavaScript and WebAssembly have done their best. */
const WARM_UP_ROUNDS = 10;

export interface ReadFigures {
  readonly meanBodyBytes: number;
  /** Microseconds per request, from bytes to `BidRequest`, of which the extractor's reads most when asked. */
  readonly wasmMicroseconds: Spread;
  /** The same, and every field asked for. */
  readonly wasmWholeMicroseconds: Spread;
  readonly jsonMicroseconds: Spread;
  /** `JSON.parse` of the decoded body alone, without making a request of it. */
  readonly parseAloneMicroseconds: Spread;
  readonly ratio: number;
  /** Bodies that the extractor left to `JSON.parse`. */
  readonly fallbacks: number;
}

/** Reads the bodies that the bidder's bench sends, with both readers in turn, so that a noisy host hits both. */
export function readBench(): ReadFigures {
  const bodies = bidBodies();
  const wasm = wasmReader();
  const json = jsonReader();
  const times = { wasm: [] as number[], whole: [] as number[], json: [] as number[], parse: [] as number[] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const taken = {
      wasm: perBody(bodies, (body) => readWith(wasm, body)),
      whole: perBody(bodies, (body) => readWhole(wasm, body)),
      json: perBody(bodies, (body) => readWith(json, body)),
      parse: perBody(bodies, (body) => JSON.parse(body.toString('utf8')) as unknown),
    };
    if (round < WARM_UP_ROUNDS) continue;
    for (const way of ['wasm', 'whole', 'json', 'parse'] as const) times[way].push(taken[way]);
  }
  const [wasmMicroseconds, jsonMicroseconds] = [spread(times.wasm), spread(times.json)];
  return {
    meanBodyBytes: Math.round(bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length),
    wasmMicroseconds,
    wasmWholeMicroseconds: spread(times.whole),
    jsonMicroseconds,
    parseAloneMicroseconds: spread(times.parse),
    ratio: Math.round((jsonMicroseconds.median / wasmMicroseconds.median) * 100) / 100,
    fallbacks: wasm.fallbacks,
  };
}

function readWith(reader: RequestReader, body: Buffer): void {
  if (reader.read(body, 0, body.length).kind !== 'request') throw new Error('a body was not read');
}

function readWhole(reader: RequestReader, body: Buffer): readonly unknown[] {
  const result = reader.read(body, 0, body.length);
  if (result.kind !== 'request') throw new Error('a body was not read');
  const { cur, wseat, bseat, wlang, wlangb, acat, bcat, badv, bapp, source } = result.request;
  const { inventory, device, user, regs } = result.request;
  return [cur, wseat, bseat, wlang, wlangb, acat, bcat, badv, bapp, source, inventory, device, user, regs];
}

function perBody(bodies: readonly Buffer[], read: (body: Buffer) => unknown): number {
  const startedAt = performance.now();
  for (let pass = 0; pass < PASSES; pass += 1) for (const body of bodies) read(body);
  return ((performance.now() - startedAt) * 1000) / (PASSES * bodies.length);
}
