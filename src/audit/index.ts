// For users of the package.
export { LedgerTail, TAIL_BATCH, type TailOptions } from './ledger-tail.ts';
export { moneyOutcome } from './money-outcome.ts';
