import { digamma, drawGamma, logGamma, trigamma } from './gamma.ts';
import type { OutputHead } from './output-head.ts';

/** Shares are kept from 0, whose logarithm has no end. */
const LEAST_SHARE = 1e-6;

/**
 * Shares that sum to 1, by Dirichlet distributions with concentrations 1 + softplus(output), so that each has one peak. Some
 * are drawn side by side, each of `size` shares: one of many shares splits money; `Beta` is one of two for each number.
 */
export class Dirichlet implements OutputHead {
  readonly outputs: number;
  readonly drawn: number;
  readonly #sets: number;
  readonly #size: number;
  readonly #alphas: Float64Array;

  /** @param sets drawn side by side; @param size shares of each, at least 2. */
  constructor(sets: number, size: number) {
    this.#sets = sets;
    this.#size = size;
    this.outputs = sets * size;
    this.drawn = sets * size;
    this.#alphas = new Float64Array(size);
  }

  sample(
    outputs: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    uniform: () => number,
  ): void {
    this.#each((offset) => {
      this.#read(outputs, at + offset);
      let whole = 0;
      for (let share = 0; share < this.#size; share += 1) {
        const drawn = drawGamma(this.#alphas[share]!, uniform);
        chosen[chosenAt + offset + share] = drawn;
        whole += drawn;
      }
      this.#normalise(chosen, chosenAt + offset, whole);
    });
  }

  /** The mean of each share. */
  mode(outputs: Float32Array, at: number, chosen: Float32Array, chosenAt: number): void {
    this.#each((offset) => {
      const whole = this.#read(outputs, at + offset);
      for (let share = 0; share < this.#size; share += 1)
        chosen[chosenAt + offset + share] = this.#alphas[share]!;
      this.#normalise(chosen, chosenAt + offset, whole);
    });
  }

  logProbability(outputs: Float32Array, at: number, chosen: Float32Array, chosenAt: number): number {
    let sum = 0;
    this.#each((offset) => {
      sum += logGamma(this.#read(outputs, at + offset));
      for (let share = 0; share < this.#size; share += 1) {
        const alpha = this.#alphas[share]!;
        sum += (alpha - 1) * Math.log(chosen[chosenAt + offset + share]!) - logGamma(alpha);
      }
    });
    return sum;
  }

  entropy(outputs: Float32Array, at: number): number {
    let sum = 0;
    this.#each((offset) => {
      const whole = this.#read(outputs, at + offset);
      sum += (whole - this.#size) * digamma(whole) - logGamma(whole);
      for (const alpha of this.#alphas) sum += logGamma(alpha) - (alpha - 1) * digamma(alpha);
    });
    return sum;
  }

  addGradient(
    weight: number,
    entropyWeight: number,
    outputs: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    out: Float32Array,
  ): void {
    this.#each((offset) => {
      const whole = this.#read(outputs, at + offset);
      const wholeSlope = digamma(whole);
      const wholeCurve = (whole - this.#size) * trigamma(whole);
      for (let share = 0; share < this.#size; share += 1) {
        const alpha = this.#alphas[share]!;
        const place = at + offset + share;
        const log = wholeSlope - digamma(alpha) + Math.log(chosen[chosenAt + offset + share]!);
        const entropy = wholeCurve - (alpha - 1) * trigamma(alpha);
        // softplus has the logistic function as its slope.
        out[place]! += (weight * log + entropyWeight * entropy) / (1 + Math.exp(-outputs[place]!));
      }
    });
  }

  #each(work: (offset: number) => void): void {
    for (let set = 0; set < this.#sets; set += 1) work(set * this.#size);
  }

  /** Concentrations of a set into the scratch; returns their sum. */
  #read(outputs: Float32Array, at: number): number {
    let whole = 0;
    for (let share = 0; share < this.#size; share += 1) {
      const output = outputs[at + share]!;
      const alpha = 1 + (output > 30 ? output : Math.log1p(Math.exp(output)));
      this.#alphas[share] = alpha;
      whole += alpha;
    }
    return whole;
  }

  #normalise(shares: Float32Array, at: number, whole: number): void {
    for (let share = 0; share < this.#size; share += 1)
      shares[at + share] = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, shares[at + share]! / whole));
  }
}

/** Numbers in (0, 1), each by a Beta of its own: sets of two shares, the first of which is the number. */
export class Beta extends Dirichlet {
  constructor(numbers: number) {
    super(numbers, 2);
  }
}
