import { type Mlp, type OutputHead, SquashedGaussian } from '../neural/index.ts';
import type { Rollout } from './rollout.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;

/**
 * PPO’s clipped loss of a policy: its gradients at the network’s output, and the step of the deviations, which are no
 * part of the network.
 */
export class PolicyLoss {
  /** Means over the last step’s samples. */
  kl = 0;
  clipped = 0;
  entropy = 0;
  /** Adam of the deviations: steps made, first and second moments. */
  steps = 0;
  readonly moments: Float64Array;
  readonly #head: SquashedGaussian | OutputHead;
  readonly #clip: number;
  #count = 1;
  #entropyWeight = 0;

  constructor(head: SquashedGaussian | OutputHead, clip: number) {
    this.#head = head;
    this.#clip = clip;
    this.moments = new Float64Array(head instanceof SquashedGaussian ? 2 * head.size : 0);
  }

  /** Numbers of `writeTo`. */
  get numbers(): number {
    return this.moments.length / 2 + 3;
  }

  /** What a shard’s samples came to, to be summed over shards: gradients of the deviations, and the figures. */
  writeTo(part: Float64Array, at: number): void {
    const size = this.moments.length / 2;
    if (this.#head instanceof SquashedGaussian) {
      part.set(this.#head.logStdGradient, at);
      this.#head.logStdGradient.fill(0);
    }
    part[at + size] = this.kl;
    part[at + size + 1] = this.clipped;
    part[at + size + 2] = this.entropy;
  }

  /** Takes the sum of what all shards wrote. */
  readFrom(total: Float64Array, at: number): void {
    const size = this.moments.length / 2;
    if (this.#head instanceof SquashedGaussian) this.#head.logStdGradient.set(total.subarray(at, at + size));
    this.kl = total[at + size]!;
    this.clipped = total[at + size + 1]!;
    this.entropy = total[at + size + 2]!;
  }

  /** Begins a shard’s part of a step that has `count` samples in all. */
  begin(count: number, entropyWeight: number): void {
    this.#count = count;
    this.#entropyWeight = entropyWeight;
    this.kl = 0;
    this.clipped = 0;
    this.entropy = 0;
  }

  /** After the network’s forward pass of a decision: writes its output’s gradients. Rows that are not alive have none. */
  add(actor: Mlp, rollout: Rollout, decision: number): void {
    const { output, outputGradient, outputStride } = actor;
    const { rows, raws } = rollout;
    outputGradient.fill(0);
    for (let row = 0; row < rows; row += 1) {
      const sample = decision * rows + row;
      if (rollout.alive[sample] === 0) continue;
      const at = row * outputStride;
      const chosenAt = sample * raws;
      const head = this.#head;
      const log = head.logProbability(output, at, rollout.chosen, chosenAt);
      const weight = this.#weigh(log - rollout.logs[sample]!, rollout.advantages[sample]!);
      if (head instanceof SquashedGaussian)
        head.addLogProbabilityGradient(weight, output, at, rollout.chosen, chosenAt, outputGradient, at);
      else {
        this.entropy += head.entropy(output, at) / this.#count;
        const entropyWeight = -this.#entropyWeight / this.#count;
        head.addGradient(weight, entropyWeight, output, at, rollout.chosen, chosenAt, outputGradient);
      }
    }
  }

  /** Steps the deviations, if the policy has some. */
  end(rate: number): void {
    const head = this.#head;
    if (!(head instanceof SquashedGaussian)) return;
    this.entropy = head.entropy;
    head.addEntropyGradient(-this.#entropyWeight);
    this.steps += 1;
    const step = (rate * Math.sqrt(1 - BETA_2 ** this.steps)) / (1 - BETA_1 ** this.steps);
    for (let index = 0; index < head.size; index += 1) {
      const gradient = head.logStdGradient[index]!;
      const [first, second] = [2 * index, 2 * index + 1];
      this.moments[first] = BETA_1 * this.moments[first]! + (1 - BETA_1) * gradient;
      this.moments[second] = BETA_2 * this.moments[second]! + (1 - BETA_2) * gradient * gradient;
      head.logStd[index]! -= (step * this.moments[first]!) / (Math.sqrt(this.moments[second]!) + 1e-5);
    }
    head.clamp();
    head.logStdGradient.fill(0);
  }

  /** Gradient of the loss by the sample’s log-probability: 0 where the ratio is clipped. */
  #weigh(logRatio: number, advantage: number): number {
    const ratio = Math.exp(Math.min(20, logRatio));
    this.kl += (ratio - 1 - logRatio) / this.#count;
    const isClipped = advantage > 0 ? ratio > 1 + this.#clip : ratio < 1 - this.#clip;
    if (isClipped) this.clipped += 1 / this.#count;
    return isClipped ? 0 : (-advantage * ratio) / this.#count;
  }
}
