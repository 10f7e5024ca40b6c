/** A day as dynamic programming sees it. Money is in any one unit. */
export interface BudgetWorld {
  /** Requests of each period. */
  readonly requests: ArrayLike<number>;
  /** By action, for one request: mean spend, and what it brings above that; none below 0. */
  readonly spend: ArrayLike<number>;
  readonly gain: ArrayLike<number>;
  /** By how much a period’s spend and gain may differ from the mean, and the chances of that. */
  readonly luck: readonly { readonly factor: number; readonly chance: number }[];
  /** The most money that is tabled, and steps to it, which grow: money of step i is `most` · (i ÷ steps)². */
  readonly most: number;
  readonly steps: number;
}

/**
 * The value of money by period and money left, by value iteration from the last period back:
 * V(t, b) = max over actions of the mean of gain + V(t + 1, b − spend), and V = 0 after the last. What a period would
 * spend beyond b is not spent, and brings nothing.
 */
export class ValueTable {
  readonly #world: BudgetWorld;
  /** By period and money, [(periods + 1) × (steps + 1)]. */
  readonly #values: Float64Array;
  readonly #actions: Float64Array;

  constructor(world: BudgetWorld) {
    this.#world = world;
    const { requests, most, steps } = world;
    this.#values = new Float64Array((requests.length + 1) * (steps + 1));
    this.#actions = new Float64Array(requests.length * (steps + 1));
    for (let period = requests.length - 1; period >= 0; period -= 1)
      for (let step = 0; step <= steps; step += 1) this.#solve(period, step, most * (step / steps) ** 2);
  }

  /** The most that is to be had from a period on with so much money. */
  value(period: number, money: number): number {
    return this.#at(this.#values, period, money);
  }

  /** The best action there, between those of the tabled money around. */
  action(period: number, money: number): number {
    return this.#at(this.#actions, period, money);
  }

  #solve(period: number, step: number, money: number): void {
    const at = period * (this.#world.steps + 1) + step;
    this.#values[at] = -1;
    for (let action = 0; action < this.#world.spend.length; action += 1) {
      const value = this.#mean(period, money, action);
      if (value <= this.#values[at]!) continue;
      this.#values[at] = value;
      this.#actions[at] = action;
    }
  }

  /** Mean over the luck of a period. */
  #mean(period: number, money: number, action: number): number {
    const { requests, spend, gain, luck } = this.#world;
    let mean = 0;
    for (let each = 0; each < luck.length; each += 1) {
      const { factor, chance } = luck[each]!;
      const count = factor * requests[period]!;
      const wanted = count * spend[action]!;
      const part = wanted > money ? money / wanted : 1;
      mean += chance * (part * count * gain[action]! + this.value(period + 1, money - part * wanted));
    }
    return mean;
  }

  #at(table: Float64Array, period: number, money: number): number {
    const { most, steps } = this.#world;
    const row = period * (steps + 1);
    if (!(money < most)) return table[row + steps]!;
    const place = steps * Math.sqrt(Math.max(0, money) / most);
    const below = Math.floor(place);
    const [less, more] = [most * (below / steps) ** 2, most * ((below + 1) / steps) ** 2];
    const part = (money - less) / (more - less);
    return table[row + below]! + part * (table[row + below + 1]! - table[row + below]!);
  }
}
