import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GavotteError } from '../errors.ts';
import type { HttpRequest, HttpResponse, World } from '../world.ts';
import { CALM_NETWORK, type NetworkFaults } from './network.ts';
import type { SimulatedProcess } from './process.ts';
import { Simulation } from './simulation.ts';

const ORIGIN = 'https://seller.example';
const LIMIT_MS = 60_000;
const request = (path = '/api/v1/deals/abc1'): HttpRequest => ({
  method: 'POST',
  url: `${ORIGIN}${path}`,
  headers: {},
  body: '{}',
});
const send = (world: World, signal = new AbortController().signal) =>
  world.network.request(request(), { signal });

/** A simulation with one seller that counts what reaches it. */
function withSeller(seed = 1, faults: Partial<NetworkFaults> = {}) {
  const simulation = new Simulation({ seed });
  simulation.network.faults = { ...CALM_NETWORK, ...faults };
  const arrived: number[] = [];
  simulation.network.attach(ORIGIN, async (): Promise<HttpResponse> => {
    arrived.push(simulation.scheduler.elapsedMs);
    return { status: 200, headers: {}, body: 'ok' };
  });
  return { simulation, arrived };
}

describe('time', () => {
  test('work that waits for hours ends at once', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { clock } = simulation.peer('p');
    const before = clock.now();
    await simulation.run(clock.sleep(7 * 3_600_000), 8 * 3_600_000);
    assert.equal(clock.now() - before, 7 * 3_600_000);
  });

  test('work that never ends is an error, not a hanging test', async () => {
    const simulation = new Simulation({ seed: 1 });
    await assert.rejects(simulation.run(new Promise(() => {}), 1_000), { code: 'GV_TIMEOUT' });
    await assert.rejects(simulation.run(simulation.peer('p').clock.sleep(2_000), 1_000), {
      code: 'GV_TIMEOUT',
    });
  });

  test('what work throws comes out, undefined included', async () => {
    const simulation = new Simulation({ seed: 1 });
    await assert.rejects(simulation.run(Promise.reject(new Error('x')), 1), { message: 'x' });
    const nothing = await simulation.run(Promise.reject(undefined), 1).then(
      () => 'returned',
      (error: unknown) => error,
    );
    assert.equal(nothing, undefined);
  });

  test('pass lets everything due happen and then stands at its end', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { clock } = simulation.peer('p');
    const ended: number[] = [];
    void clock
      .sleep(10)
      .then(() => clock.sleep(10))
      .then(() => ended.push(clock.monotonic()));
    await simulation.pass(100);
    assert.deepEqual(ended, [20]);
    assert.equal(simulation.scheduler.elapsedMs, 100);
  });
});

describe('network', () => {
  test('a calm network carries a request once and brings the answer', async () => {
    const { simulation, arrived } = withSeller();
    const { world } = simulation.boot('desk', simulation.disk());
    assert.equal((await simulation.run(send(world), LIMIT_MS)).body, 'ok');
    assert.equal(arrived.length, 1);
  });

  const ends: readonly [Partial<NetworkFaults>, string, number][] = [
    [{ refused: 1 }, 'GV_NETWORK_REFUSED', 0],
    [{ lostRequest: 1 }, 'GV_NETWORK_LOST', 0],
    [{ lostResponse: 1 }, 'GV_NETWORK_LOST', 1],
  ];
  for (const [fault, code, times] of ends) {
    test(`${Object.keys(fault).join()} ends as ${code}, and the peer hears it ${times} times`, async () => {
      const { simulation, arrived } = withSeller(1, fault);
      const { world } = simulation.boot('desk', simulation.disk());
      await assert.rejects(simulation.run(send(world), LIMIT_MS), { code });
      assert.equal(arrived.length, times);
      assert.equal(simulation.network.struck.get(Object.keys(fault)[0]!), 1);
    });
  }

  test('a duplicated request arrives twice, the second after the first answer', async () => {
    const { simulation, arrived } = withSeller(1, { duplicated: 1 });
    const { world } = simulation.boot('desk', simulation.disk());
    await simulation.run(send(world), LIMIT_MS);
    await simulation.pass(LIMIT_MS);
    assert.equal(arrived.length, 2);
  });

  test('a request that is held up arrives although its caller has given up', async () => {
    const { simulation, arrived } = withSeller(1, { heldUp: 1, heldUpMs: 5_000 });
    const { world } = simulation.boot('desk', simulation.disk());
    const caller = new AbortController();
    const waiting = send(world, caller.signal);
    void world.clock.sleep(100).then(() => caller.abort());
    await assert.rejects(simulation.run(waiting, LIMIT_MS), { code: 'GV_CANCELLED' });
    assert.equal(arrived.length, 0);
    await simulation.pass(LIMIT_MS);
    assert.equal(arrived.length, 1);
  });

  test('nobody at an origin is a refused connection', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { world } = simulation.boot('desk', simulation.disk());
    await assert.rejects(simulation.run(send(world), LIMIT_MS), { code: 'GV_NETWORK_REFUSED' });
  });
});

describe('replay', () => {
  const stormy = {
    refused: 0.2,
    lostRequest: 0.2,
    lostResponse: 0.2,
    duplicated: 0.3,
    heldUp: 0.1,
    heldUpMs: 900,
  };

  async function history(seed: number): Promise<string> {
    const { simulation, arrived } = withSeller(seed, stormy);
    const { world } = simulation.boot('desk', simulation.disk());
    const work = Promise.all(
      Array.from({ length: 50 }, () =>
        send(world).then(
          () => 'ok',
          (error: GavotteError) => error.code,
        ),
      ),
    );
    const answers = await simulation.run(work, LIMIT_MS);
    await simulation.pass(LIMIT_MS);
    return JSON.stringify({ answers, arrived });
  }

  test('one seed is one history, another seed another (law 4)', async () => {
    const first = await history(1);
    assert.equal(await history(1), first);
    assert.notEqual(await history(2), first);
  });
});

describe('processes', () => {
  /** Writes 1, calls the seller, writes 2. */
  async function program(process: SimulatedProcess): Promise<void> {
    const { world } = process;
    const database = world.storage.openDatabase('ledger.db');
    database.exec('CREATE TABLE IF NOT EXISTS t (x INTEGER)');
    const write = (value: number) =>
      database.transaction(() => database.prepare('INSERT INTO t VALUES (?)').run(value));
    process.activity = 'intent';
    write(1);
    await send(world);
    process.activity = 'commit';
    write(2);
  }

  async function runAndCrash(index: number) {
    const { simulation, arrived } = withSeller();
    const disk = simulation.disk();
    const process = simulation.boot('desk', disk);
    process.crashWhen((_point, at) => at === index);
    const ended = program(process).then(
      () => 'ended',
      () => 'threw',
    );
    const outcome = await simulation.run(Promise.race([ended, process.crashed]), LIMIT_MS);
    await simulation.pass(LIMIT_MS);
    const database = simulation.boot('desk', disk).world.storage.openDatabase('ledger.db');
    const rows = database.prepare('SELECT x FROM t ORDER BY x').all();
    return { outcome, rows: rows.map((row) => row.x), arrived: arrived.length, passed: process.passed };
  }

  test('passes named places, before and after each call', async () => {
    const { outcome, passed, rows } = await runAndCrash(-1);
    assert.equal(outcome, 'ended');
    assert.deepEqual(rows, [1, 2]);
    assert.deepEqual(
      passed.map(({ name, side }) => `${side} ${name}`),
      [
        'before disk commit: intent',
        'after disk commit: intent',
        'before network POST /api/v1/deals/{id}',
        'after network POST /api/v1/deals/{id}',
        'before disk commit: commit',
        'after disk commit: commit',
      ],
    );
  });

  // What is on the disk and at the seller after a crash at each of those places.
  const left: readonly [number[], number][] = [
    [[], 0],
    [[1], 0],
    [[1], 0],
    [[1], 1],
    [[1], 1],
    [[1, 2], 1],
  ];
  left.forEach(([disk, requests], index) => {
    test(`a crash at place ${index} leaves ${JSON.stringify(disk)} and ${requests} requests`, async () => {
      const { outcome, rows, arrived } = await runAndCrash(index);
      assert.notEqual(outcome, 'ended');
      assert.deepEqual(rows, disk);
      assert.equal(arrived, requests);
    });
  });

  test('each process has chance of its own, which another process does not shift', () => {
    const alone = new Simulation({ seed: 1 });
    const first = alone.boot('a', alone.disk()).world.random.uint32();
    const crowded = new Simulation({ seed: 1 });
    crowded.boot('b', crowded.disk()).world.random.uint32();
    assert.equal(crowded.boot('a', crowded.disk()).world.random.uint32(), first);
  });

  test('files survive as they were last written', async () => {
    const simulation = new Simulation({ seed: 1 });
    const disk = simulation.disk();
    await simulation.run(simulation.boot('a', disk).world.storage.writeText('plan.json', '{}'), LIMIT_MS);
    const { storage } = simulation.boot('a', disk).world;
    assert.equal(await simulation.run(storage.readText('plan.json'), LIMIT_MS), '{}');
    await assert.rejects(simulation.run(storage.readText('other.json'), LIMIT_MS), { code: 'GV_BAD_INPUT' });
  });
});
