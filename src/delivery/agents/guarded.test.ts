import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import type { Policy } from './agent.ts';
import { FAULTS_TO_QUARANTINE, guarded, type Learned, SLOWEST_DECISION_MS } from './guarded.ts';

const random = randomStream(1);
const baseline: Policy<number, number> = { name: 'baseline', version: '1', act: (value) => value / 2 };
const isBid = (action: number, value: number) => Number.isFinite(action) && action >= 0 && action <= value;

/** What the clock of these tests shows. */
let now = 0;

function learned(act: (value: number) => number): Learned<number, number> {
  return { policy: { name: 'learned', version: '7', act }, clock: { monotonic: () => now } };
}

test('a policy within bounds decides alone', () => {
  const policy = guarded(
    learned((value) => value - 1),
    baseline,
    isBid,
  );
  assert.equal(policy.act(10, random), 9);
  assert.equal(policy.faults, 0);
  assert.equal(policy.name, 'learned');
});

test('fault/D14 whatever comes out, the action is valid, and the third fault is the last', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true });
  fc.assert(
    fc.property(fc.array(anything, { minLength: 4, maxLength: 12 }), (answers) => {
      let asked = 0;
      const policy = guarded(
        learned(() => {
          asked += 1;
          return answers[asked - 1] as number;
        }),
        baseline,
        isBid,
      );
      for (const _ of answers) assert.ok(isBid(policy.act(10, random), 10));
      const faulty = answers.slice(0, asked).filter((answer) => !isBid(answer as number, 10)).length;
      assert.equal(policy.faults, faulty);
      assert.equal(policy.quarantined !== null, faulty === FAULTS_TO_QUARANTINE);
    }),
  );
});

test('fault/D14 NaN, infinite, huge and thrown are replaced by the baseline in the same decision', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, '5' as unknown as number]) {
    const policy = guarded(
      learned(() => bad),
      baseline,
      isBid,
    );
    assert.equal(policy.act(10, random), 5);
    assert.equal(policy.faults, 1);
  }
  const thrower = guarded(
    learned(() => {
      throw {
        toString: () => {
          throw new Error('again');
        },
      };
    }),
    baseline,
    isBid,
  );
  assert.equal(thrower.act(10, random), 5);
});

test('fault/D14 after three faults only the baseline is asked, and the reason is kept, in short', () => {
  let asked = 0;
  const policy = guarded(
    learned(() => {
      asked += 1;
      throw new Error('x'.repeat(1_000_000));
    }),
    baseline,
    isBid,
  );
  for (let index = 0; index < 10; index += 1) assert.equal(policy.act(10, random), 5);
  assert.equal(asked, 3);
  assert.equal(policy.name, 'baseline');
  assert.match(policy.quarantined ?? '', /^learned 7 threw: xxx/);
  assert.ok((policy.quarantined ?? '').length <= 200);
});

test('fault/D14 a slow answer is used, and the third is the last', () => {
  const policy = guarded(
    learned((value) => {
      now += SLOWEST_DECISION_MS + 950;
      return value;
    }),
    baseline,
    isBid,
  );
  for (let index = 0; index < 3; index += 1) assert.equal(policy.act(10, random), 10);
  assert.match(policy.quarantined ?? '', /took 1000 ms/);
  assert.equal(policy.act(10, random), 5);
  assert.equal(policy.faults, 3);
});

test('a check that throws is a refusal', () => {
  const policy = guarded(
    learned(() => 3),
    baseline,
    () => {
      throw new Error('no shape');
    },
  );
  assert.equal(policy.act(10, random), 5);
});
