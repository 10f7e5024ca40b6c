// For users of the package.
export { openLedger } from './ledger.ts';
export type { LedgerStore } from './store.ts';
export { postgresStore } from './stores/postgres.ts';
export { sqliteStore } from './stores/sqlite.ts';
export type {
  Account,
  AccountId,
  AuditReport,
  Bucket,
  Caused,
  Command,
  CommandResult,
  Entry,
  Lease,
  Ledger,
  Posting,
  Reservation,
  ReservationState,
} from './types.ts';
