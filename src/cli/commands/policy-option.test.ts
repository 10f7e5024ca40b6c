import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSampleBooks } from '../../campaign/index.ts';
import { ACTIONS, DEFAULT_TUNING, OBSERVATION_SIZE, ROLES, TEAM_SCHEMA } from '../../delivery/index.ts';
import { createRealWorld, type EpochMs, money, randomStream } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { type PolicyFile, policyHash, writePolicyFile } from '../../neural/index.ts';
import { simulateDelivery } from '../../services/index.ts';
import { agentsOf, policyLine } from './policy-option.ts';
import { SAMPLE_EXCHANGE, sampleSettings, trafficExchange } from './sample-exchange.ts';

const NOON = Date.UTC(2027, 2, 1, 12) as EpochMs;
const HOUR_MS = 3_600_000;

/** A team of networks that nobody trained. */
function anyTeam(): PolicyFile {
  const random = randomStream('any team');
  const networks = ROLES.map((role) => {
    const [inputs, outputs] = [OBSERVATION_SIZE, ACTIONS[role].length];
    const weights = Float32Array.from({ length: inputs * outputs }, () => random.float() - 0.5);
    const layers = [{ inputs, outputs, weights, bias: new Float32Array(outputs) }];
    return [role, { shape: { sizes: [inputs, outputs], activation: 'tanh' as const }, layers }] as const;
  });
  return {
    schema: TEAM_SCHEMA,
    networks: Object.fromEntries(networks),
    tuning: { ...DEFAULT_TUNING },
    provenance: { scenario: 'drift', seed: 1, days: 0 },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'gavotte-policy-'));
test.after(() => rmSync(folder, { recursive: true }));

test('a policy file serves: bidders spend no more than they may, and say whose corrections they keep to', async () => {
  const path = join(folder, 'team.json');
  writeFileSync(path, writePolicyFile(anyTeam()));
  const { storage, clock } = createRealWorld();
  const chosen = await agentsOf(path, storage);
  const hash = policyHash(anyTeam());
  assert.equal(policyLine(chosen), ` Corrected by ${path} (${hash.slice(0, 12)}).`);
  const store = sqliteStore(storage.openDatabase(':memory:'));
  const books = { budget: money(50_000_000, 'USD'), start: NOON, end: (NOON + HOUR_MS) as EpochMs };
  const settings = sampleSettings('https://bidder.example');
  const result = await simulateDelivery({
    seed: 1,
    seconds: 150,
    qps: 20,
    bidders: 2,
    plan: await openSampleBooks(await openLedger({ store, clock }), { ...books, exchange: SAMPLE_EXCHANGE }),
    settings,
    agents: chosen.agents,
    startAt: NOON,
    faults: {},
    exchanges: settings.exchanges.map(trafficExchange),
    openLedger: (virtual) => openLedger({ store, clock: virtual }),
  });
  assert.ok(result.report.total.impressions > 0);
  assert.deepEqual(result.audit.violations, []);
  for (const { policy, agents } of result.bidders) {
    assert.deepEqual(policy, { name: path, hash, quarantined: null });
    assert.match(agents.team!, /trained on 0 days of drift, seed 1; worths times (?!1\.00, 1\.00)/);
  }
});

test('without a file the agents are classical; a file that was changed is refused by name', async () => {
  const { storage } = createRealWorld();
  const classical = await agentsOf(undefined, storage);
  assert.deepEqual([classical.policy, policyLine(classical)], [null, '']);
  const path = join(folder, 'changed.json');
  writeFileSync(path, writePolicyFile(anyTeam()).replace('"seed":1', '"seed":2'));
  await assert.rejects(agentsOf(path, storage), { code: 'GV_BAD_INPUT', message: /changed\.json: .*hash/ });
});
