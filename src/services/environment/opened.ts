import { z } from 'zod';
import { AdAuction, type DayMetrics, SCENARIOS, scenarioOf, tunedFor } from '../../adauction/index.ts';
import { ACTIONS, OBSERVATION, type Role, TEAM_SCHEMA } from '../../delivery/index.ts';
import { GavotteError } from '../../kernel/index.ts';
import { CartPole, SPLITS, type TrainingEnv } from '../../learning/index.ts';
import { PROTOCOL } from './frames.ts';

/** Days of AdAuction side by side take 130 kB each, twice that when rewards are relative. */
const EPISODES_MAX = 1_024;

const hello = z.strictObject({
  protocol: z.literal(PROTOCOL),
  environment: z.enum(['adauction', 'cartpole']),
  /** Of AdAuction; see `SCENARIOS`. */
  scenario: z.enum(SCENARIOS.map(({ name }) => name)).default('drift'),
  /** The world; episodes differ by their number within it. Policies are trained and compared in world 1. */
  seed: z.int().min(0).max(0xff_ff_ff_ff).default(1),
  episodes: z.int().min(1).max(EPISODES_MAX).default(1),
  /** Of AdAuction: rewards are less those of the classical composition in the same tick of the same day. */
  relative: z.boolean().default(false),
});

/** What a client asks for. */
export type Hello = z.infer<typeof hello>;

/** What a day came to, in the order in which a view has it. */
export const METRICS = [
  'surplus',
  'value',
  'realisedValue',
  'cost',
  'roas',
  'utilisation',
  'pacingError',
  'quickSpend',
  'overspend',
  'guaranteed',
  'preferred',
  'wins',
  'guardHits',
] as const satisfies readonly (keyof DayMetrics)[];

/** An environment of one client. */
export interface Opened {
  readonly env: TrainingEnv;
  /** Names of what is told of an episode that ended. */
  readonly metrics: readonly string[];
  /** [episodes × metrics]: of the last episode that ended. */
  readonly results: Float64Array;
  /** What the client is told beside sizes. */
  readonly about: object;
}

/** The environment that the text of a hello asks for. @throws GV_BAD_INPUT naming the field. */
export function openEnvironment(text: string): Opened {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GavotteError('GV_BAD_INPUT', 'hello is not JSON', { fix: HELLO_FIX, cause });
  }
  const parsed = hello.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `hello.${path.join('.')}: ${message}`);
    throw new GavotteError('GV_BAD_INPUT', problems.join('; '), { fix: HELLO_FIX });
  }
  return parsed.data.environment === 'adauction' ? openAdAuction(parsed.data) : openCartPole(parsed.data);
}

const HELLO_FIX = `Send {"protocol": ${PROTOCOL}, "environment": "adauction", "scenario": "drift", "episodes": 1}.`;

function openAdAuction({ scenario, seed, episodes, relative }: Hello): Opened {
  const tuning = tunedFor(scenario);
  const env = new AdAuction({ scenario: scenarioOf(scenario), seed, episodes, tuning, relative });
  const results = new Float64Array(episodes * METRICS.length);
  // All days have as many ticks, so they end in one step, in their order.
  let next = 0;
  env.onDay = (day) => {
    for (const [index, name] of METRICS.entries()) results[next * METRICS.length + index] = day[name];
    next = (next + 1) % episodes;
  };
  return {
    env,
    metrics: METRICS,
    results,
    about: {
      environment: 'adauction',
      scenario,
      seed,
      relative,
      observation: OBSERVATION,
      actionNames: env.roles.map(({ name }) => ACTIONS[name as Role].map((action) => action.name)),
      days: SPLITS,
      schema: TEAM_SCHEMA,
      tuning,
    },
  };
}

function openCartPole({ seed, episodes }: Hello): Opened {
  const env = new CartPole({ seed, episodes });
  const about = {
    environment: 'cartpole',
    seed,
    observation: ['place', 'speed', 'angle', 'angular speed'],
    actionNames: [['push']],
  };
  return { env, metrics: [], results: new Float64Array(0), about };
}
