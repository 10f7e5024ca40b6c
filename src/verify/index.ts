// For users of the package.
export {
  type CrashPointReport,
  type PlantedBugReport,
  type SeedViolation,
  type VerifyOptions,
  type VerifyReport,
  verify,
} from './verify.ts';
