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

const MOST_MS = 10_000;

async function until(isSo: () => boolean): Promise<number> {
  const { clock } = createRealWorld();
  const began = clock.monotonic();
  while (!isSo()) {
    assert.ok(clock.monotonic() - began < MOST_MS, 'it did not come');
    await clock.sleep(10);
  }
  return clock.monotonic() - began;
}

test('an auditor process tells what it found over HTTP, within a second, and goes on after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gavotte-auditor-'));
  const world = createRealWorld();
  const path = join(folder, 'ledger.db');
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase(path)),
    clock: world.clock,
  });
  const outcomes = join(folder, 'outcomes');
  const log = await openSegmentedLog({ world, folder: outcomes });
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
  await pay('b1-1');
  await bill('b1-1', 500);
  await until(() => first.status().billings === 1 && first.status().moneyEvents === 2);
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200);
  assert.equal(alerts.length, 0);
  await first.close();

  const second = await serveAuditor(options);
  await pay('b1-2');
  await bill('b1-2', 501);
  assert.ok((await until(() => alerts.length > 0)) <= 1_000);
  assert.equal(alerts[0]!.kind, 'other-amount');
  const status = (await (await fetch(`${second.url}/status`)).json()) as { billings: number };
  assert.equal(status.billings, 2, 'those of before are counted once');
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  assert.match(metrics, /^gavotte_audit_differences\{kind="other-amount"\} 1$/m);
  assert.match(metrics, /^gavotte_ledger_imbalance\{currency="USD"\} 0$/m);
  await second.close();
  await log.close();
  await ledger.close();
  await rm(folder, { recursive: true });
});
