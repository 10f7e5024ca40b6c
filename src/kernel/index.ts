// For users of the package.
export { mapBounded, withDeadline } from './deadline.ts';
export { Draws } from './draws.ts';
export {
  assert,
  ERROR_CODES,
  type ErrorCode,
  type ErrorInfo,
  GavotteError,
  type Recovery,
} from './errors.ts';
export { convertRoundingUp, FX_MAX_AGE_MS, type FxTable } from './fx.ts';
export { canonicalJson, sha256, uuidFrom } from './hash.ts';
export { newId } from './ids.ts';
export { MAX_JSON_DEPTH, nestsAtMost, parseJson, parseJsonFile } from './json.ts';
export {
  add,
  type Currency,
  compare,
  costOfImpressions,
  currency,
  divideRoundingUp,
  formatDecimal,
  formatMoney,
  MICROS_PER_UNIT,
  type Micros,
  type Money,
  type MoneyText,
  micros,
  money,
  parseDecimalMicros,
  parseMoney,
  showMoney,
  subtract,
  timesShareRoundingUp,
  zeroOf,
} from './money.ts';
export { DEAL_TYPES, type DealType, type Flight, type IsoDate } from './nouns.ts';
export { type RandomStream, randomStream } from './random.ts';
export { realClock } from './real/clock.ts';
export { createRealWorld } from './real/world.ts';
export { CALM_NETWORK, type NetworkFaults, SimulatedNetwork } from './simulated/network.ts';
export { type CrashPoint, SimulatedProcess } from './simulated/process.ts';
export { type Disk, Simulation } from './simulated/simulation.ts';
export { STEPS, type Step, type StepFacts, type StepMessage, traced, tracedNow, UNHEARD } from './steps.ts';
export type {
  Clock,
  EpochMs,
  GrowingFile,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  Network,
  SqlDatabase,
  SqlRow,
  SqlStatement,
  SqlValue,
  Storage,
  World,
} from './world.ts';
