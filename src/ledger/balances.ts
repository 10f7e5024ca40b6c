import {
  assert,
  formatMoney,
  GavotteError,
  type Micros,
  type Money,
  micros,
  showMoney,
} from '../kernel/index.ts';
import { isStorable, type Rows } from './rows.ts';
import type { Account, AccountId, Bucket, Lease, Posting, Reservation } from './types.ts';

/** What a command gave back, and the money it moved. No postings and `changed: false`: it was a repeat. */
export interface Step {
  readonly value: Account | Reservation | Lease | number;
  readonly postings: readonly Posting[];
  readonly changed: boolean;
}

/** A command that found everything as it asks for. */
export function unchanged(value: Account | Reservation | Lease): Step {
  return { value, postings: [], changed: false };
}

export function bad(message: string, fix: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, { fix });
}

/** @throws GV_ACCOUNT_UNKNOWN */
export function accountOf(rows: Rows, id: AccountId): Account {
  const account = rows.accounts.get(id);
  if (account === undefined) {
    throw new GavotteError('GV_ACCOUNT_UNKNOWN', `there is no account ${JSON.stringify(id)}`, {
      fix: 'Open it first, below an account that exists.',
    });
  }
  return account;
}

/** What of the cap is taken. */
export function used(account: Account): number {
  return account.reserved + account.leased + account.settled;
}

/**
 * Changes balances on every account of `path`: an account's figures include those below it. The rules check for
 * room and a better word for its lack before; here a breach is a programmer's error.
 */
export function shift(
  rows: Rows,
  path: readonly AccountId[],
  by: { readonly reserved?: number; readonly leased?: number; readonly settled?: number },
): void {
  for (const id of path) {
    const { currency, cap, reserved, leased, settled } = accountOf(rows, id);
    const account: Account = {
      id,
      currency,
      cap,
      reserved: micros(reserved + (by.reserved ?? 0)),
      leased: micros(leased + (by.leased ?? 0)),
      settled: micros(settled + (by.settled ?? 0)),
    };
    assert(
      account.reserved >= 0 && account.leased >= 0 && account.settled >= 0 && used(account) <= cap,
      `the balances of ${id} would leave the range from 0 to its cap`,
    );
    rows.accounts.put(id, account);
  }
}

/** @throws GV_CAP_EXCEEDED naming the lowest account of `path` (root first) that cannot take `amount` more. */
export function checkRoom(rows: Rows, path: readonly AccountId[], amount: Money): void {
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const account = accountOf(rows, path[index]!);
    if (account.currency !== amount.currency)
      throw bad(
        `${amount.currency} cannot be taken from ${account.id}, which is in ${account.currency}`,
        'Convert it first.',
      );
    const left = account.cap - used(account);
    if (amount.amountMicros <= left) continue;
    const free: Money = { amountMicros: left as Micros, currency: account.currency };
    throw new GavotteError(
      'GV_CAP_EXCEEDED',
      `${showMoney(amount)} does not fit under the cap of ${account.id}: ${showMoney(free)} is left`,
      {
        fix: 'Ask for less, release something, or raise the cap.',
        details: { account: account.id, left: formatMoney(free) },
      },
    );
  }
}

/** The two legs that move `amount` between buckets of one account. */
export function legs(account: AccountId, from: Bucket, to: Bucket, amount: Money): readonly Posting[] {
  return amount.amountMicros === 0
    ? []
    : moneyMove({ account, bucket: from }, { account, bucket: to }, amount);
}

/** The two legs of any movement: what one place gains the other loses. */
export function moneyMove(
  from: { readonly account: AccountId; readonly bucket: Bucket },
  to: { readonly account: AccountId; readonly bucket: Bucket },
  { amountMicros, currency }: Money,
): readonly Posting[] {
  return [
    { account: to.account, bucket: to.bucket, amount: amountMicros, currency },
    { account: from.account, bucket: from.bucket, amount: -amountMicros, currency },
  ];
}

export function requirePositive(amount: Money, what: string): void {
  micros(amount.amountMicros);
  if (amount.amountMicros <= 0)
    throw bad(`${what} ${showMoney(amount)} must be above zero`, 'Give an amount above zero.');
}

/** Longest text a row may carry: a memo holds a booking intent, not a document. */
const MAX_TEXT_CHARS = 65_536;

export function requireText(text: string, field: string): void {
  if (typeof text !== 'string' || text.length > MAX_TEXT_CHARS || !isStorable(text))
    throw bad(
      `${field} must be at most ${MAX_TEXT_CHARS} characters of text`,
      `Write ${field} as JSON, which escapes NUL and lone surrogates.`,
    );
}

export function requireName(text: string, field: string): void {
  requireText(text, field);
  if (text === '') throw bad(`${field} is empty`, `Give ${field} a value.`);
}

/** @throws GV_BAD_INPUT unless `at` is a whole number of milliseconds. */
export function requireTime(at: number, field: string): void {
  if (!Number.isSafeInteger(at))
    throw bad(`${field} ${at} must be a whole number of milliseconds`, 'Give a time as Clock.now() does.');
}

/** @throws GV_BAD_INPUT unless `at` is a time that is still to come. */
export function requireAhead(at: number, field: string, now: number): void {
  requireTime(at, field);
  if (at <= now)
    throw bad(`${field} ${at} is over: it is ${now} in the books`, 'Give a time ahead of Ledger.time().');
}
