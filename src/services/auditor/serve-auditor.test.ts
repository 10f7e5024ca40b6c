import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Difference } from '../../audit/index.ts';
import { createRealWorld, currency, money } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { openSegmentedLog } from '../../outcomes/index.ts';
import { serveAuditor } from './serve-auditor.ts';

/** Far beyond what it takes, on a slow machine too. */
const MOST_MS = 60_000;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const { clock } = createRealWorld();
  const began = clock.monotonic();
  while (!(await isSo())) {
    assert.ok(clock.monotonic() - began < MOST_MS, 'it did not come');
    await clock.sleep(10);
  }
}

test('an auditor process tells what it found over HTTP and goes on after a restart', async (context) => {
  const open: (() => Promise<void>)[] = [];
  context.after(async () => {
    for (const close of open.reverse()) await close();
  });
  const folder = await mkdtemp(join(tmpdir(), 'gavotte-auditor-'));
  open.push(() => rm(folder, { recursive: true }));
  const world = createRealWorld();
  const path = join(folder, 'ledger.db');
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase(path)),
    clock: world.clock,
  });
  open.push(() => ledger.close());
  const outcomes = join(folder, 'outcomes');
  const log = await openSegmentedLog({ world, folder: outcomes });
  open.push(() => log.close());
  const cap = money(1_000_000, 'USD');
  const amount = money(500, 'USD');
  await ledger.open({ account: 'acme', cap, cause: 'plan:1' });
  await ledger.reserve({ id: 'book', account: 'acme', amount: cap, memo: '', cause: 'plan:1' });
  const pay = (bid: string) =>
    ledger.pay({ id: `bill:adx:${bid}`, reservation: 'book', amount, cause: `bid:${bid}` });
  const bill = (bid: string, micros: number) =>
    log.append([
      {
        version: 1,
        kind: 'billing',
        id: `billing:${bid}`,
        parent: bid,
        at: world.clock.now(),
        campaign: 'spring',
        exchange: 'adx',
        deal: '',
        creative: 'c1',
        cost: { amountMicros: money(micros, 'USD').amountMicros, currency: currency('USD') },
      },
    ]);
  const alerts: Difference[] = [];
  const options = {
    world,
    ledger,
    folders: [outcomes],
    state: join(outcomes, 'audit'),
    port: 0,
    host: '127.0.0.1',
    onDifference: (difference: Difference) => void alerts.push(difference),
  };
  const first = await serveAuditor(options);
  open.push(() => first.close());
  await pay('b1-1');
  await bill('b1-1', 500);
  await until(() => first.status().billings === 1 && first.status().moneyEvents === 2);
  await until(async () => (await fetch(`${first.url}/readyz`)).status === 200);
  assert.equal(alerts.length, 0);
  await open.pop()?.();

  const second = await serveAuditor(options);
  open.push(() => second.close());
  await pay('b1-2');
  await bill('b1-2', 501);
  await until(() => alerts.length > 0);
  assert.equal(alerts[0]!.kind, 'other-amount');
  const status = (await (await fetch(`${second.url}/status`)).json()) as { billings: number };
  assert.equal(status.billings, 2, 'those of before are counted once');
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  assert.match(metrics, /^gavotte_audit_differences\{kind="other-amount"\} 1$/m);
  assert.match(metrics, /^gavotte_ledger_imbalance\{currency="USD"\} 0$/m);
});
