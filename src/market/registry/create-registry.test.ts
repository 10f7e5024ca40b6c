import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, TestClock } from '../testing.ts';
import { createRegistry, type RegistryEntry } from './create-registry.ts';

const SELLER: RegistryEntry = {
  id: '42',
  name: 'Acme Seller',
  url: 'https://seller.acme.example',
  roles: ['seller'],
  capabilities: ['ctv', 'display'],
  contentCategories: [],
  trust: 'verified',
};
const BUYER: RegistryEntry = {
  ...SELLER,
  id: '43',
  name: 'A Buyer',
  url: 'https://buyer.example',
  roles: ['buyer'],
  capabilities: [],
};

function registry(rawEntries: readonly unknown[] = []) {
  return createRegistry({ clock: new TestClock(), agents: [SELLER, BUYER], rawEntries });
}

test('the AAMP list has the envelope, all roles, and null for empty lists', async () => {
  const { body } = await call(registry(), 'GET', '/api/agents');
  assert.equal(body.success, true);
  assert.deepEqual([body.data.count, body.data.isAdmin], [2, false]);
  const [seller, buyer] = body.data.agents;
  assert.deepEqual(
    [seller.id, seller.agent_name, seller.endpoint_url, seller.industry_roles, seller.verification_status],
    [42, 'Acme Seller', 'https://seller.acme.example', ['seller'], 'active'],
  );
  assert.deepEqual([buyer.capabilities, buyer.iab_capabilities, buyer.endorsements], [null, null, null]);
});

test('one agent is read by its id, an unknown one fails in the envelope', async () => {
  assert.equal((await call(registry(), 'GET', '/api/agents/42')).body.data.agent_name, 'Acme Seller');
  const missing = await call(registry(), 'GET', '/api/agents/7');
  assert.deepEqual([missing.status, missing.body], [404, { success: false, error: 'Agent not found' }]);
});

test('registering answers 201 and the agent is listed from then on', async () => {
  const handler = registry();
  const record = {
    agent_name: 'New Buyer',
    primary_domain: 'new.example',
    type: 'remote',
    endpoint_url: 'https://new.example',
    capabilities: ['ctv'],
    industry_roles: ['buyer'],
  };
  const made = await call(handler, 'POST', '/api/agents', record);
  assert.deepEqual(
    [made.status, made.body.success, made.body.verification],
    [201, true, { status: 'pending' }],
  );
  assert.equal((await call(handler, 'GET', '/api/agents')).body.data.count, 3);
  assert.equal((await call(handler, 'POST', '/api/agents', {})).status, 400);
});

test('the older protocol filters by type and capability and verifies by address', async () => {
  const sellers = await call(registry(), 'GET', '/agents?agent_type=seller&capabilities=CTV,audio');
  assert.deepEqual(
    sellers.body.agents.map((agent: { agent_id: string }) => agent.agent_id),
    ['42'],
  );
  assert.deepEqual((await call(registry(), 'GET', '/agents?capabilities=audio')).body.agents, []);
  const known = await call(registry(), 'GET', '/verify?agent_url=https://SELLER.acme.example/');
  assert.deepEqual(known.body, { is_registered: true, trust_level: 'verified', registry_id: '42' });
  const unknown = await call(registry(), 'GET', '/verify?agent_url=https://nobody.example');
  assert.deepEqual(unknown.body, { is_registered: false, trust_level: 'unknown' });
});

test('fault/B11: malformed entries stand on the page beside the good ones', async () => {
  const { body } = await call(registry([null, 42, {}]), 'GET', '/api/agents');
  assert.equal(body.data.agents.length, 5);
  assert.equal((await call(registry([null]), 'GET', '/agents')).body.agents.length, 3);
});
