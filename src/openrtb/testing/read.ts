import { jsonReader } from '../read-json.ts';
import type { BidRequest } from '../request.ts';
import { sampleBody } from './requests.ts';

/** A plain object read as a request. Throws when it is none: for tests and trials that mean a valid one. */
export function readSample(request: object): BidRequest {
  const body = sampleBody(request);
  const result = jsonReader().read(body, 0, body.length);
  if (result.kind !== 'request') throw new Error(`${result.kind}: ${result.problem}`);
  return result.request;
}
