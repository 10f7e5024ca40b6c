import type { Problem } from './problem.ts';

/** A move buys `add`, sells `drop`, or both; −1 is nothing. */
interface Move {
  readonly add: number;
  readonly drop: number;
  readonly score: number;
}

const TENURE = 7;
const FEASIBLE = 1e-12;

/**
 * Tabu search over buy, sell and swap moves with a price on broken constraints that rises while the choice is
 * infeasible and falls while it is not, so that the search walks along the border, where the best choices are.
 * Deterministic: a fixed number of moves, no chance, no clock.
 */
export class LocalSearch {
  readonly #problem: Problem;
  /** The items worth trying. */
  readonly #buyable: readonly number[];
  readonly #chosen: Uint8Array;
  readonly #inGroup: Int32Array;
  /** Coefficients item by item: all of one item's are next to each other. */
  readonly #matrix: Float64Array;
  readonly #activity: Float64Array;
  readonly #tabuUntil: Int32Array;
  #picks: number[] = [];
  #value = 0;
  #penalty: number;

  constructor(
    problem: Problem,
    options: { start: readonly number[]; buyable: readonly number[]; penalty: number },
  ) {
    this.#problem = problem;
    this.#buyable = options.buyable;
    this.#chosen = new Uint8Array(problem.items.length);
    this.#inGroup = new Int32Array(problem.groupCount).fill(-1);
    const { length } = problem.rows;
    this.#matrix = new Float64Array(problem.items.length * length);
    problem.rows.forEach(({ coefficients }, row) => {
      coefficients.forEach((value, item) => {
        this.#matrix[item * length + row] = value;
      });
    });
    this.#activity = Float64Array.from(problem.rows, (row) => -row.limit);
    this.#tabuUntil = new Int32Array(problem.items.length);
    this.#penalty = options.penalty;
    for (const item of options.start) this.#set(item, 1);
  }

  /** Makes `moves` moves; `onBetter` is called with every choice that beats `atLeast` and the earlier ones. */
  run(moves: number, atLeast: number, onBetter: (picks: readonly number[], value: number) => boolean): void {
    let best = atLeast;
    for (let step = 0; step <= moves; step += 1) {
      const violation = this.#violation();
      if (violation <= FEASIBLE && this.#value > best && onBetter(this.#picks, this.#value))
        best = this.#value;
      this.#penalty *= violation > FEASIBLE ? 1.15 : 0.9;
      const move = this.#bestMove(step, best);
      if (move === null) return;
      if (move.drop >= 0) this.#set(move.drop, 0);
      if (move.add >= 0) this.#set(move.add, 1);
      if (move.drop >= 0) this.#tabuUntil[move.drop] = step + TENURE + (step % 5);
      if (move.add >= 0) this.#tabuUntil[move.add] = step + (TENURE >> 1) + (step % 3);
    }
  }

  #set(item: number, chosen: 0 | 1): void {
    const sign = chosen === 1 ? 1 : -1;
    this.#chosen[item] = chosen;
    this.#inGroup[this.#problem.groups[item]!] = chosen === 1 ? item : -1;
    this.#value += sign * this.#problem.values[item]!;
    this.#problem.rows.forEach(({ coefficients }, row) => {
      this.#activity[row]! += sign * coefficients[item]!;
    });
    if (chosen === 1) this.#picks.push(item);
    else this.#picks = this.#picks.filter((each) => each !== item);
  }

  #violation(): number {
    return this.#activity.reduce((total, excess) => total + Math.max(0, excess), 0);
  }

  #bestMove(step: number, best: number): Move | null {
    const { groups, slots } = this.#problem;
    let found: Move | null = null;
    const consider = (add: number, drop: number) => {
      const score = this.#scoreOf(add, drop);
      const isTabu =
        (add >= 0 && this.#tabuUntil[add]! > step) || (drop >= 0 && this.#tabuUntil[drop]! > step);
      if (isTabu && score <= best) return;
      if (found === null || score > found.score) found = { add, drop, score };
    };
    for (const drop of this.#picks) consider(-1, drop);
    for (const add of this.#buyable) {
      if (this.#chosen[add] === 1) continue;
      const sibling = this.#inGroup[groups[add]!]!;
      if (sibling >= 0) consider(add, sibling);
      else {
        if (this.#picks.length < slots) consider(add, -1);
        for (const drop of this.#picks) consider(add, drop);
      }
    }
    return found;
  }

  /** The value after a move, less the price of what it breaks. */
  #scoreOf(add: number, drop: number): number {
    const { values } = this.#problem;
    const matrix = this.#matrix;
    const activity = this.#activity;
    const { length } = activity;
    const added = add * length;
    const dropped = drop * length;
    let violation = 0;
    for (let row = 0; row < length; row += 1) {
      let excess = activity[row]!;
      if (add >= 0) excess += matrix[added + row]!;
      if (drop >= 0) excess -= matrix[dropped + row]!;
      if (excess > FEASIBLE) violation += excess;
    }
    const value = this.#value + (add < 0 ? 0 : values[add]!) - (drop < 0 ? 0 : values[drop]!);
    return value - this.#penalty * violation;
  }
}
