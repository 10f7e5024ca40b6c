import assert from 'node:assert/strict';
import { connect, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { EpochMs } from '../../src/kernel/index.ts';
import { type Ledger, openLedger, postgresStore } from '../../src/ledger/index.ts';
import { CTV, cause, NOON, reserve, usd, violations } from './ledger-harness.ts';

const clock = { now: () => NOON, monotonic: () => 0, sleep: () => Promise.resolve() };
const unavailable = { code: 'GV_LEDGER_UNAVAILABLE', recovery: 'transient', outcome: 'unknown' };

/** What only a server on the other end of a wire can do to us. `fresh` gives the URL of empty books. */
export function postgresFaults(fresh: () => Promise<string>): void {
  const check = (name: string, body: (context: TestContext) => Promise<void>) =>
    void test(`ledger on PostgreSQL: fault/B20 ${name}`, body);

  check('fault/D17 time is the server’s, whatever the clocks of its users say', async (context) => {
    const wrong = { ...clock, now: () => 0 as EpochMs };
    const ledger = await openLedger({ store: await postgresStore({ url: await fresh() }), clock: wrong });
    context.after(() => ledger.close());
    const before = await ledger.time();
    assert.ok(before > NOON - 365 * 86_400_000, 'not 1970');
    await ledger.open({ account: 'acme', cap: usd(1), cause });
    const [entry] = await ledger.entries();
    assert.ok(entry!.at >= before && entry!.at <= (await ledger.time()));
  });

  check('a server that is not there is an error at once', async () => {
    const { port, close } = await listen(createServer());
    await close();
    const url = `postgres://gavotte@127.0.0.1:${port}/postgres`;
    await assert.rejects(postgresStore({ url }), unavailable);
  });

  check(
    'a connection lost in the middle of a step leaves nothing behind, and is made anew',
    async (context) => {
      const url = await fresh();
      const ledger = await openBooks(url, context);
      const other = postgres(url, { max: 1 });
      context.after(() => other.end());
      await other.begin(async (step) => {
        // While this holds the head row, the ledger's step waits for it.
        await step`SELECT seq FROM ledger_head FOR UPDATE`;
        const lost = assert.rejects(reserve(ledger, 'r1', 10), unavailable);
        await killWaiting(step);
        await lost;
      });
      assert.equal(await ledger.reservation('r1'), undefined);
      await reserve(ledger, 'r1', 10);
      assert.deepEqual(await violations(ledger), []);
    },
  );

  check('a step whose answer is lost is unknown, and repeating it moves nothing', async (context) => {
    const url = await fresh();
    const direct = await openBooks(url, context);
    const wire = await breakableWire(Number(new URL(url).port));
    const ledger = await openBooks(url.replace(/:\d+\//, `:${wire.port}/`), context);
    // After the ledger, as it waits for what is connected.
    context.after(() => wire.close());
    wire.cutAfterNextWrite();
    await assert.rejects(reserve(ledger, 'r1', 10), unavailable);
    assert.equal((await direct.reservation('r1'))?.state, 'reserved', 'the server had done it');
    const entries = (await direct.entries()).length;
    await reserve(ledger, 'r1', 10);
    assert.equal((await direct.entries()).length, entries);
    assert.equal((await direct.account('acme'))!.reserved, usd(10).amountMicros);
  });

  check('connections that die again and again under a race lose and double nothing', async (context) => {
    const url = await fresh();
    const ledgers = [await openBooks(url, context), await openBooks(url, context)];
    const killer = postgres(url, { max: 1 });
    context.after(() => killer.end());
    let racing = true;
    const killing = (async () => {
      for (; racing; await sleep(3)) await killOthers(killer);
    })();
    await Promise.all(Array.from({ length: 60 }, (_none, id) => insist(ledgers[id % 2]!, `race-${id}`)));
    racing = false;
    await killing;
    const [ledger] = ledgers as [Ledger];
    await insist(ledger, 'after');
    assert.equal((await ledger.reservations({ state: 'reserved' })).length, 10);
    assert.deepEqual(await violations(ledger), []);
  });
}

/** Reserves a tenth of the cap, again and again while the outcome is unknown. */
async function insist(ledger: Ledger, id: string): Promise<void> {
  for (;;) {
    try {
      await reserve(ledger, id, 10);
      return;
    } catch (error) {
      const { code } = error as { code: string };
      if (code === 'GV_CAP_EXCEEDED') return;
      assert.equal(code, 'GV_LEDGER_UNAVAILABLE');
    }
  }
}

async function openBooks(url: string, context: TestContext): Promise<Ledger> {
  const ledger = await openLedger({ store: await postgresStore({ url }), clock });
  context.after(() => ledger.close());
  for (const account of ['acme', 'acme/spring', CTV]) await ledger.open({ account, cap: usd(100), cause });
  return ledger;
}

/** Ends every connection of the ledgers in this schema. */
async function killOthers(sql: postgres.Sql): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gavotte'`;
}

/** Ends every connection that waits for a lock which `step` holds, as soon as there is one. */
async function killWaiting(step: postgres.TransactionSql): Promise<void> {
  for (;;) {
    const killed = await step`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
    if (killed.length > 0) return;
    await sleep(5);
  }
}

/** A wire to the server that can break between a write and its answer. */
async function breakableWire(
  port: number,
): Promise<{ port: number; cutAfterNextWrite(): void; close(): Promise<void> }> {
  let armed = false;
  const server = createServer((near) => {
    let deaf = false;
    const far = connect(port, '127.0.0.1');
    near.on('data', (bytes) => {
      // Only a write carries entries, and they name the hash before them.
      if (armed && bytes.includes('previousHash')) {
        armed = false;
        deaf = true;
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (deaf) near.destroy();
      else near.write(bytes);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  const listening = await listen(server);
  return {
    ...listening,
    cutAfterNextWrite: () => {
      armed = true;
    },
  };
}

async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
