import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { scenarioOf } from '../adauction/index.ts';
import { createRealWorld } from '../kernel/index.ts';
import { presetOf, trainingOf } from './presets.ts';
import { runTeam } from './team-run.ts';

const { storage, clock } = createRealWorld();
const folder = mkdtempSync(join(tmpdir(), 'gavotte-train-'));
after(() => rmSync(folder, { recursive: true }));

const whole = trainingOf(presetOf('marl-4'), scenarioOf('drift'), { seed: 3, iterations: 5, left: [] });
const TRAINING = { ...whole, shards: 3, shardDays: 2 };

function run(name: string, threads: number, { stopAfter = Infinity, resume = false } = {}) {
  const stopping = new AbortController();
  return runTeam(TRAINING, {
    storage,
    clock,
    folder: join(folder, name),
    threads,
    resume,
    signal: stopping.signal,
    onPoint: ({ iteration }) => {
      if (iteration >= stopAfter) stopping.abort();
    },
  });
}

const fileOf = (name: string, file: string) => readFileSync(join(folder, name, file), 'utf8');

/** The state that a run ended with, without its times. */
const stateOf = (name: string) =>
  (JSON.parse(fileOf(name, 'checkpoint.json')) as { state: { iteration: number } }).state;

test('inv/I10 a seed gives the same weights and policy, bit for bit, with any number of threads', async () => {
  const { isDone, best, points } = await run('one', 1);
  await run('two', 2);
  assert.ok(isDone && best !== null);
  assert.equal(points.length, 5);
  assert.equal(stateOf('one').iteration, 5);
  assert.deepEqual(stateOf('two'), stateOf('one'));
  assert.equal(fileOf('two', 'policy.json'), fileOf('one', 'policy.json'));
});

test('a training that is stopped and resumed ends with the bytes of one that was not', async () => {
  const stopped = await run('stopped', 2, { stopAfter: 2 });
  assert.equal(stopped.isDone, false);
  const { iteration } = stateOf('stopped');
  assert.ok(iteration >= 2 && iteration < 5, `stopped after ${iteration}`);
  const { isDone, points } = await run('stopped', 1, { resume: true });
  assert.equal(isDone, true);
  assert.deepEqual(
    points.map((point) => point.iteration),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual(stateOf('stopped'), stateOf('one'));
  assert.equal(fileOf('stopped', 'policy.json'), fileOf('one', 'policy.json'));
});

test('a checkpoint that was changed, or is missing, is not gone on from', async () => {
  await assert.rejects(run('none', 1, { resume: true }), { code: 'GV_BAD_INPUT', message: /none/ });
  await run('changed', 1, { stopAfter: 1 });
  const path = join(folder, 'changed', 'checkpoint.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"iteration":', '"iteration":1'));
  await assert.rejects(run('changed', 1, { resume: true }), { code: 'GV_BAD_INPUT', message: /hash/ });
});
