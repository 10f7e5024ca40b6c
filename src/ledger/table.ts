/** A place for one row; `row` is undefined when there is none. */
interface Slot<T> {
  readonly key: string;
  row: T | undefined;
  /** Whether the store has a row under this key. */
  isStored: boolean;
  isChanged: boolean;
}

/**
 * Some rows of one kind, by key. A store `load`s what it read; the rules `put` what they change, and only that is
 * written. What one command has put can be taken back.
 */
export class Table<T> {
  readonly #slots = new Map<string, Slot<T>>();
  readonly #changed: Slot<T>[] = [];
  readonly #watched = new Set<string>();
  readonly #isWatched: ((row: T) => boolean) | undefined;
  /** What the current command has replaced, in order: the first `#depth` of these; the arrays are reused. */
  readonly #replacedIn: Slot<T>[] = [];
  readonly #replaced: (T | undefined)[] = [];
  #depth = 0;

  /** `isWatched` picks the rows that `watched` lists, so that finding the few due ones need not look at all. */
  constructor(isWatched?: (row: T) => boolean) {
    this.#isWatched = isWatched;
  }

  get(key: string): T | undefined {
    return this.#slots.get(key)?.row;
  }

  *values(): Generator<T> {
    for (const { row } of this.#slots.values()) if (row !== undefined) yield row;
  }

  /** The watched rows in the order of their keys, which is the same in every store and in the audit. */
  watched(): readonly T[] {
    return [...this.#watched].sort().flatMap((key) => this.get(key) ?? []);
  }

  /** The rows to write, in the order they were first put: those not stored yet, and those stored otherwise. */
  changes(): { readonly added: readonly T[]; readonly changed: readonly T[] } {
    const added: T[] = [];
    const changed: T[] = [];
    for (const { row, isStored } of this.#changed)
      if (row !== undefined) (isStored ? changed : added).push(row);
    return { added, changed };
  }

  load(key: string, row: T): void {
    const slot = this.#slotOf(key);
    slot.isStored = true;
    this.#set(slot, row);
  }

  put(key: string, row: T): void {
    const slot = this.#slotOf(key);
    this.#replacedIn[this.#depth] = slot;
    this.#replaced[this.#depth] = slot.row;
    this.#depth += 1;
    if (!slot.isChanged) {
      slot.isChanged = true;
      this.#changed.push(slot);
    }
    this.#set(slot, row);
  }

  /** Keeps what was put so far; it can no longer be taken back. */
  keep(): void {
    this.#depth = 0;
  }

  /** Takes back what was put since `keep`. */
  takeBack(): void {
    for (let index = this.#depth - 1; index >= 0; index -= 1)
      this.#set(this.#replacedIn[index]!, this.#replaced[index]);
    this.#depth = 0;
  }

  #slotOf(key: string): Slot<T> {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = { key, row: undefined, isStored: false, isChanged: false };
      this.#slots.set(key, slot);
    }
    return slot;
  }

  #set(slot: Slot<T>, row: T | undefined): void {
    slot.row = row;
    if (this.#isWatched === undefined) return;
    if (row !== undefined && this.#isWatched(row)) this.#watched.add(slot.key);
    else if (this.#watched.size > 0) this.#watched.delete(slot.key);
  }
}
