// For users of the package.
export { Deduplicated, type Fresh, REMEMBERED_IDS } from './deduplicated.ts';
export { openKafkaLog } from './kafka/kafka-log.ts';
export {
  CONSUMER_NAME,
  type DeadLetter,
  MAX_DEAD_LETTERS,
  type OutcomeConsumer,
  type OutcomeEntry,
  type OutcomeLog,
  type OutcomeSource,
} from './log.ts';
export {
  type BalanceChange,
  type BidChoice,
  type BidOutcome,
  type BillingOutcome,
  type ClickOutcome,
  type ConversionOutcome,
  DEAL_EVENTS,
  DECISIONS,
  type DealOutcome,
  type DecisionOutcome,
  type ImpressionOutcome,
  isMoney,
  type LossOutcome,
  MONEY_MOVES,
  type MoneyOutcome,
  OUTCOME_VERSION,
  type OutcomeHead,
  type OutcomeKind,
  type OutcomeOfBid,
  type OutcomeRecord,
  outcomeId,
  type WinOutcome,
} from './record.ts';
export { MAX_RECORD_BYTES, type ReadOutcome, readOutcome, writeOutcome } from './record-text.ts';
export { Relay } from './relay.ts';
export type { Retention, SyncPolicy } from './segments/segment-writer.ts';
export { openSegmentedLog, readSegmentedLog } from './segments/segmented-log.ts';
export { openSpooledLog, SPOOL_MAX_BYTES, type SpooledLog, type SpoolStatus } from './spool.ts';
