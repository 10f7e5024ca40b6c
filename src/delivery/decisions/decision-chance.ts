import { Draws, type RandomStream, randomStream } from '../../kernel/index.ts';

/**
 * Chance by decision: the n-th draw of a decision depends on the bidder’s seed, the decision’s number and n alone, so a
 * decision draws the same when it is made again. One draw is a few nanoseconds, with 32 random bits.
 */
export class DecisionChance implements RandomStream {
  readonly #draws: Draws;
  #decision = 0;
  #drawn = 0;

  constructor(seed: number) {
    this.#draws = new Draws(seed, 0);
  }

  begin(decision: number): void {
    this.#decision = decision;
    this.#drawn = 0;
  }

  float(): number {
    this.#drawn += 1;
    return this.#draws.uniform(this.#decision, this.#drawn);
  }

  uint32(): number {
    return Math.floor(this.float() * 0x1_0000_0000);
  }

  int(below: number): number {
    return Math.floor(this.float() * below);
  }

  split(label: string): RandomStream {
    return randomStream(`${label} of ${this.uint32()}`);
  }
}
