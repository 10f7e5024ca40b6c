import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EpochMs } from '../../src/kernel/index.ts';
import { type Command, type CommandResult, type Ledger, openLedger } from '../../src/ledger/index.ts';
import { anyCommand, FIRST_ACCOUNTS, FIRST_CAP } from './ledger-commands.ts';
import { NOON, type Prepare, violations } from './ledger-harness.ts';
import { LedgerModel } from './ledger-model.ts';

/** Any commands, in any batches, at any times: the books do what the model does, and nothing else. */
export function ledgerProperties(kind: string, prepare: Prepare, numRuns: number): void {
  test(`ledger on ${kind}: inv/I1 inv/I2 any sequence of commands does what a naive model does`, async () => {
    const batch = fc.record({
      commands: fc.array(anyCommand(NOON), { minLength: 1, maxLength: 6 }),
      ms: fc.integer({ min: 0, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 14 }), async (batches) => {
        const under = await prepare();
        let now = NOON;
        const clock = { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() };
        const ledger = await openLedger({ store: await under.open(clock), clock });
        try {
          const model = new LedgerModel();
          let entries = await step(ledger, model, firstCommands(), now, 0);
          for (const { commands, ms } of batches) {
            now = (now + ms) as EpochMs;
            entries = await step(ledger, model, commands, now, entries);
          }
          assert.deepEqual(await violations(ledger), []);
        } finally {
          await ledger.close();
          await under.dispose();
        }
      }),
      { numRuns },
    );
  });
}

function firstCommands(): Command[] {
  return FIRST_ACCOUNTS.map((account) => ({ kind: 'open', account, cap: FIRST_CAP, cause: 'plan:1' }));
}

/** One batch on both; returns how many entries the log must have after it. */
async function step(
  ledger: Ledger,
  model: LedgerModel,
  commands: readonly Command[],
  now: EpochMs,
  before: number,
): Promise<number> {
  const expected = commands.map((command) => model.apply(command, now));
  const results = await ledger.batch(commands);
  assert.deepEqual(
    results.map(outcomeOf),
    expected.map((each) => (/^GV_/.test(each) ? each : 'ok')),
  );
  const entries = before + expected.filter((each) => each === 'changed').length;
  await compareBalances(ledger, model);
  // A grant is the one command that does something anew each time: it has no id, and fences off the one before.
  const repeatable = commands.at(-1)!;
  if (repeatable.kind !== 'grantLease') await ledger.batch([repeatable]);
  assert.equal((await ledger.entries()).length, entries, 'a repeat is in the log, or a change is not');
  return entries;
}

function outcomeOf(result: CommandResult): string {
  return result.ok ? 'ok' : result.error.code;
}

async function compareBalances(ledger: Ledger, model: LedgerModel): Promise<void> {
  const accounts = await ledger.accounts();
  assert.deepEqual(
    Object.fromEntries(
      accounts.map(({ id, cap, reserved, leased, settled }) => [id, { cap, reserved, leased, settled }]),
    ),
    Object.fromEntries([...model.caps].map(([id, cap]) => [id, { cap, ...model.balances(id) }])),
  );
  for (const { id, cap, reserved, leased, settled } of accounts)
    assert.ok(reserved + leased + settled <= cap, `${id} exceeds its cap`);
  for (const { id, account, drawn, state, memo, settled } of await ledger.reservations({})) {
    const row = model.reservations.get(id)!;
    assert.deepEqual(
      [account, drawn, state, memo, settled],
      [row.account, row.drawn, row.state, row.memo, row.paid],
    );
  }
}
