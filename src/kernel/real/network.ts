import type { Network } from '../world.ts';

/** The operating system's network behind the guard of ../guard.ts. */
export function createRealNetwork(_options: { allowPrivate: readonly string[] }): Network {
  throw new Error('being written');
}
