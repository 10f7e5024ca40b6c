const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
/** Deviations stay within these, so that no policy goes deaf or wild. */
const LEAST_LOG_STD = -4;
const MOST_LOG_STD = 0.5;

/**
 * A diagonal Gaussian, squashed into (−1, 1) by tanh: the network gives the means, the deviations do not depend on what
 * is seen. Probabilities are those of the number before squashing (`raw`), as the squashing’s own factor cancels in the
 * ratios of PPO; the mode is tanh(mean).
 */
export class SquashedGaussian {
  readonly size: number;
  readonly logStd: Float64Array;
  readonly logStdGradient: Float64Array;

  constructor(size: number, logStd = -1) {
    this.size = size;
    this.logStd = new Float64Array(size).fill(logStd);
    this.logStdGradient = new Float64Array(size);
  }

  /** Draws `raw` from `means`, by standard normal numbers; the action is tanh(raw). Both are [size] from their places. */
  sample(
    means: Float32Array,
    meanAt: number,
    raw: Float32Array,
    rawAt: number,
    normal: (index: number) => number,
  ): void {
    for (let index = 0; index < this.size; index += 1)
      raw[rawAt + index] = means[meanAt + index]! + Math.exp(this.logStd[index]!) * normal(index);
  }

  /** log p(raw). */
  logProbability(means: Float32Array, meanAt: number, raw: Float32Array, rawAt: number): number {
    let sum = 0;
    for (let index = 0; index < this.size; index += 1) {
      const log = this.logStd[index]!;
      const z = (raw[rawAt + index]! - means[meanAt + index]!) / Math.exp(log);
      sum -= 0.5 * z * z + log + HALF_LOG_2PI;
    }
    return sum;
  }

  /** Entropy before squashing. */
  get entropy(): number {
    let sum = 0;
    for (const log of this.logStd) sum += log + 0.5 + HALF_LOG_2PI;
    return sum;
  }

  /** Adds `weight` · ∂ log p(raw) to the gradients of the means (to `out`) and of `logStd`. */
  addLogProbabilityGradient(
    weight: number,
    means: Float32Array,
    meanAt: number,
    raw: Float32Array,
    rawAt: number,
    out: Float32Array,
    outAt: number,
  ): void {
    for (let index = 0; index < this.size; index += 1) {
      const std = Math.exp(this.logStd[index]!);
      const z = (raw[rawAt + index]! - means[meanAt + index]!) / std;
      out[outAt + index]! += (weight * z) / std;
      this.logStdGradient[index]! += weight * (z * z - 1);
    }
  }

  /** Adds `weight` · ∂ entropy: it depends on the deviations only. */
  addEntropyGradient(weight: number): void {
    for (let index = 0; index < this.size; index += 1) this.logStdGradient[index]! += weight;
  }

  /** Keeps the deviations within bounds, after a step. */
  clamp(): void {
    for (let index = 0; index < this.size; index += 1)
      this.logStd[index] = Math.min(MOST_LOG_STD, Math.max(LEAST_LOG_STD, this.logStd[index]!));
  }
}
