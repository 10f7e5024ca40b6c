import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Simulation } from '../../kernel/index.ts';
import { FilePool } from './file-pool.ts';
import { GrowingIndex, StoredIndex } from './segment-index.ts';

test('an index finds the places of every hash, growing and stored, clustered hashes and all', async () => {
  const hash = fc.oneof(fc.nat({ max: 7 }), fc.integer({ min: 0, max: 0xffff_ffff }));
  const property = fc.asyncProperty(fc.array(hash, { maxLength: 3_000 }), async (hashes) => {
    const growing = new GrowingIndex();
    for (const [at, each] of hashes.entries()) growing.add(each, 8 + 50 * at);
    const simulation = new Simulation({ seed: 1 });
    const { storage } = simulation.boot('p', simulation.disk()).world;
    await storage.writeBytes('0.index', growing.encode(12_345, 1_795_000_000_123));
    const stored = (await StoredIndex.open(new FilePool(storage), '0.index'))!;
    assert.deepEqual(
      [stored.count, stored.size, stored.sealedAt],
      [hashes.length, 12_345, 1_795_000_000_123],
    );
    const wanted = hashes.map((_each, at) => 8 + 50 * at);
    for (const index of [growing, stored]) {
      assert.deepEqual([...(await index.positions())], wanted);
      for (const each of [...hashes.slice(0, 20), 99]) {
        const places = [...(await index.positionsOf(each))].sort((a, b) => a - b);
        assert.deepEqual(
          places,
          wanted.filter((_place, at) => hashes[at] === each),
        );
      }
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

test('an index that is cut short or of another version is none', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { storage } = simulation.boot('p', simulation.disk()).world;
  const whole = new GrowingIndex().encode(8, 0);
  const other = Uint8Array.from(whole);
  other[4] = 2;
  for (const bytes of [whole.subarray(0, 10), whole.subarray(0, whole.length - 1), other]) {
    await storage.writeBytes('0.index', bytes);
    assert.equal(await StoredIndex.open(new FilePool(storage), '0.index'), undefined);
  }
  assert.equal(await StoredIndex.open(new FilePool(storage), 'none.index'), undefined);
});
