/**
 * Some rows of one kind, by key. A store `load`s what it read; the rules `put` what they change, and only that is
 * written. What one command has put can be taken back.
 */
export class Table<T> {
  readonly #rows = new Map<string, T>();
  /** Keys of what was put, and whether it is new, that is, not stored yet. */
  readonly #changed = new Map<string, boolean>();
  readonly #watched = new Set<string>();
  readonly #isWatched: (row: T) => boolean;
  /** What the current command has replaced, in order: the first `#depth` of these; the arrays are reused. */
  readonly #keys: string[] = [];
  readonly #before: (T | undefined)[] = [];
  #depth = 0;

  /** `isWatched` picks the rows that `watched` lists, so that finding the few due ones need not look at all. */
  constructor(isWatched: (row: T) => boolean = () => false) {
    this.#isWatched = isWatched;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  values(): Iterable<T> {
    return this.#rows.values();
  }

  /** The watched rows in the order of their keys, which is the same in every store and in the audit. */
  watched(): readonly T[] {
    return [...this.#watched].sort().map((key) => this.#rows.get(key)!);
  }

  /** The rows to write, in the order they were first put: those not stored yet, and those stored otherwise. */
  changes(): { readonly added: readonly T[]; readonly changed: readonly T[] } {
    const added: T[] = [];
    const changed: T[] = [];
    for (const [key, isNew] of this.#changed) {
      const row = this.#rows.get(key);
      if (row !== undefined) (isNew ? added : changed).push(row);
    }
    return { added, changed };
  }

  load(key: string, row: T): void {
    this.#rows.set(key, row);
    if (this.#isWatched(row)) this.#watched.add(key);
    else this.#watched.delete(key);
  }

  put(key: string, row: T): void {
    const before = this.#rows.get(key);
    this.#keys[this.#depth] = key;
    this.#before[this.#depth] = before;
    this.#depth += 1;
    if (!this.#changed.has(key)) this.#changed.set(key, before === undefined);
    this.load(key, row);
  }

  /** Keeps what was put so far; it can no longer be taken back. */
  keep(): void {
    this.#depth = 0;
  }

  /** Takes back what was put since `keep`. */
  takeBack(): void {
    for (let index = this.#depth - 1; index >= 0; index -= 1) {
      const key = this.#keys[index]!;
      const before = this.#before[index];
      if (before !== undefined) this.load(key, before);
      else {
        this.#rows.delete(key);
        this.#watched.delete(key);
      }
    }
    this.keep();
  }
}
