import type { Redis } from 'ioredis';
import { GavotteError } from '../kernel/index.ts';

/** The optional package; who never asks for Redis need not have it. */
export async function importRedis(
  load: () => Promise<{ readonly Redis: typeof Redis }>,
): Promise<typeof Redis> {
  try {
    return (await load()).Redis;
  } catch (cause) {
    throw new GavotteError('GV_PACKAGE_MISSING', 'the blackboard on Redis needs the package "ioredis"', {
      fix: 'Run: npm install ioredis',
      cause,
    });
  }
}
