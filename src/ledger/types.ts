import type { Currency, EpochMs, Micros, Money } from '../kernel/index.ts';

/**
 * An account id is its path: `acme/spring/ctv/deal-1`. Its ancestors are its prefixes, so a cap anywhere
 * on the path binds everything below it. Levels: advertiser → campaign → channel → deal or line.
 */
export type AccountId = string;

/** One account's balances; each figure includes everything below the account. */
export interface Account {
  readonly id: AccountId;
  readonly currency: Currency;
  /** `reserved + leased + settled` never exceeds this, at any instant (I1). */
  readonly cap: Micros;
  /** Promised to somebody, not yet paid. */
  readonly reserved: Micros;
  /** Handed out to lease holders, less what they reported as settled or gave back. */
  readonly leased: Micros;
  /** Paid. */
  readonly settled: Micros;
}

/** A reservation ends once: settled, released or expired. */
export type ReservationState = 'reserved' | 'settled' | 'released' | 'expired';

/** The first phase of a transfer: money set aside on one account until it is settled, released or expires. */
export interface Reservation {
  readonly id: string;
  readonly account: AccountId;
  /** What is set aside, or was when it ended. */
  readonly amount: Money;
  /** How much of it has gone on, to leases and payments; the rest is what it still holds. */
  readonly drawn: Micros;
  readonly state: ReservationState;
  /** What was paid when it was settled; else zero. */
  readonly settled: Micros;
  readonly expiresAt: EpochMs | null;
  /** The caller's own words for what the money is for; the ledger stores them and never reads them. */
  readonly memo: string;
  /** Wall time of the last change. */
  readonly changedAt: EpochMs;
}

/**
 * A slice of an account's budget that a holder may promise without asking. It lives until the last of its bids can be
 * billed, so the holder stops bidding on it earlier; then all that is left goes back.
 */
export interface Lease {
  readonly account: AccountId;
  readonly holder: string;
  /** Fencing token: rises by one with every grant to this holder on this account; older ones are dead (I8). */
  readonly epoch: number;
  readonly amount: Money;
  /** The reservation it was taken out of, and goes back to; null for the account's free budget. */
  readonly reservation: string | null;
  /** What the holder reported as promised in bids still unresolved. */
  readonly reserved: Micros;
  /** What is paid of it. */
  readonly settled: Micros;
  readonly expiresAt: EpochMs;
  readonly state: 'live' | 'closed';
}

/** Why money moves: the id of an approval, plan, rule or earlier entry (I11). */
export interface Caused {
  readonly cause: string;
}

/** Everything that can be asked of the ledger. Ids are the caller's; repeating a command with its id is a no-op. */
export type Command = Caused &
  (
    | { readonly kind: 'open'; readonly account: AccountId; readonly cap: Money }
    | { readonly kind: 'setCap'; readonly account: AccountId; readonly cap: Money }
    | {
        readonly kind: 'reserve';
        readonly id: string;
        readonly account: AccountId;
        readonly amount: Money;
        readonly memo: string;
        readonly expiresAt?: EpochMs;
      }
    /** Pays `amount` (at most what is reserved) and gives the rest back. */
    | { readonly kind: 'settle'; readonly id: string; readonly amount: Money }
    | { readonly kind: 'release'; readonly id: string }
    /** Moves a reservation, still reserved, to an account below its own (opened with that cap if missing). */
    | { readonly kind: 'move'; readonly id: string; readonly to: AccountId; readonly memo: string }
    /** Replaces the memo of a live reservation. */
    | { readonly kind: 'annotate'; readonly id: string; readonly memo: string }
    /** Ends every reservation and lease whose time has come. */
    | { readonly kind: 'expire' }
    /** Grants (or replaces) the lease of one holder on one account, out of a reservation there if one is named. */
    | {
        readonly kind: 'grantLease';
        readonly account: AccountId;
        readonly holder: string;
        readonly amount: Money;
        readonly expiresAt: EpochMs;
        readonly reservation?: string;
      }
    /** Makes a lease that nobody has ended larger or smaller, and lets it live longer or less long; it keeps its epoch. */
    | {
        readonly kind: 'resizeLease';
        readonly account: AccountId;
        readonly holder: string;
        readonly epoch: number;
        /** The new whole, at least what is paid and promised of it. */
        readonly amount: Money;
        readonly expiresAt: EpochMs;
      }
    /** Pays one bill out of a lease; `id` names the bill, which is paid once (I7). */
    | {
        readonly kind: 'spend';
        readonly id: string;
        readonly account: AccountId;
        readonly holder: string;
        readonly epoch: number;
        readonly amount: Money;
      }
    /** Pays one bill out of a reservation, which goes on holding the rest. */
    | { readonly kind: 'pay'; readonly id: string; readonly reservation: string; readonly amount: Money }
    /** A holder's running totals since the grant; they only grow, except `reserved`, which also falls. */
    | {
        readonly kind: 'reportLease';
        readonly account: AccountId;
        readonly holder: string;
        readonly epoch: number;
        readonly reserved: Micros;
        readonly settled: Micros;
      }
    /** Ends a lease; what was not reserved or settled returns to the account. */
    | {
        readonly kind: 'returnLease';
        readonly account: AccountId;
        readonly holder: string;
        readonly epoch: number;
      }
  );

/** Where money stands on an account; `budget` is what is still free. */
export type Bucket = 'budget' | 'reserved' | 'leased' | 'settled';

/** One leg of an entry. Debits are positive, credits negative; the legs of an entry sum to zero (I2). */
export interface Posting {
  readonly account: AccountId;
  readonly bucket: Bucket;
  readonly amount: number;
  readonly currency: Currency;
}

/** One line of the log; `hash` covers the line and the hash before it, so any edit shows. */
export interface Entry {
  readonly seq: number;
  readonly at: EpochMs;
  readonly command: Command;
  readonly postings: readonly Posting[];
  readonly previousHash: string;
  readonly hash: string;
}

/** What recomputing the books from their log came to. */
export interface AuditReport {
  readonly entries: number;
  readonly accounts: number;
  readonly reservations: number;
  readonly headHash: string;
  /** One sentence for each thing that does not add up; empty when the books are right. */
  readonly violations: readonly string[];
}

/**
 * The books. Every method is atomic and durable before it resolves, and safe to repeat.
 * All throw GV_ACCOUNT_UNKNOWN, GV_ID_CONFLICT, GV_TRANSFER_STATE, GV_BAD_INPUT or GV_LEDGER_UNAVAILABLE as they apply.
 */
export interface Ledger {
  /** Opens an account; the parent must exist (a root has none). Opening again with the same cap is a no-op. */
  open(command: { account: AccountId; cap: Money } & Caused): Promise<Account>;
  /** Raises or lowers a cap; not below what is already used. */
  setCap(command: { account: AccountId; cap: Money } & Caused): Promise<Account>;
  /** @throws GV_CAP_EXCEEDED naming the account whose cap binds and what is left under it. */
  reserve(
    command: { id: string; account: AccountId; amount: Money; memo: string; expiresAt?: EpochMs } & Caused,
  ): Promise<Reservation>;
  settle(command: { id: string; amount: Money } & Caused): Promise<Reservation>;
  release(command: { id: string } & Caused): Promise<Reservation>;
  move(command: { id: string; to: AccountId; memo: string } & Caused): Promise<Reservation>;
  annotate(command: { id: string; memo: string } & Caused): Promise<Reservation>;
  /** Ends what is past its time; returns how many reservations and leases. */
  expire(command: Caused): Promise<number>;

  /** @throws GV_BAD_INPUT for a time that is over, or later than the end of the reservation. */
  grantLease(
    command: {
      account: AccountId;
      holder: string;
      amount: Money;
      expiresAt: EpochMs;
      reservation?: string;
    } & Caused,
  ): Promise<Lease>;
  /**
   * Only the holder may make its lease smaller: it alone knows what it has promised. @throws GV_LEASE_STALE when it has
   * been ended; GV_BAD_INPUT for a time that is over, or later than the end of the reservation it is taken from.
   */
  resizeLease(
    command: {
      account: AccountId;
      holder: string;
      epoch: number;
      amount: Money;
      expiresAt: EpochMs;
    } & Caused,
  ): Promise<Lease>;
  /** @throws GV_LEASE_STALE when the lease is over or has too little left; GV_ID_CONFLICT for a bill paid otherwise. */
  spend(
    command: { id: string; account: AccountId; holder: string; epoch: number; amount: Money } & Caused,
  ): Promise<Reservation>;
  /** @throws GV_TRANSFER_STATE when the reservation is over or holds too little. */
  pay(command: { id: string; reservation: string; amount: Money } & Caused): Promise<Reservation>;
  reportLease(
    command: {
      account: AccountId;
      holder: string;
      epoch: number;
      reserved: Micros;
      settled: Micros;
    } & Caused,
  ): Promise<Lease>;
  returnLease(command: { account: AccountId; holder: string; epoch: number } & Caused): Promise<Lease>;

  /** Many commands in one durable transaction, in order; each succeeds or fails by itself. */
  batch(commands: readonly Command[]): Promise<readonly CommandResult[]>;

  /** The time by which it judges what is over: that of the store's server, which all its users share, if it has one. */
  time(): Promise<EpochMs>;
  account(id: AccountId): Promise<Account | undefined>;
  /** The account itself and everything below it, in path order. */
  accounts(root?: AccountId): Promise<readonly Account[]>;
  reservation(id: string): Promise<Reservation | undefined>;
  lease(account: AccountId, holder: string): Promise<Lease | undefined>;
  /** Reservations on `account` and below, oldest first. */
  reservations(filter: { account?: AccountId; state?: ReservationState }): Promise<readonly Reservation[]>;
  entries(filter?: { after?: number; limit?: number }): Promise<readonly Entry[]>;
  /** Recomputes every balance and hash from the log and compares with what is stored. */
  audit(): Promise<AuditReport>;
  close(): Promise<void>;
}

/** How one command of a batch ended. */
export type CommandResult =
  | {
      readonly ok: true;
      readonly value: Account | Reservation | Lease | number;
      /** False for a repeat: all was as asked already. */
      readonly changed: boolean;
    }
  | { readonly ok: false; readonly error: import('../kernel/index.ts').GavotteError };
