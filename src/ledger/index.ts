// For users of the package.
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
