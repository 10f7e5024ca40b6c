// For users of the package.
export { CartPole } from './cart-pole.ts';
export { FAST, PAPER, type TrainingConfig } from './config.ts';
export { type CurvePoint, scalarsOf } from './curves.ts';
export { type Contender, classicalContender, teamContender } from './evaluation/contenders.ts';
export { type Candidate, type Evaluation, type EvaluationRow, evaluate } from './evaluation/evaluate.ts';
export { playDays, SPLITS, type Split } from './evaluation/play-days.ts';
export type { Rule } from './evaluation/rules/rule.ts';
export { RULES } from './evaluation/rules/rules.ts';
export {
  bootstrap,
  type Comparison,
  compare,
  type Estimate,
  interquartileMean,
  meanOf,
} from './evaluation/statistics.ts';
export { recordTestDays, type TestDaysUse } from './evaluation/test-days.ts';
export { tunedRule } from './evaluation/tuned-rules.ts';
export { PRESETS, type Preset, presetOf, trainingOf } from './presets.ts';
export { htmlReport, type ReportOptions, type ReportTable, type RunCurves } from './report/html-report.ts';
export { eventFileHeader, type Scalar, scalarsEvent } from './report/tensorboard.ts';
export { RoleLearner, type UpdateFigures } from './role-learner.ts';
export { LOOK_DAYS, type Look, lookAt, runTeam, secondsPerIteration, type TeamRun } from './team-run.ts';
export type { TeamTraining } from './team-training.ts';
export { type IterationFigures, type Stage, Trainer, type TrainerOptions, unsharded } from './trainer.ts';
export type { EnvRole, TrainingEnv } from './training-env.ts';
export { searchTuning, type TuningTrial } from './tuning-search.ts';
