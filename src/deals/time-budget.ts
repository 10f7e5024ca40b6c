import { GavotteError, type World } from '../kernel/index.ts';

/** One deadline for a whole run, and the parts of it by which each stage must be over. */
export class TimeBudget {
  readonly signal: AbortSignal;
  readonly #world: World;
  readonly #budgetMs: number | undefined;
  readonly #startedAt: number;
  readonly #controller = new AbortController();
  readonly #timer = new AbortController();

  constructor(world: World, budgetMs: number | undefined, parent: AbortSignal | undefined) {
    if (budgetMs !== undefined && !(budgetMs > 0)) {
      throw new GavotteError('GV_BAD_INPUT', `timeBudget ${budgetMs} must be above 0 ms`);
    }
    this.#world = world;
    this.#budgetMs = budgetMs;
    this.#startedAt = world.clock.monotonic();
    this.signal =
      parent === undefined ? this.#controller.signal : AbortSignal.any([parent, this.#controller.signal]);
    if (budgetMs !== undefined) {
      world.clock.sleep(budgetMs, this.#timer.signal).then(
        () => this.#controller.abort(),
        () => {},
      );
    }
  }

  /** What a stage may take that must be over by `share` of the budget. */
  until(share: number): { signal: AbortSignal; timeoutMs?: number } {
    if (this.#budgetMs === undefined) return { signal: this.signal };
    const left = this.#startedAt + share * this.#budgetMs - this.#world.clock.monotonic();
    return { signal: this.signal, timeoutMs: Math.max(1, left) };
  }

  end(): void {
    this.#timer.abort();
  }
}
