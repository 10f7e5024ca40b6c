import { randomBytes } from 'node:crypto';
import { randomStream } from '../random.ts';
import type { World } from '../world.ts';
import { realClock } from './clock.ts';
import { createRealNetwork } from './network.ts';
import { realStorage } from './storage.ts';

/**
 * The world a process runs in. `seed` fixes chance; without it chance is the operating system's.
 * `allowPrivate` names origins (`http://127.0.0.1:8000`) that may be called although they are not public https.
 */
export function createRealWorld(
  options: { seed?: number | string; allowPrivate?: readonly string[] } = {},
): World {
  return {
    clock: realClock,
    random: randomStream(options.seed ?? randomBytes(16).toString('hex')),
    network: createRealNetwork({ allowPrivate: options.allowPrivate ?? [] }),
    storage: realStorage,
  };
}
