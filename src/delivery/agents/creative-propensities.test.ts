import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RandomStream, randomStream } from '../../kernel/index.ts';
import { betaCdf, floorOfChance, thompsonChances } from './creative-propensities.ts';

/** A draw of Gamma(shape, 1) for shape ≥ 1 (Marsaglia & Tsang, 2000). */
function gamma(shape: number, random: RandomStream): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.float()) < 0.5 * normal * normal + d - d * v + d * Math.log(v))
      return d * v;
  }
}

function sampledChances(alphas: readonly number[], betas: readonly number[], draws: number): number[] {
  const random = randomStream('thompson');
  const wins = alphas.map(() => 0);
  for (let draw = 0; draw < draws; draw += 1) {
    const rates = alphas.map((alpha, i) => {
      const hit = gamma(alpha, random);
      return hit / (hit + gamma(betas[i]!, random));
    });
    wins[rates.indexOf(Math.max(...rates))]! += 1;
  }
  const floor = floorOfChance(alphas.length);
  return wins.map((won) => floor + (1 - alphas.length * floor) * (won / draws));
}

test('chances are those of drawing from the Betas, within 0.015', () => {
  const cases: [number[], number[]][] = [
    [
      [1, 1],
      [500, 500],
    ],
    [
      [4, 6],
      [2000, 2000],
    ],
    [
      [40, 60, 50],
      [20_000, 21_000, 22_000],
    ],
    [
      [1, 200],
      [100, 100_000],
    ],
    [
      [4, 4, 4, 4, 30],
      [2000, 1500, 2500, 2000, 10_000],
    ],
    [
      [3, 4],
      [5, 5],
    ],
  ];
  for (const [alphas, betas] of cases) {
    const sampled = sampledChances(alphas, betas, 20_000);
    for (const [i, chance] of thompsonChances(alphas, betas).entries())
      assert.ok(Math.abs(chance - sampled[i]!) < 0.015, `${alphas}: ${chance} for ${sampled[i]}`);
  }
});

test('Beta(2, 3) is followed within 0.005', () => {
  // Its distribution function is 6x² − 8x³ + 3x⁴.
  for (let x = 0.05; x < 1; x += 0.05)
    assert.ok(Math.abs(betaCdf(x, 2, 3) - (6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4)) < 0.005, `${x}`);
});

test('chances sum to 1, and none is below its floor', () => {
  const shape = fc.double({ min: 0.01, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(shape, shape), { minLength: 1, maxLength: 40 }), (arms) => {
      const chances = thompsonChances(
        arms.map(([alpha]) => alpha),
        arms.map(([, beta]) => beta),
      );
      const sum = chances.reduce((total, chance) => total + chance, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, String(sum));
      for (const chance of chances) assert.ok(chance >= floorOfChance(arms.length) - 1e-12);
    }),
  );
});

test('equals are chosen equally, and a clearly better one almost always', () => {
  for (const chance of thompsonChances([5, 5, 5, 5], [900, 900, 900, 900]))
    assert.ok(Math.abs(chance - 0.25) < 1e-9);
  assert.ok(thompsonChances([400, 100], [100_000, 100_000])[0]! > 0.979);
});
