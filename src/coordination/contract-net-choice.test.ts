import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bestProposal, type Proposal } from './contract-net-choice.ts';

const value = fc.oneof(
  fc.double(),
  fc.constantFrom<unknown>(
    1e12,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    -0,
    null,
    undefined,
    '9e99',
    {},
    [1],
  ),
);
const proposals = fc.uniqueArray(fc.record({ worker: fc.string({ minLength: 1, maxLength: 3 }), value }), {
  selector: ({ worker }) => worker,
  maxLength: 8,
});

test('fault/D15: whatever is proposed, the winner counts for no more than its limit, and no honest one was better', () => {
  const limits = fc.func(fc.oneof(fc.double(), fc.constant(10)));
  fc.assert(
    fc.property(proposals, limits, (given: readonly Proposal[], limitOf) => {
      const best = bestProposal('t', 1, given, limitOf);
      const counted = given.flatMap(({ worker, value: said }) =>
        typeof said === 'number' && said >= 0 && Number.isFinite(said)
          ? [Math.min(said, limitOf(worker) > 0 ? limitOf(worker) : 0) + 0]
          : [],
      );
      assert.equal(best === undefined, counted.length === 0);
      if (best !== undefined) assert.equal(best.value, Math.max(...counted));
    }),
  );
});

test('fault/D15: a tie is decided the same in whatever order proposals came', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(names, (workers) => {
      const tied = workers.map((worker) => ({ worker, value: 1e12 }));
      const first = bestProposal('t', 1, tied, () => 5);
      assert.deepEqual(
        bestProposal('t', 1, tied.toReversed(), () => 5),
        first,
      );
      assert.equal(first?.value, 5);
    }),
  );
});

test('fault/D15: of equals no name wins more than its share of tasks', () => {
  const wins = new Map<string, number>();
  const tied = ['aaa', 'mmm', 'zzz'].map((worker) => ({ worker, value: 1 }));
  for (let task = 0; task < 3_000; task += 1) {
    const { worker } = bestProposal(`t${task}`, 1, tied, () => 1)!;
    wins.set(worker, (wins.get(worker) ?? 0) + 1);
  }
  for (const [worker, won] of wins) assert.ok(won > 900 && won < 1_100, `${worker} won ${won} of 3,000`);
});
