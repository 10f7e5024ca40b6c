import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdAuction, scenarioOf } from '../../src/adauction/index.ts';
import {
  ACTIONS,
  DEFAULT_TUNING,
  FACT_COUNT,
  OBSERVATION_SIZE,
  ROLES,
  ServedTeam,
  Steering,
  TEAM_SCHEMA,
  TeamPolicy,
} from '../../src/delivery/index.ts';
import { randomStream } from '../../src/kernel/index.ts';
import { teamContender } from '../../src/learning/index.ts';
import { type PolicyFile, readPolicyFile, writePolicyFile } from '../../src/neural/index.ts';

/** A team of untrained networks, as a file. */
function anyFile(): PolicyFile {
  const random = randomStream('weights');
  const layer = (inputs: number, outputs: number) => ({
    inputs,
    outputs,
    weights: Float32Array.from({ length: inputs * outputs }, () => random.float() - 0.5),
    bias: Float32Array.from({ length: outputs }, () => random.float() - 0.5),
  });
  const networks = ROLES.map((role) => {
    const sizes = [OBSERVATION_SIZE, 8, ACTIONS[role].length];
    const layers = [layer(OBSERVATION_SIZE, 8), layer(8, sizes[2]!)];
    return [role, { shape: { sizes, activation: 'tanh' as const }, layers }];
  });
  return {
    schema: TEAM_SCHEMA,
    networks: Object.fromEntries(networks) as PolicyFile['networks'],
    tuning: { ...DEFAULT_TUNING },
    provenance: { scenario: 'drift', seed: 1, days: 0 },
  };
}

const DAY_MS = 86_400_000;

test('a file serves as it was trained: the same facts give the same actions in simulator and bidder, bit for bit', () => {
  const file = readPolicyFile(writePolicyFile(anyFile()), 'team.json', TEAM_SCHEMA);
  const env = new AdAuction({ scenario: scenarioOf('drift'), seed: 1, episodes: 1 });
  const player = teamContender('team', DEFAULT_TUNING, new TeamPolicy(file));
  const served = new ServedTeam(new TeamPolicy(file), env.slots, DAY_MS, () => 0);
  env.begin(20, 0);
  for (let tick = 0; tick < env.episodeSteps; tick += 1) {
    player.act(env, tick);
    const decided = served.tick(tick * served.tickMs, (campaign, facts, offset) => {
      const own = env.factsOf(campaign);
      for (let fact = 0; fact < FACT_COUNT; fact += 1) facts[offset + fact] = own.facts[own.offset + fact]!;
    });
    assert.ok(decided);
    const expected = new Steering(env.slots);
    for (const [index, role] of ROLES.entries())
      for (let campaign = 0; campaign < env.slots; campaign += 1)
        expected.set(role, campaign, env.actions[index]!, campaign * ACTIONS[role].length);
    for (const name of ['bid', 'shade', 'target', 'admit', 'sharpness', 'share'] as const)
      assert.deepEqual(served.steering[name], expected[name], `${name} of tick ${tick}`);
    env.step();
  }
  assert.ok(served.steering.bid.some((each) => each !== 0));
});

test('fault/D14 a team that throws corrects nothing, and is not asked a fourth time', () => {
  let asked = 0;
  const broken = Object.assign(new TeamPolicy(anyFile()), {
    decide: () => {
      asked += 1;
      throw new Error('broken');
    },
  });
  const served = new ServedTeam(broken, 3, DAY_MS, () => 0);
  for (let tick = 0; tick < 10; tick += 1) served.tick(tick * served.tickMs, () => {});
  assert.equal(asked, 3);
  assert.match(served.quarantined ?? '', /broken/);
  assert.deepEqual([...served.factors.bid, ...served.factors.share], [1, 1, 1, 1, 1, 1]);
});

test('fault/D14 a team that answers no numbers corrects nothing', () => {
  const silent = Object.assign(new TeamPolicy(anyFile()), {
    decide: (_role: string, _seen: Float32Array, _from: number, actions: Float32Array) =>
      actions.fill(Number.NaN),
  });
  const served = new ServedTeam(silent, 2, DAY_MS, () => 0);
  served.tick(0, () => {});
  assert.deepEqual([[...served.factors.bid], served.quarantined], [[1, 1], null]);
  for (let tick = 1; tick < 3; tick += 1) served.tick(tick * served.tickMs, () => {});
  assert.deepEqual([...served.factors.bid], [1, 1]);
  assert.match(served.quarantined ?? '', /bidder answered no number/);
});

test('a file that was changed, of another version, or with too few numbers of tuning is refused', () => {
  const text = writePolicyFile(anyFile());
  const read = (given: string) => new TeamPolicy(readPolicyFile(given, 'team.json', TEAM_SCHEMA));
  assert.throws(() => read(text.replace('"seed":1', '"seed":2')), { code: 'GV_BAD_INPUT', message: /hash/ });
  assert.throws(() => read(writePolicyFile({ ...anyFile(), schema: 'team-0' })), { message: /team-0/ });
  for (const tuning of [{ rate: 1 }, { ...DEFAULT_TUNING, lambda: -1 }])
    assert.throws(() => read(writePolicyFile({ ...anyFile(), tuning })), { message: /tuning\.lambda/ });
});
