import { currency, GavotteError, type Micros, type Money, micros, showMoney } from '../kernel/index.ts';
import { accountOf, bad, type Step, unchanged, used } from './balances.ts';
import { pathOf, type Rows } from './rows.ts';
import type { Account, AccountId } from './types.ts';

/** One name of a path. `/` separates names, `|` separates an account from a lease holder. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,79}$/;
const MAX_DEPTH = 8;

/** Opens an account with a cap, in the currency of its tree. */
export function openAccount(rows: Rows, id: AccountId, cap: Money): Step {
  const path = pathOf(id);
  if (path.length > MAX_DEPTH || id.split('/').some((part) => !NAME.test(part))) {
    throw bad(
      `account ${JSON.stringify(id.slice(0, 200))} is not a path of 1 to ${MAX_DEPTH} names`,
      'Use up to 80 letters, digits and . _ : @ - in names joined by "/".',
    );
  }
  currency(cap.currency);
  if (micros(cap.amountMicros) < 0)
    throw bad(`cap ${showMoney(cap)} of ${id} is negative`, 'Give a cap of zero or more.');
  const existing = rows.accounts.get(id);
  if (existing !== undefined) {
    if (existing.cap === cap.amountMicros && existing.currency === cap.currency) return unchanged(existing);
    throw new GavotteError('GV_ID_CONFLICT', `account ${id} is open with another cap`, {
      fix: 'Use setCap to change it.',
    });
  }
  const parent = path.at(-2);
  if (parent !== undefined && accountOf(rows, parent).currency !== cap.currency) {
    throw bad(
      `${id} cannot be in ${cap.currency}: ${parent} is in ${accountOf(rows, parent).currency}`,
      'Use one currency in a tree.',
    );
  }
  const zero = 0 as Micros;
  const account: Account = {
    id,
    currency: cap.currency,
    cap: cap.amountMicros,
    reserved: zero,
    leased: zero,
    settled: zero,
  };
  rows.accounts.put(id, account);
  return { value: account, postings: [], changed: true };
}

/** Raises or lowers a cap, never below what is used (I1). */
export function setCap(rows: Rows, id: AccountId, cap: Money): Step {
  const account = accountOf(rows, id);
  if (account.currency !== cap.currency)
    throw bad(`the cap of ${id} must be in ${account.currency}`, 'Convert it first.');
  if (account.cap === cap.amountMicros) return unchanged(account);
  if (micros(cap.amountMicros) < used(account)) {
    const inUse: Money = { amountMicros: micros(used(account)), currency: account.currency };
    throw new GavotteError(
      'GV_CAP_EXCEEDED',
      `the cap of ${id} cannot be ${showMoney(cap)}: ${showMoney(inUse)} is in use`,
      { fix: 'Release something first.' },
    );
  }
  const changed: Account = { ...account, cap: cap.amountMicros };
  rows.accounts.put(id, changed);
  return { value: changed, postings: [], changed: true };
}
