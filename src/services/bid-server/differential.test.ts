import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../kernel/index.ts';
import { disagreement, drawCase, NodeReader, readByUs } from './testing/differential.ts';

const SEED = 20_261_123;
const CASES = 2_000;

test("fuzz: whatever bytes in whatever pieces, we see Node's requests or refuse before", async () => {
  const node = new NodeReader();
  let accepted = 0;
  for (let index = 0; index < CASES; index += 1) {
    const { pieces, valid } = drawCase(randomStream(`${SEED}:${index}`));
    const ours = await readByUs(pieces);
    const wrong = disagreement(ours, await node.read(pieces));
    const bytes = JSON.stringify(pieces.map((piece) => piece.toString('latin1')));
    assert.equal(wrong, undefined, `seed ${SEED}:${index}: ${bytes}`);
    if (valid !== undefined) assert.equal(ours.length, valid, `seed ${SEED}:${index}: ${bytes}`);
    accepted += ours.length;
  }
  assert.ok(accepted > CASES / 2, `only ${accepted} requests were accepted`);
});
