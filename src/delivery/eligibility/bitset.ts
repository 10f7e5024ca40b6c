/** A set of small integers, one bit each: sets of campaigns are combined 32 at a time. */
export type BitSet = Uint32Array;

/** An empty set for numbers below `size`. */
export function emptyBits(size: number): BitSet {
  return new Uint32Array(Math.max(1, Math.ceil(size / 32)));
}

export function addBit(set: BitSet, index: number): void {
  set[index >>> 5]! |= 1 << (index & 31);
}

export function removeBit(set: BitSet, index: number): void {
  set[index >>> 5]! &= ~(1 << (index & 31));
}

export function hasBit(set: BitSet, index: number): boolean {
  return (set[index >>> 5]! & (1 << (index & 31))) !== 0;
}

/** Keeps in `into` only what `other` has too. */
export function intersect(into: BitSet, other: BitSet): void {
  for (let word = 0; word < into.length; word += 1) into[word]! &= other[word]!;
}

/** Adds all of `other` to `into`. */
export function unite(into: BitSet, other: BitSet): void {
  for (let word = 0; word < into.length; word += 1) into[word]! |= other[word]!;
}

/** Takes all of `other` out of `into`. */
export function subtractBits(into: BitSet, other: BitSet): void {
  for (let word = 0; word < into.length; word += 1) into[word]! &= ~other[word]!;
}

/** Calls `visit` with each member, smallest first, until it returns false. */
export function visitBits(set: BitSet, visit: (index: number) => boolean): void {
  for (let word = 0; word < set.length; word += 1) {
    let bits = set[word]!;
    while (bits !== 0) {
      const lowest = bits & -bits;
      if (!visit((word << 5) + (31 - Math.clz32(lowest)))) return;
      bits ^= lowest;
    }
  }
}
