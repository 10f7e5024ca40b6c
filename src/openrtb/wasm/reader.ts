import { readHead } from '../read/request.ts';
import { REQUEST } from '../read/shapes.ts';
import { jsonReader, NOT_JSON } from '../read-json.ts';
import type { ReadResult, RequestReader } from '../request.ts';
import { ExtractedRequest } from './extracted-request.ts';
import { loadExtractor } from './extractor.ts';

/** The reader for the bid path, and how often it had to hand a body to the reference. */
export interface WasmReader extends RequestReader {
  /** Bodies left to `JSON.parse`: long ones, keys written with escapes, more values than the memory holds. */
  readonly fallbacks: number;
}

/**
 * Reads requests with the WebAssembly extractor: it checks that the whole body is JSON, and builds nothing but what
 * decides, and that not before it is asked for. Says the same as `jsonReader` on every input. A request keeps its body;
 * texts of it that are longer than a few characters stand on their own, so that keeping an id does not keep the body.
 */
export function wasmReader(): WasmReader {
  const extractor = loadExtractor(REQUEST);
  const reference = jsonReader();
  let fallbacks = 0;
  const fallBack = (body: Uint8Array, start: number, end: number) => {
    fallbacks += 1;
    return reference.read(body, start, end);
  };
  return {
    read(body: Uint8Array, start: number, end: number): ReadResult {
      if (end - start > extractor.maxBytes) return fallBack(body, start, end);
      const root = extractor.extract(body, start, end);
      if (root === 'undecided') return fallBack(body, start, end);
      if (root === 'invalid') return { kind: 'invalid', problem: NOT_JSON };
      const head = readHead(extractor.source, root);
      if (head.kind !== 'head') return head;
      return { kind: 'request', request: new ExtractedRequest(extractor, root, head) };
    },
    get fallbacks() {
      return fallbacks;
    },
  };
}
