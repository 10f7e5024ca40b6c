import { performance } from 'node:perf_hooks';
import type { HttpHandler } from '../kernel/index.ts';
import type { BucketCounts } from '../telemetry/index.ts';

/** A handler whose answers are timed, those included that it refuses to give. */
export function timedHandler(handler: HttpHandler, times: BucketCounts): HttpHandler {
  return async (request) => {
    const before = performance.now();
    try {
      return await handler(request);
    } finally {
      times.observe((performance.now() - before) / 1000);
    }
  };
}
