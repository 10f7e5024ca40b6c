// For users of the package.
export { CartPole } from './cart-pole.ts';
export { FAST, PAPER, type TrainingConfig } from './config.ts';
export {
  bootstrap,
  type Comparison,
  compare,
  type Estimate,
  interquartileMean,
} from './evaluation/statistics.ts';
export { htmlReport, type ReportOptions, type RunCurves } from './report/html-report.ts';
export { eventFileHeader, type Scalar, scalarsEvent } from './report/tensorboard.ts';
export { RoleLearner, type UpdateFigures } from './role-learner.ts';
export { type IterationFigures, type Stage, Trainer, type TrainerOptions, unsharded } from './trainer.ts';
export type { EnvRole, TrainingEnv } from './training-env.ts';
