import type { RandomStream } from '../kernel/index.ts';

/** True with probability `p`. */
export function chance(random: RandomStream, p: number): boolean {
  return random.float() < p;
}

/** One of `items`, all as likely. */
export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.int(items.length)]!;
}

/** One of the keys, as likely as its weight is of the sum; weights are 0 or more and not all 0. */
export function pickWeighted<K extends string>(
  random: RandomStream,
  weights: Readonly<Record<K, number>>,
): K {
  const keys = Object.keys(weights) as K[];
  let left = random.float() * keys.reduce((sum, key) => sum + weights[key], 0);
  for (const key of keys) {
    left -= weights[key];
    if (left < 0) return key;
  }
  return keys.findLast((key) => weights[key] > 0)!;
}

/** `count` different items, in their own order; all of them when there are no more. */
export function sample<T>(random: RandomStream, items: readonly T[], count: number): readonly T[] {
  const taken: T[] = [];
  items.forEach((item, index) => {
    const open = count - taken.length;
    if (open > 0 && random.int(items.length - index) < open) taken.push(item);
  });
  return taken;
}

/** A standard normal number (Box and Muller 1958; one of the two that a pair of draws gives). */
export function normal(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()));
  return radius * Math.cos(2 * Math.PI * random.float());
}

/** A number whose logarithm is normal: half of them are below `median`. */
export function logNormal(random: RandomStream, median: number, sigma: number): number {
  return median * Math.exp(sigma * normal(random));
}

/** A waiting time of that mean, as between arrivals of a Poisson process. */
export function exponential(random: RandomStream, mean: number): number {
  return -mean * Math.log(1 - random.float());
}

/** Four digits for each 16 bits. */
const HEX = Array.from({ length: 0x10000 }, (_none, bits) => bits.toString(16).padStart(4, '0'));

/** Lower-case hex text of `length` digits. */
export function hexText(random: RandomStream, length: number): string {
  let text = '';
  while (text.length < length) {
    const word = random.uint32();
    text += HEX[word >>> 16]! + HEX[word & 0xffff]!;
  }
  return text.slice(0, length);
}

/** A random id in the form of a UUID. */
export function uuidText(random: RandomStream): string {
  const hex = hexText(random, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
