import type { Shape } from '../read/source.ts';
import { EXTRACT_WASM } from './extract-wasm.ts';
import { RecordSource } from './record-source.ts';
import { writeTables } from './tables.ts';

/** What is used of WebAssembly; TypeScript declares it only together with the DOM. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** The numbers that `assembly/extract.ts` exports beside its function and its memory. */
type Figure = 'SHAPES' | 'SHAPE_BYTES' | 'MASKS' | 'ENTRIES' | 'BODY' | 'RECORDS' | 'INVALID' | 'UNDECIDED';

/** An extractor with a memory of its own, looking for the fields of one shape. */
export interface Extractor {
  /** What was made of the last body. */
  readonly source: RecordSource;
  /** The longest body that it takes, in bytes. */
  readonly maxBytes: number;
  /** The node of the root (`source.none` when it is no object); or that the body is not JSON, or must be parsed whole. */
  extract(body: Uint8Array, start: number, end: number): number | 'invalid' | 'undecided';
  /**
   * Makes `source` speak of a body again that was extracted before, given as `source.body` was then. Nodes stay what
   * they were: the same body gives the same records.
   */
  reopen(body: string): RecordSource;
  /** A figure that the module exports. */
  figure(name: string): number;
}

/** Zeros after the body that stop every loop, and what a load of 16 bytes may touch beyond. */
const PADDING = 64;

/** Loads the extractor. It is a few kilobytes, so this waits for the compiler, about a millisecond. */
export function loadExtractor(root: Shape): Extractor {
  const module = new WebAssembly.Module(Buffer.from(EXTRACT_WASM, 'base64'));
  const { exports } = new WebAssembly.Instance(module);
  const memory = (exports.memory as { readonly buffer: ArrayBuffer }).buffer;
  const run = exports.extract as (length: number) => number;
  const figure = (name: string) => (exports[name] as { readonly value: number }).value;
  const of = (name: Figure) => figure(name);
  const body = of('BODY');
  writeTables(memory, root, {
    shapes: of('SHAPES'),
    shapeBytes: of('SHAPE_BYTES'),
    masks: of('MASKS'),
    entries: of('ENTRIES'),
    entriesEnd: body,
  });
  const bytes = new Uint8Array(memory);
  const source = new RecordSource(memory, body);
  const [invalid, undecided] = [of('INVALID'), of('UNDECIDED')];
  return {
    source,
    maxBytes: of('RECORDS') - body - PADDING,
    extract(from, start, end) {
      bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), body);
      source.close();
      const root = run(end - start);
      if (root === invalid) return 'invalid';
      return root === undecided ? 'undecided' : source.open(end - start, root);
    },
    reopen(text) {
      if (source.body === text) return source;
      source.restore(text);
      source.open(text.length, run(text.length));
      return source;
    },
    figure,
  };
}
