import fc from 'fast-check';
import { type EpochMs, money } from '../../src/kernel/index.ts';
import type { Command } from '../../src/ledger/index.ts';

/** The first accounts of every random run; the rest are opened by it, or never. */
export const FIRST_ACCOUNTS = ['a', 'a/b', 'a/b/c'] as const;
/** Whole units are enough: what matters is that few caps meet many commands. */
export const FIRST_CAP = money(100, 'USD');

const cause = fc.constantFrom('plan:1', 'rule:ttl');
const account = fc.constantFrom(...FIRST_ACCOUNTS, 'a/b/c/d', 'a/b/c/e', 'a/b-2', 'a/x/y', 'z');
const id = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5');
/** Mostly ids of their own; now and then one that a reservation has. */
const bill = fc.constantFrom('b1', 'b2', 'b3', 'b4', 'b5', 'r5');
const holder = fc.constantFrom('h1', 'h2');
const memo = fc.constantFrom('', 'one', 'two – ☂ "quoted"');
const amount = fc.integer({ min: -1, max: 60 }).map((micros) => money(micros, 'USD'));
const cap = fc.integer({ min: -1, max: 130 }).map((micros) => money(micros, 'USD'));
const epoch = fc.integer({ min: 0, max: 4 });
const total = fc.integer({ min: -1, max: 50 }).map((micros) => money(micros, 'USD').amountMicros);

/** Any command, sensible or not, on few accounts and ids, so that commands meet; times are `start` + 0…60 ms. */
export function anyCommand(start: EpochMs): fc.Arbitrary<Command> {
  const kind = <K extends Command['kind']>(name: K) => fc.constant(name);
  const expiresAt = fc.integer({ min: 0, max: 60 }).map((ms) => (start + ms) as EpochMs);
  const reserve = { kind: kind('reserve'), id, account, amount, memo, cause };
  const lease = { account, holder, cause };
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(reserve) },
    { weight: 2, arbitrary: fc.record({ ...reserve, expiresAt }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('settle'), id, amount, cause }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('release'), id, cause }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('move'), id, to: account, memo, cause }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('annotate'), id, memo, cause }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('open'), account, cap, cause }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('setCap'), account, cap, cause }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('expire'), cause }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('grantLease'), ...lease, amount, expiresAt }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: kind('grantLease'), ...lease, amount, expiresAt, reservation: id }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: kind('resizeLease'), ...lease, epoch, amount, expiresAt }),
    },
    { weight: 4, arbitrary: fc.record({ kind: kind('spend'), id: bill, ...lease, epoch, amount }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('pay'), id: bill, reservation: id, amount, cause }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: kind('reportLease'), ...lease, epoch, reserved: total, settled: total }),
    },
    { weight: 2, arbitrary: fc.record({ kind: kind('returnLease'), ...lease, epoch }) },
  );
}
