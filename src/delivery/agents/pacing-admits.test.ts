import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { admits } from './pacing-admits.ts';

test('a share of 0 admits nothing and a share of 1 everything', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.nat(5_000),
      (id, campaign) => !admits(id, campaign, 0) && admits(id, campaign, 1),
    ),
  );
});

test('what a share admits a larger share admits', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string(), fc.nat(5_000), share, share, (id, campaign, a, b) => {
      if (admits(id, campaign, Math.min(a, b))) assert.ok(admits(id, campaign, Math.max(a, b)));
    }),
  );
});

for (const [kind, idOf] of [
  ['counted', (index: number) => `req-${index}`],
  ['hexadecimal', (index: number) => (index * 2_654_435_761).toString(16).padStart(32, '0')],
  ['long and equal at the beginning', (index: number) => `${'x'.repeat(500)}${index}`],
] as const)
  test(`ids that are ${kind} are admitted at their share, each campaign for itself`, () => {
    const counts = [0, 0];
    let both = 0;
    for (let index = 0; index < 20_000; index += 1) {
      const first = admits(idOf(index), 0, 0.3);
      const second = admits(idOf(index), 1, 0.3);
      counts[0]! += first ? 1 : 0;
      counts[1]! += second ? 1 : 0;
      both += first && second ? 1 : 0;
    }
    for (const count of counts) assert.ok(Math.abs(count / 20_000 - 0.3) < 0.015, String(count));
    assert.ok(Math.abs(both / 20_000 - 0.09) < 0.01, String(both));
  });
