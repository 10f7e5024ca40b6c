import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tunedFor } from '../../adauction/index.ts';
import { TEAM_SCHEMA } from '../../delivery/index.ts';
import { Simulation } from '../../kernel/index.ts';
import { type PolicyFile, policyHash } from '../../neural/index.ts';
import { PolicyStore } from './policy-store.ts';

function policyOf(seed: number): PolicyFile {
  return { schema: TEAM_SCHEMA, networks: {}, tuning: { ...tunedFor('drift') }, provenance: { seed } };
}

/** A store on a simulated disk, and another one that reads the same folder. */
function stores() {
  const simulation = new Simulation({ seed: 1 });
  const { world } = simulation.boot('store', simulation.disk());
  const of = () => new PolicyStore({ storage: world.storage, clock: world.clock, folder: 'policies' });
  return { store: of(), other: of(), storage: world.storage };
}

test('a promoted policy retires the one that served; rolling back lets that serve again', async () => {
  const { store, other } = stores();
  const [first, second] = [
    await store.add(policyOf(1), 'ann', 'a'),
    await store.add(policyOf(2), 'ann', 'b'),
  ];
  await store.move(first, 'promoted', 'ann', 'it won');
  await store.move(second, 'promoted', 'ann', 'it won more');
  assert.equal((await other.promoted())?.hash, second);
  assert.equal((await other.find(first)).state, 'retired');
  assert.equal(await store.rollBack('bob', 'it does harm'), first);
  assert.equal((await other.promoted())?.hash, first);
  const { history } = await other.find(first);
  assert.deepEqual(
    history.map(({ to, actor }) => [to, actor]),
    [
      ['candidate', 'ann'],
      ['promoted', 'ann'],
      ['retired', 'ann'],
      ['promoted', 'bob'],
    ],
  );
});

test('steps that there are not are refused, and change nothing', async () => {
  const { store } = stores();
  const hash = await store.add(policyOf(1), 'ann', 'a');
  await store.move(hash, 'quarantined', 'gate', 'no gain');
  await assert.rejects(store.move(hash, 'promoted', 'ann', 'please'), /quarantined cannot be promoted/);
  await assert.rejects(store.rollBack('ann', 'please'), /no policy served before/);
  await assert.rejects(store.move('0'.repeat(64), 'promoted', 'ann', 'please'), /no policy 0/);
  assert.equal((await store.find(hash.slice(0, 8))).state, 'quarantined');
});

test('a policy is kept under its hash, once; a file that was changed is refused', async () => {
  const { store, storage } = stores();
  const hash = await store.add(policyOf(1), 'ann', 'a');
  assert.equal(hash, policyHash(policyOf(1)));
  assert.equal(await store.add(policyOf(1), 'bob', 'again'), hash);
  assert.equal((await store.list()).length, 1);
  const path = `policies/${hash}.json`;
  await storage.writeText(path, (await storage.readText(path)).replace('"seed":1', '"seed":7'));
  await assert.rejects(store.read(hash));
});

test('a step that a crash cut off was never taken, and the next one is read', async () => {
  const { store, storage } = stores();
  const hash = await store.add(policyOf(1), 'ann', 'a');
  const file = await storage.openFile('policies/journal.ndjson', 'append');
  await file.append(Buffer.from('{"at":1,"policy":"'));
  await file.close();
  assert.equal((await store.find(hash)).state, 'candidate');
  await store.move(hash, 'promoted', 'ann', 'it won');
  assert.equal((await store.promoted())?.hash, hash);
});
