import type { World } from './world.ts';

/** A UUIDv7 (RFC 9562 §5.7) from the world's clock and chance: sorts by time of making. */
export function newId(world: Pick<World, 'clock' | 'random'>): string {
  const time = Math.trunc(world.clock.now()).toString(16).padStart(12, '0');
  const words = [0, 1, 2].map(() => world.random.uint32().toString(16).padStart(8, '0')).join('');
  const variant = ((Number.parseInt(words[3]!, 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${words.slice(0, 3)}-${variant}${words.slice(4, 7)}-${words.slice(7, 19)}`;
}
