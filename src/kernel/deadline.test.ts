import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapBounded, withDeadline } from './deadline.ts';
import { Simulation } from './simulated/simulation.ts';
import type { Clock } from './world.ts';

function virtualTime(): { clock: Clock; simulation: Simulation } {
  const simulation = new Simulation({ seed: 1 });
  return { simulation, clock: simulation.peer('test').clock };
}

describe('withDeadline', () => {
  test('gives what the work gives, and leaves no timer behind', async () => {
    const { clock, simulation } = virtualTime();
    const work = withDeadline(clock, 1_000, undefined, async () => {
      await clock.sleep(10);
      return 'done';
    });
    assert.equal(await simulation.run(work, 60_000), 'done');
    assert.equal(simulation.scheduler.elapsedMs, 10);
    await simulation.pass(5_000);
    assert.equal(simulation.scheduler.advance(10_000), false);
  });

  test('ends at the deadline even if the work ignores its signal', async () => {
    const { clock, simulation } = virtualTime();
    const work = withDeadline(clock, 1_000, undefined, () => clock.sleep(3_600_000));
    await assert.rejects(simulation.run(work, 60_000), {
      code: 'GV_TIMEOUT',
      message: 'no answer within 1000 ms',
    });
    assert.equal(simulation.scheduler.elapsedMs, 1_000);
  });

  test('tells the work to stop at the deadline', async () => {
    const { clock, simulation } = virtualTime();
    let signal: AbortSignal | undefined;
    const work = withDeadline(clock, 5, undefined, (given) => {
      signal = given;
      return new Promise<never>(() => {});
    });
    await assert.rejects(simulation.run(work, 60_000), { code: 'GV_TIMEOUT' });
    assert.equal(signal?.aborted, true);
  });

  test('ends as soon as the caller cancels', async () => {
    const { clock, simulation } = virtualTime();
    const caller = new AbortController();
    const work = withDeadline(clock, 1_000, caller.signal, () => new Promise<never>(() => {}));
    const cancelling = clock.sleep(7).then(() => caller.abort());
    await assert.rejects(simulation.run(work, 60_000), { code: 'GV_CANCELLED' });
    await cancelling;
    assert.equal(simulation.scheduler.elapsedMs, 7);
  });

  test('does not begin for a caller that has cancelled already', async () => {
    const { clock } = virtualTime();
    let began = false;
    const work = withDeadline(clock, 1_000, AbortSignal.abort(), async () => {
      began = true;
    });
    await assert.rejects(work, { code: 'GV_CANCELLED' });
    assert.equal(began, false);
  });

  test('passes on what the work throws, also before its first await', async () => {
    const { clock } = virtualTime();
    await assert.rejects(
      withDeadline(clock, 1_000, undefined, () => {
        throw new Error('at once');
      }),
      { message: 'at once' },
    );
  });

  test('work that fails after the deadline harms nobody', async () => {
    const { clock, simulation } = virtualTime();
    const work = withDeadline(clock, 5, undefined, async () => {
      await clock.sleep(50);
      throw new Error('too late to matter');
    });
    await assert.rejects(simulation.run(work, 60_000), { code: 'GV_TIMEOUT' });
    await simulation.pass(100);
  });

  test('a signal used many times collects no listeners', async () => {
    const { clock } = virtualTime();
    let listening = 0;
    const caller = new AbortController().signal;
    const { addEventListener, removeEventListener } = caller;
    caller.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
      listening += 1;
      addEventListener.apply(caller, args);
    };
    caller.removeEventListener = (...args: Parameters<AbortSignal['removeEventListener']>) => {
      listening -= 1;
      removeEventListener.apply(caller, args);
    };
    for (let index = 0; index < 20; index += 1) {
      await withDeadline(clock, 1_000, caller, () => Promise.resolve(index));
    }
    assert.equal(listening, 0);
  });
});

describe('mapBounded', () => {
  test('never runs more than its limit at once, and keeps the order', async () => {
    const { clock, simulation } = virtualTime();
    let running = 0;
    let most = 0;
    const work = mapBounded([30, 10, 20, 5, 1], 2, async (ms, index) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(ms);
      running -= 1;
      return `${index}:${ms}`;
    });
    assert.deepEqual(await simulation.run(work, 60_000), ['0:30', '1:10', '2:20', '3:5', '4:1']);
    assert.equal(most, 2);
    assert.equal(simulation.scheduler.elapsedMs, 35);
  });

  test('nothing in, nothing out', async () => {
    assert.deepEqual(await mapBounded([], 4, () => Promise.resolve(1)), []);
  });

  test('a limit below one is a programmer’s error, not an empty answer', async () => {
    for (const limit of [0, -1, Number.NaN]) {
      await assert.rejects(
        mapBounded([1], limit, () => Promise.resolve(1)),
        { code: 'GV_INTERNAL' },
      );
    }
  });

  test('passes on the first failure, and begins nothing after it', async () => {
    const begun: number[] = [];
    const work = mapBounded([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 2) throw new Error('two');
    });
    await assert.rejects(work, { message: 'two' });
    assert.deepEqual(begun, [1, 2, 3]);
  });
});
