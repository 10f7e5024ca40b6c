/** One of `size` choices; the network gives their logits. All functions take [size] logits from a place. */
export class Categorical {
  readonly size: number;
  readonly #chances: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#chances = new Float64Array(size);
  }

  /** A choice, by a uniform number in (0, 1). */
  sample(logits: Float32Array, at: number, uniform: number): number {
    this.#soften(logits, at);
    let left = uniform;
    for (let choice = 0; choice < this.size - 1; choice += 1) {
      left -= this.#chances[choice]!;
      if (left < 0) return choice;
    }
    return this.size - 1;
  }

  /** The likeliest choice. */
  mode(logits: Float32Array, at: number): number {
    let best = 0;
    for (let choice = 1; choice < this.size; choice += 1)
      if (logits[at + choice]! > logits[at + best]!) best = choice;
    return best;
  }

  logProbability(logits: Float32Array, at: number, choice: number): number {
    return logits[at + choice]! - this.#soften(logits, at);
  }

  entropy(logits: Float32Array, at: number): number {
    const logSum = this.#soften(logits, at);
    let sum = 0;
    for (let choice = 0; choice < this.size; choice += 1)
      sum -= this.#chances[choice]! * (logits[at + choice]! - logSum);
    return sum;
  }

  /** Adds `weight` · ∂ log p(choice) + `entropyWeight` · ∂ entropy to `out`. */
  addGradient(
    weight: number,
    entropyWeight: number,
    logits: Float32Array,
    at: number,
    choice: number,
    out: Float32Array,
    outAt: number,
  ): void {
    const entropy = this.entropy(logits, at);
    const logSum = this.#soften(logits, at);
    for (let index = 0; index < this.size; index += 1) {
      const chance = this.#chances[index]!;
      const log = logits[at + index]! - logSum;
      out[outAt + index]! +=
        weight * ((index === choice ? 1 : 0) - chance) - entropyWeight * chance * (log + entropy);
    }
  }

  /** Chances into the scratch; returns the logarithm of the sum of exponentials. */
  #soften(logits: Float32Array, at: number): number {
    let most = -Infinity;
    for (let choice = 0; choice < this.size; choice += 1) most = Math.max(most, logits[at + choice]!);
    let sum = 0;
    for (let choice = 0; choice < this.size; choice += 1) {
      const raised = Math.exp(logits[at + choice]! - most);
      this.#chances[choice] = raised;
      sum += raised;
    }
    for (let choice = 0; choice < this.size; choice += 1) this.#chances[choice]! /= sum;
    return most + Math.log(sum);
  }
}
