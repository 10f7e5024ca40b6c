import { type Money, micros } from '../kernel/index.ts';
import type { Bucket, Command, Entry, Posting } from '../ledger/index.ts';
import { type BalanceChange, MONEY_MOVES, type MoneyOutcome, OUTCOME_VERSION } from '../outcomes/index.ts';
import { moneyIdOf } from './ledger-identity.ts';

/** A cause that names a bid begins so; what is behind it is the id of the bid's record. */
const OF_BID = 'bid:';
/** What an id in the outcome log may have. */
const MAX_ID_LENGTH = 512;

/**
 * An entry of the ledger's journal as a record of the outcome log; `undefined` when it changed no balance. `after` is the
 * number of the entry before it that did, `ledger` its `ledgerIdentity`. The same entry always gives the same record.
 */
export function moneyOutcome(entry: Entry, after: number, ledger: string): MoneyOutcome | undefined {
  const { seq, at, command, postings } = entry;
  const move = MONEY_MOVES.find((each) => each === command.kind);
  const [first] = postings;
  if (move === undefined || first === undefined) return undefined;
  return {
    version: OUTCOME_VERSION,
    kind: 'money',
    id: moneyIdOf(ledger, seq),
    parent: parentOf(command),
    at,
    campaign: '',
    move,
    account: first.account,
    amount: amountOf(postings, first),
    bill: command.kind === 'spend' || command.kind === 'pay' ? command.id : null,
    entry: seq,
    after,
    changes: changesOf(postings),
  };
}

/** The bid that a payment follows from; else the ledger's own word for why. */
function parentOf({ cause }: Command): string | null {
  const parent = cause.startsWith(OF_BID) ? cause.slice(OF_BID.length) : cause;
  return parent === '' || parent.length > MAX_ID_LENGTH ? null : parent;
}

function amountOf(postings: readonly Posting[], { currency }: Posting): Money {
  const sum = (isPart: (posting: Posting) => boolean) =>
    postings.reduce(
      (total, each) => total + (isPart(each) && each.currency === currency ? each.amount : 0),
      0,
    );
  const paid = sum(({ bucket }) => bucket === 'settled');
  const moved = paid === 0 ? sum(({ amount }) => amount > 0) : paid;
  return { amountMicros: micros(moved), currency };
}

function changesOf(postings: readonly Posting[]): readonly BalanceChange[] {
  const changes = new Map<string, { account: string } & Record<Exclude<Bucket, 'budget'>, number>>();
  for (const { account, bucket, amount } of postings) {
    if (bucket === 'budget') continue;
    let change = changes.get(account);
    if (change === undefined) {
      change = { account, reserved: 0, leased: 0, settled: 0 };
      changes.set(account, change);
    }
    change[bucket] += amount;
  }
  return [...changes.values()];
}
