import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { root } from '../scripts/lib/node24.mjs';
import { findTestPython, type TestPython } from '../scripts/python.ts';
import { scenarioOf } from '../src/adauction/index.ts';
import { CartPole, FAST, presetOf, Trainer, trainingOf, unsharded } from '../src/learning/index.ts';
import { trainInThreads } from '../src/learning/train-in-threads.ts';

const SCENARIO = 'drift';
const SIDE_BY_SIDE = 64;
/** Mean return is that of the last episodes. */
const LAST_EPISODES = 100;

/** How far a training was. */
interface Point {
  readonly seconds: number;
  /** Steps of environments: of AdAuction a tick of a day, which is 12 campaigns of 4 roles. */
  readonly environmentSteps: number;
  /** Of cart and pole steps until it falls; of AdAuction the roles’ sums over a day, mean of campaigns. */
  readonly meanReturn: number;
}

/**
 * Environment steps a second of training end to end, on all cores: Ray RLlib’s PPO and ours, one after the other, with
 * the same networks, batches, epochs and minibatches. RLlib has AdAuction through `python/`, and Gymnasium’s CartPole.
 */
export async function rllibBench(): Promise<object> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const seconds = Number(values.seconds);
  const python = findTestPython('examples/rllib-requirements.txt');
  if (python === undefined) return { notRun: 'Ray RLlib is not installed; `npm run test:rllib` installs it' };
  const [ours, theirs] = [await adAuction(seconds), await theirAdAuction(python, seconds)];
  const [ourPoles, theirPoles] = [cartPole(seconds), await theirCartPole(python, seconds)];
  return {
    cores: availableParallelism(),
    adAuction: compared(ours, theirs),
    cartPole: compared(ourPoles, theirPoles),
  };
}

function compared(ours: readonly Point[], rllib: readonly Point[]): object {
  return {
    ours: summary(ours),
    rllib: summary(rllib),
    timesFaster: Math.round((10 * summary(ours).stepsPerSecond) / summary(rllib).stepsPerSecond) / 10,
  };
}

/** Without the first iteration, in which code is compiled and workers are started. */
function summary(points: readonly Point[]) {
  const [first, last] = [points[0]!, points.at(-1)!];
  const steps = last.environmentSteps - first.environmentSteps;
  return {
    stepsPerSecond: Math.round(steps / (last.seconds - first.seconds)),
    environmentSteps: last.environmentSteps,
    seconds: Math.round(last.seconds),
    meanReturn: { first: first.meanReturn, last: last.meanReturn },
  };
}

async function adAuction(seconds: number): Promise<readonly Point[]> {
  const given = { seed: 1, iterations: 1_000_000, left: [] };
  const training = trainingOf(presetOf('marl-4'), scenarioOf(SCENARIO), given);
  const points: Point[] = [];
  const stop = new AbortController();
  const since = stopwatch();
  await trainInThreads(training, {
    threads: availableParallelism(),
    from: null,
    every: Number.MAX_SAFE_INTEGER,
    signal: stop.signal,
    onIteration: ({ agentSteps, rewards }) => {
      const sum = Object.values(rewards).reduce((total, each) => total + each, 0);
      points.push({ seconds: since(), environmentSteps: agentSteps / 12, meanReturn: 48 * sum });
      if (since() > seconds) stop.abort();
    },
    onState: () => {},
  });
  return points;
}

function cartPole(seconds: number): readonly Point[] {
  const env = new CartPole({ episodes: SIDE_BY_SIDE, seed: 1 });
  const config = { ...FAST, discount: 0.99, horizon: SIDE_BY_SIDE };
  const stages = [{ roles: ['cart'], share: 1, rate: 1 }];
  const trainer = new Trainer(
    { config, seed: 1, iterations: 1_000_000, stages, episodes: 1e9 },
    unsharded(env),
  );
  const points: Point[] = [];
  const since = stopwatch();
  while (since() < seconds) {
    const { agentSteps } = trainer.next();
    const last = env.lengths.slice(-LAST_EPISODES);
    const meanReturn = last.reduce((sum, each) => sum + each, 0) / last.length;
    points.push({ seconds: since(), environmentSteps: agentSteps, meanReturn });
  }
  return points;
}

async function theirAdAuction(python: TestPython, seconds: number): Promise<readonly Point[]> {
  const out = mkdtempSync(join(tmpdir(), 'gavotte-rllib-'));
  try {
    const how = ['--minutes', `${seconds / 60}`, '--days', `${SIDE_BY_SIDE}`, '--runners', runners];
    const script = 'examples/rllib_multi_agent.py';
    return await pointsOf(python, [script, '--scenario', SCENARIO, '--out', out, ...how]);
  } finally {
    rmSync(out, { recursive: true });
  }
}

function theirCartPole(python: TestPython, seconds: number): Promise<readonly Point[]> {
  const script = 'bench/peers/python/rllib_cartpole.py';
  return pointsOf(python, [script, '--seconds', `${seconds}`, '--runners', runners]);
}

/** One process learns, the others play. */
const runners = `${Math.max(1, availableParallelism() - 1)}`;

/** The iterations that a script prints, one JSON object a line. @throws when it fails, with what it said last. */
async function pointsOf({ command, env }: TestPython, args: readonly string[]): Promise<readonly Point[]> {
  const PYTHONPATH = [join(root, 'python'), env.PYTHONPATH ?? ''].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PYTHONPATH, PYTHONWARNINGS: 'ignore', RAY_USAGE_STATS_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const points: Point[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const found = JSON.parse(line) as Partial<Point>;
    if (found.environmentSteps !== undefined) points.push(found as Point);
  }
  if ((await ended) !== 0) throw new Error(`${args[0]} failed: ${said}`);
  return points;
}

function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt) / 1_000;
}
