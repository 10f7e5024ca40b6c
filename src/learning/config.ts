/** Settings of training; `FAST` and `PAPER` are the two that are measured. */
export interface TrainingConfig {
  /** Hidden layers of policies and of critics. */
  readonly actor: readonly number[];
  readonly critic: readonly number[];
  /** Steps of all episodes between two updates. */
  readonly horizon: number;
  readonly epochs: number;
  /** Parts of a batch, each a step of the optimiser. */
  readonly minibatches: number;
  readonly learningRate: number;
  readonly criticLearningRate: number;
  readonly clip: number;
  /** γ; 1 for days that end, as a discount would make money early worth more than money late. */
  readonly discount: number;
  /** λ of generalised advantage estimation. */
  readonly trace: number;
  /** Weight of entropy at the start; it falls to a tenth. */
  readonly entropy: number;
  readonly maxGradientNorm: number;
  /** An update ends early when the policy has moved further than this. */
  readonly targetKl: number;
  /** Deviation of a Gaussian policy at the start, as a logarithm. */
  readonly logStd: number;
  /** Whether critics see what only the simulator knows (MAPPO) or what the agent sees (IPPO). */
  readonly centralCritic: boolean;
}

/** Four epochs and small critics. */
export const FAST: TrainingConfig = {
  actor: [64, 64],
  critic: [64, 64],
  horizon: 48,
  epochs: 4,
  minibatches: 4,
  learningRate: 2e-3,
  criticLearningRate: 5e-4,
  clip: 0.2,
  discount: 1,
  trace: 0.99,
  entropy: 0.002,
  maxGradientNorm: 0.5,
  targetKl: 0.03,
  logStd: -1,
  centralCritic: true,
};

/** As in the MAPPO paper (Yu et al., 2022): ten epochs of one batch, larger critics. */
export const PAPER: TrainingConfig = {
  ...FAST,
  critic: [128, 128],
  epochs: 10,
  minibatches: 1,
  learningRate: 5e-4,
  criticLearningRate: 5e-4,
  entropy: 0.01,
};
