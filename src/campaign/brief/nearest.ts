/** Shortest word that is looked for inside a longer one: `total_budget` means budget, but `id` is in everything. */
const LEAST_PART = 4;

/**
 * The candidate that a wrong word most likely means: the fewest letters changed, at most a third of the word, or
 * the longest that it contains; letter case, `_` and `-` count for nothing. None when nothing is near.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = bare(word);
  const near = candidates
    .map((candidate) => ({ candidate, distance: distanceOf(plain, bare(candidate)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(plain.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
  if (near !== undefined) return near;
  return candidates
    .filter((candidate) => candidate.length >= LEAST_PART && plain.includes(bare(candidate)))
    .sort((a, b) => b.length - a.length)[0];
}

function bare(word: string): string {
  // No known word is longer, and the distance below takes the square of the length.
  return word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '');
}

/** Levenshtein's: letters added, left out or replaced. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
