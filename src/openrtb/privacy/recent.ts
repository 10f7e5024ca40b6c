/**
 * The last answers by text: consent strings repeat from request to request of one user. Two generations stand for the
 * order of use: when the young one is full it becomes the old one, and what was not asked for since is forgotten.
 */
export class RecentAnswers {
  readonly #most: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** Keeps between `most` and twice as many. */
  constructor(most: number) {
    this.#most = most;
  }

  get(text: string): number | undefined {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.set(text, old);
    return old;
  }

  set(text: string, answer: number): void {
    if (this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, answer);
  }

  /** How many are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
