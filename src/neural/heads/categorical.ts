import type { OutputHead } from './output-head.ts';

/** One of some choices, drawn as its number; the network gives their logits. */
export class Categorical implements OutputHead {
  readonly outputs: number;
  readonly drawn = 1;
  readonly #chances: Float64Array;

  constructor(choices: number) {
    this.outputs = choices;
    this.#chances = new Float64Array(choices);
  }

  sample(
    logits: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    uniform: () => number,
  ): void {
    this.#soften(logits, at);
    let left = uniform();
    let choice = 0;
    for (; choice < this.outputs - 1; choice += 1) {
      left -= this.#chances[choice]!;
      if (left < 0) break;
    }
    chosen[chosenAt] = choice;
  }

  /** The likeliest choice. */
  mode(logits: Float32Array, at: number, chosen: Float32Array, chosenAt: number): void {
    let best = 0;
    for (let choice = 1; choice < this.outputs; choice += 1)
      if (logits[at + choice]! > logits[at + best]!) best = choice;
    chosen[chosenAt] = best;
  }

  logProbability(logits: Float32Array, at: number, chosen: Float32Array, chosenAt: number): number {
    return logits[at + chosen[chosenAt]!]! - this.#soften(logits, at);
  }

  entropy(logits: Float32Array, at: number): number {
    const logSum = this.#soften(logits, at);
    let sum = 0;
    for (let choice = 0; choice < this.outputs; choice += 1)
      sum -= this.#chances[choice]! * (logits[at + choice]! - logSum);
    return sum;
  }

  addGradient(
    weight: number,
    entropyWeight: number,
    logits: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    out: Float32Array,
  ): void {
    const choice = chosen[chosenAt]!;
    const entropy = this.entropy(logits, at);
    const logSum = this.#soften(logits, at);
    for (let index = 0; index < this.outputs; index += 1) {
      const chance = this.#chances[index]!;
      const log = logits[at + index]! - logSum;
      out[at + index]! +=
        weight * ((index === choice ? 1 : 0) - chance) - entropyWeight * chance * (log + entropy);
    }
  }

  /** Chances into the scratch; returns the logarithm of the sum of exponentials. */
  #soften(logits: Float32Array, at: number): number {
    let most = -Infinity;
    for (let choice = 0; choice < this.outputs; choice += 1) most = Math.max(most, logits[at + choice]!);
    let sum = 0;
    for (let choice = 0; choice < this.outputs; choice += 1) {
      const raised = Math.exp(logits[at + choice]! - most);
      this.#chances[choice] = raised;
      sum += raised;
    }
    for (let choice = 0; choice < this.outputs; choice += 1) this.#chances[choice]! /= sum;
    return most + Math.log(sum);
  }
}
