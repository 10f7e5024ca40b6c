import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../kernel/index.ts';
import { Fatigue, PRIOR_KEPT } from './creative-fatigue.ts';

test('with nothing told, an exposure keeps 92 %', () => {
  const fatigue = new Fatigue();
  fatigue.refresh();
  assert.ok(Math.abs(fatigue.kept - PRIOR_KEPT) < 1e-5);
  assert.equal(fatigue.factor(0), 1);
  assert.ok(Math.abs(fatigue.factor(3) - PRIOR_KEPT ** 3) < 1e-5);
});

for (const kept of [0.75, 0.97])
  test(`κ = ${kept} is learned from clicks, whatever the click rate`, () => {
    for (const rate of [0.005, 0.05]) {
      const random = randomStream(`fatigue ${rate}`);
      const fatigue = new Fatigue();
      for (let impression = 0; impression < 400_000; impression += 1) {
        const exposures = Math.floor(random.float() ** 2 * 7);
        fatigue.shown(exposures);
        if (random.float() < rate * kept ** exposures) fatigue.clicked(exposures);
      }
      fatigue.refresh();
      assert.ok(Math.abs(fatigue.kept - kept) < 0.03, `${rate}: ${fatigue.kept}`);
    }
  });

test('factors never rise with exposures and stay within 0 and 1, whatever is told', () => {
  const event = fc.tuple(fc.boolean(), fc.oneof(fc.nat(20), fc.double()));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), (events) => {
      const fatigue = new Fatigue();
      for (const [clicked, exposures] of events)
        clicked ? fatigue.clicked(exposures) : fatigue.shown(exposures);
      fatigue.refresh();
      let last = 1;
      for (let exposures = 0; exposures < 12; exposures += 1) {
        const factor = fatigue.factor(exposures);
        assert.ok(factor > 0 && factor <= last, `${factor}`);
        last = factor;
      }
    }),
  );
});
