/**
 * Every failure the product can name. `outcome` says what is known of the act that failed:
 * `failed` means it certainly did not happen, `unknown` means it may have (law 3).
 */
export const ERROR_CODES = {
  /** A value from a person or a file is wrong; the message names the field, the value and the rule. */
  GV_BAD_INPUT: { recovery: 'correctable', outcome: 'failed' },
  /** A sum left the range in which integers are exact. */
  GV_MONEY_RANGE: { recovery: 'terminal', outcome: 'failed' },
  /** Not an ISO 4217 code in capitals. */
  GV_CURRENCY_UNKNOWN: { recovery: 'correctable', outcome: 'failed' },
  /** No rate for a currency pair. */
  GV_FX_MISSING: { recovery: 'correctable', outcome: 'failed' },
  /** The rate is older than 24 hours, or dated in the future. */
  GV_FX_STALE: { recovery: 'correctable', outcome: 'failed' },
  /** A reservation would exceed the cap of the account or of one above it. */
  GV_CAP_EXCEEDED: { recovery: 'correctable', outcome: 'failed' },
  /** The ledger has no account of that path. */
  GV_ACCOUNT_UNKNOWN: { recovery: 'correctable', outcome: 'failed' },
  /** An id was used before for something else. */
  GV_ID_CONFLICT: { recovery: 'terminal', outcome: 'failed' },
  /** The transfer is not in a state from which this move is allowed. */
  GV_TRANSFER_STATE: { recovery: 'terminal', outcome: 'failed' },
  /** The lease was superseded by a later epoch, or ended. */
  GV_LEASE_STALE: { recovery: 'terminal', outcome: 'failed' },
  /** The store of the ledger failed; whether the last command was committed is not known. */
  GV_LEDGER_UNAVAILABLE: { recovery: 'transient', outcome: 'unknown' },
  /** The hash chain of the ledger's log is broken. */
  GV_LEDGER_TAMPERED: { recovery: 'terminal', outcome: 'failed' },
  /** Somebody else has changed it since it was read (a key of the blackboard, a campaign); nothing was written. */
  GV_VERSION_CONFLICT: { recovery: 'correctable', outcome: 'failed' },
  /** The server of the blackboard failed or cannot be reached; whether the last write happened is not known. */
  GV_BLACKBOARD_UNAVAILABLE: { recovery: 'transient', outcome: 'unknown' },
  /** The outcome log cannot be written or read; whether the last records are in it is not known. */
  GV_OUTCOMES_UNAVAILABLE: { recovery: 'transient', outcome: 'unknown' },
  /** A record of the outcome log has a version we do not know, or is not what its version says; it is not guessed at. */
  GV_OUTCOME_REFUSED: { recovery: 'terminal', outcome: 'failed' },
  /** The outcome log has nothing of that id: it was never written, was not sampled, or is older than what is kept. */
  GV_OUTCOME_UNKNOWN: { recovery: 'correctable', outcome: 'failed' },
  /** The request never left: no address, connection refused, handshake failed. */
  GV_NETWORK_REFUSED: { recovery: 'transient', outcome: 'failed' },
  /** The connection broke after the request may have been sent. */
  GV_NETWORK_LOST: { recovery: 'transient', outcome: 'unknown' },
  /** No answer in time. */
  GV_TIMEOUT: { recovery: 'transient', outcome: 'unknown' },
  /** The caller gave up while it was under way. */
  GV_CANCELLED: { recovery: 'terminal', outcome: 'unknown' },
  /** The address is not one we may call (not https, not public, a redirect). */
  GV_URL_FORBIDDEN: { recovery: 'correctable', outcome: 'failed' },
  /** The answer is larger than the call allows, as sent or inflated; the rest was not read. */
  GV_RESPONSE_TOO_LARGE: { recovery: 'terminal', outcome: 'unknown' },
  /** The answer is not what the contract promises. */
  GV_RESPONSE_INVALID: { recovery: 'terminal', outcome: 'unknown' },
  /** The seller said no, in one of its four error shapes. */
  GV_SELLER_REJECTED: { recovery: 'correctable', outcome: 'failed' },
  /** The seller failed (5xx): it may have acted before it did. */
  GV_SELLER_ERROR: { recovery: 'transient', outcome: 'unknown' },
  /** The seller failed too often of late; it is left alone for a while. */
  GV_BREAKER_OPEN: { recovery: 'transient', outcome: 'failed' },
  /** A quote broke invariant I6 or does not echo what was asked. */
  GV_QUOTE_REFUSED: { recovery: 'terminal', outcome: 'failed' },
  /** The quote is past its time; it must be asked for again. */
  GV_QUOTE_EXPIRED: { recovery: 'correctable', outcome: 'failed' },
  /** No product of the seller's catalog answers the request. */
  GV_PRODUCT_UNRESOLVED: { recovery: 'correctable', outcome: 'failed' },
  /** The seller's deal is not the deal it quoted. */
  GV_DEAL_MISMATCH: { recovery: 'terminal', outcome: 'unknown' },
  /** It is not yet known whether the seller holds a contract; the money stays reserved. */
  GV_BOOKING_UNKNOWN: { recovery: 'transient', outcome: 'unknown' },
  /** There is no campaign of that id. */
  GV_CAMPAIGN_UNKNOWN: { recovery: 'correctable', outcome: 'failed' },
  /** What is there is in a state from which that is not allowed; nothing was changed. */
  GV_MOVE_FORBIDDEN: { recovery: 'correctable', outcome: 'failed' },
  /** Nobody has approved it, or the approval is of another plan, expired or used; nothing was done. */
  GV_APPROVAL_NEEDED: { recovery: 'correctable', outcome: 'failed' },
  /** Something the plan was made from has changed; nothing was booked. */
  GV_PLAN_CHANGED: { recovery: 'correctable', outcome: 'failed' },
  /** The registry answered nothing usable and no earlier list is known. */
  GV_REGISTRY_UNAVAILABLE: { recovery: 'transient', outcome: 'failed' },
  /** The Node that runs this is older than 24. */
  GV_NODE_VERSION: { recovery: 'correctable', outcome: 'failed' },
  /** An optional package is needed and not installed. */
  GV_PACKAGE_MISSING: { recovery: 'correctable', outcome: 'failed' },
  /** A programmer's error: a condition that must hold did not. */
  GV_INTERNAL: { recovery: 'terminal', outcome: 'unknown' },
} as const satisfies Record<string, { recovery: Recovery; outcome: 'failed' | 'unknown' }>;

/** What the caller can do: try again, correct something first, or give up. */
export type Recovery = 'transient' | 'correctable' | 'terminal';
/** The stable name of a failure. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error as data: what commands print under `--json` and what results carry. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  readonly message: string;
  readonly recovery: Recovery;
  readonly fix: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error class. `code` is stable; `fix` is one sentence that says what to do. */
export class GavotteError extends Error {
  override readonly name = 'GavotteError';
  readonly code: ErrorCode;
  readonly fix: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { fix?: string; details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix ?? '';
    this.details = options.details;
  }

  get recovery(): Recovery {
    return ERROR_CODES[this.code].recovery;
  }

  /** Whether the act that failed certainly did not happen (`failed`) or may have (`unknown`). */
  get outcome(): 'failed' | 'unknown' {
    return ERROR_CODES[this.code].outcome;
  }

  toJSON(): ErrorInfo {
    return {
      code: this.code,
      message: this.message,
      recovery: this.recovery,
      fix: this.fix,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  /** Any thrown value as a GavotteError; what is not one already becomes GV_INTERNAL. Never throws. */
  static from(thrown: unknown): GavotteError {
    if (thrown instanceof GavotteError) return thrown;
    return new GavotteError('GV_INTERNAL', messageOf(thrown), { cause: thrown });
  }
}

/** What is thrown may be anything, also a value whose own conversion to a text throws. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return 'a value without a text was thrown';
  }
}

/** States a condition that only a programmer's error can break. Throws GV_INTERNAL. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new GavotteError('GV_INTERNAL', message);
}
