// For users of the package.
export { AuditRounds, ROUND_MS, type RoundsOptions } from './audit-rounds.ts';
export { Auditor, type AuditorOptions, type AuditorStatus, UNDER_WAY_MS } from './auditor.ts';
export { DIFFERENCE_KINDS, type Difference, type DifferenceKind } from './differences.ts';
export { LedgerTail, TAIL_BATCH, type TailOptions } from './ledger-tail.ts';
export { moneyOutcome } from './money-outcome.ts';
