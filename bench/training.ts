import { parseArgs } from 'node:util';
import { AdAuction, scenarioOf, tunedFor } from '../src/adauction/index.ts';
import { LocalGathering } from '../src/learning/gathering.ts';
import {
  CartPole,
  FAST,
  PAPER,
  Trainer,
  type TrainingConfig,
  trainingOf,
  unsharded,
} from '../src/learning/index.ts';
import { allShards, trainerOf } from '../src/learning/team-training.ts';
import { spread } from './stats.ts';

const RUNS = 5;
const DAYS = 64;

/**
 * Agent-steps a second on one core (an agent-step is one campaign for one tick): AdAuction alone, and training end to end
 * with the settings `FAST` and `PAPER`; steps of cart and pole, whose time goes into the networks.
 */
export function trainingBench(): object {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: `${RUNS}` }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const measured = {
    simulator: simulator(),
    fast: training(FAST),
    paper: training(PAPER),
    cartPole: cartPole(),
  };
  for (const measure of Object.values(measured)) measure();
  const rows = Array.from({ length: Number(values.runs) }, () =>
    Object.fromEntries(Object.entries(measured).map(([name, measure]) => [name, measure()])),
  );
  const of = (name: keyof typeof measured) => spread(rows.map((row) => row[name]!));
  return {
    simulatorStepsPerSecond: of('simulator'),
    trainingStepsPerSecond: { fast: of('fast'), paper: of('paper') },
    cartPoleStepsPerSecond: of('cartPole'),
    aims: { simulatorStepsPerSecond: 1e6, trainingStepsPerSecond: { fast: 100_000, paper: 15_000 } },
  };
}

function simulator(): () => number {
  const scenario = scenarioOf('deals');
  const env = new AdAuction({ scenario, seed: 1, episodes: DAYS, tuning: tunedFor(scenario.name) });
  let day = 0;
  return () =>
    perCpuSecond(() => {
      env.begin(day, 0);
      day += DAYS;
      for (let tick = 0; tick < env.episodeSteps; tick += 1) env.step();
      return DAYS * env.slots * env.episodeSteps;
    });
}

function training(config: TrainingConfig): () => number {
  const preset = { name: 'bench', summary: '', config };
  const given = trainingOf(preset, scenarioOf('deals'), { seed: 1, iterations: 1_000, left: [] });
  return stepsOf(trainerOf(given, new LocalGathering(), allShards(given)));
}

function cartPole(): () => number {
  const config = { ...FAST, discount: 0.99, horizon: 64 };
  const stages = [{ roles: ['cart'], share: 1, rate: 1 }];
  const options = { config, seed: 1, iterations: 1_000, stages, episodes: 1e9 };
  return stepsOf(new Trainer(options, unsharded(new CartPole({ episodes: 64, seed: 1 }))));
}

function stepsOf(trainer: Trainer): () => number {
  return () =>
    perCpuSecond(() => {
      const before = trainer.iteration;
      const { agentSteps } = trainer.next();
      return agentSteps / (before + 1);
    });
}

/** What `work` counts over the seconds of one core that it took. */
function perCpuSecond(work: () => number): number {
  const before = process.cpuUsage();
  const count = work();
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
}
