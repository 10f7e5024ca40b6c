/** A distribution of which the network’s outputs say everything; a Gaussian, whose deviations are its own, is none. */
export interface OutputHead {
  /** Outputs of the network that it takes, and numbers that a draw of it is. */
  readonly outputs: number;
  readonly drawn: number;
  /** Draws into `chosen`, by uniform numbers in (0, 1). */
  sample(
    outputs: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    uniform: () => number,
  ): void;
  /** What is chosen without chance, into `chosen`. */
  mode(outputs: Float32Array, at: number, chosen: Float32Array, chosenAt: number): void;
  logProbability(outputs: Float32Array, at: number, chosen: Float32Array, chosenAt: number): number;
  entropy(outputs: Float32Array, at: number): number;
  /** Adds `weight` · ∂ log p(chosen) + `entropyWeight` · ∂ entropy to `out`, at the places of the outputs. */
  addGradient(
    weight: number,
    entropyWeight: number,
    outputs: Float32Array,
    at: number,
    chosen: Float32Array,
    chosenAt: number,
    out: Float32Array,
  ): void;
}
