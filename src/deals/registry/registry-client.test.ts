import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AampRegistry } from './aamp-registry.ts';
import { AgentsRegistry } from './agents-registry.ts';
import { RegistryClient } from './registry-client.ts';
import { StaticRegistry } from './static-registry.ts';
import { agents, answer, card, cardAt, REGISTRY, setUp } from './testing.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/iab-client/${name}.json`, import.meta.url), 'utf8');

describe('RegistryClient over the AAMP protocol', () => {
  it('lists active sellers, completes them from their cards, names the unusable ones', async () => {
    const { world, run, seen } = setUp({
      [`${REGISTRY}/api/agents`]: answer(fixture('aamp-agents')),
      [cardAt('https://seller.acme.example')]: card('https://seller.acme.example'),
    });
    const client = new RegistryClient({
      sources: [new AampRegistry({ url: REGISTRY, world, token: 't-1' })],
      world,
    });
    const { sellers, excluded } = await run(client.discoverSellers({ mediaType: 'ctv' }));
    assert.deepEqual(
      sellers.map(({ sellerId, url, trustLevel, dealTypes }) => [sellerId, url, trustLevel, dealTypes]),
      [['42', 'https://seller.acme.example', 'VERIFIED', ['PG', 'PD', 'PA']]],
    );
    assert.deepEqual(sellers[0]?.capabilities, ['ctv', 'display', 'native']);
    assert.deepEqual(
      excluded.map(({ sellerId }) => sellerId),
      ['44', '45'],
    );
    assert.equal(seen[0]?.headers.authorization, 'Bearer t-1');
    assert.ok(seen.slice(1).every(({ headers }) => headers.authorization === undefined));
  });

  it('goes on with the token the registry renews, and takes none it did not ask for', async () => {
    const body = fixture('aamp-agents');
    const renewing = { status: 200, headers: { 'x-new-token': 't-2' }, body };
    const { world, run, seen } = setUp({ [`${REGISTRY}/api/agents`]: renewing });
    for (const [token, sent] of [
      ['t-1', ['Bearer t-1', 'Bearer t-2']],
      [undefined, [undefined, undefined]],
    ] as const) {
      seen.length = 0;
      const source = new AampRegistry({ url: REGISTRY, world, ...(token === undefined ? {} : { token }) });
      await run(source.list({}));
      await run(source.list({}));
      assert.deepEqual(
        seen.map(({ headers }) => headers.authorization),
        sent,
      );
    }
  });

  it('tolerates null lists and roles that were not given; leaves out agents that are not active', async () => {
    const entry = { agent_name: 'S', capabilities: null, industry_roles: null, iab_capabilities: null };
    const list = [
      { ...entry, id: 1, endpoint_url: 'https://a.example' },
      { ...entry, id: 2, endpoint_url: 'https://b.example', status: 'suspended' },
      { ...entry, id: 3, endpoint_url: 'https://c.example', industry_roles: ['Buyer', 'SELLER'] },
    ];
    const { world, run } = setUp({
      [`${REGISTRY}/api/agents`]: answer({ success: true, data: { agents: list, count: 9 } }),
    });
    const listing = await run(new AampRegistry({ url: REGISTRY, world }).list({}));
    assert.deepEqual(
      listing.sellers.map(({ externalId }) => externalId),
      ['1', '3'],
    );
    assert.match(listing.excluded[0]?.reason ?? '', /suspended/);
    assert.match(listing.warnings[0] ?? '', /counts 9 agents but listed 3/);
  });
});

describe('RegistryClient.forUrl', () => {
  it('falls back to the older protocol, and remembers it', async () => {
    const { world, run, seen } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(fixture('legacy-agents')),
    });
    const client = RegistryClient.forUrl(`${REGISTRY}/`, { world });
    const { sellers, excluded } = await run(client.discoverSellers({}));
    assert.deepEqual(
      sellers.map(({ sellerId, trustLevel }) => [sellerId, trustLevel]),
      [
        ['seller-1', 'VERIFIED'],
        ['seller-2', 'BLOCKED'],
      ],
    );
    assert.deepEqual(sellers[0]?.provenance[0]?.source, 'agents');
    assert.match(excluded[0]?.reason ?? '', /url/);
    await run(client.discoverSellers({}));
    assert.equal(seen.filter(({ url }) => url.endsWith('/api/agents')).length, 1);
  });

  it('says so when neither protocol is spoken, or nobody is there', async () => {
    const { world, run } = setUp({ [`${REGISTRY}/health`]: answer('{}') });
    await assert.rejects(run(RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({})), {
      code: 'GV_REGISTRY_UNAVAILABLE',
      message: /speaks no registry protocol/,
    });
    await assert.rejects(
      run(RegistryClient.forUrl('https://nobody.example', { world }).discoverSellers({})),
      {
        code: 'GV_REGISTRY_UNAVAILABLE',
      },
    );
  });
});

describe('fault/B12 registries that fail', () => {
  it('uses the last good list with its age, also when the registry suddenly lists nobody', async () => {
    const listUrl = `${REGISTRY}/agents?agent_type=seller`;
    const { world, run, table, simulation } = setUp({ [listUrl]: answer(agents('https://a.example')) });
    const client = new RegistryClient({ sources: [new AgentsRegistry({ url: REGISTRY, world })], world });
    const [fresh] = (await run(client.discoverSellers({}))).sellers;
    for (const broken of [answer('oops', 502), answer('{"agents":[]}'), answer('<html>')]) {
      table.set(listUrl, broken);
      await simulation.pass(60_000);
      const { sellers, warnings } = await run(client.discoverSellers({}));
      assert.equal(sellers[0]?.sellerId, 's-0');
      assert.equal(sellers[0]?.provenance[0]?.seenAt, fresh?.provenance[0]?.seenAt);
      assert.match(warnings[0] ?? '', /using its list from \d+ s ago/);
    }
  });

  it('goes on with the registries that answer', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(agents('https://a.example')),
    });
    const sources = [
      new AampRegistry({ url: 'https://down.example', world }),
      new AgentsRegistry({ url: REGISTRY, world }),
      new StaticRegistry(['https://own.example/', 'https://A.example']),
    ];
    const { sellers, warnings } = await run(new RegistryClient({ sources, world }).discoverSellers({}));
    assert.deepEqual(
      sellers.map(({ sellerId }) => sellerId),
      ['s-0', 'own.example'],
    );
    assert.deepEqual(
      sellers[0]?.provenance.map(({ source }) => source),
      ['agents', 'static'],
    );
    assert.match(warnings[0] ?? '', /down\.example/);
  });

  it('says that a market is empty rather than failing', async () => {
    const { world, run } = setUp({ [`${REGISTRY}/agents?agent_type=seller`]: answer('{"agents":[]}') });
    const client = new RegistryClient({ sources: [new AgentsRegistry({ url: REGISTRY, world })], world });
    const { sellers, warnings } = await run(client.discoverSellers({}));
    assert.deepEqual(sellers, []);
    assert.match(warnings[0] ?? '', /lists no seller/);
  });

  it('reads ten thousand entries of a million, and says so', async () => {
    const list = {
      agents: Array.from({ length: 12_000 }, (_, index) => ({
        agent_id: `s-${index}`,
        url: `https://s${index}.example`,
      })),
    };
    const { world, run } = setUp({ [`${REGISTRY}/agents?agent_type=seller`]: answer(list) });
    const listing = await run(new AgentsRegistry({ url: REGISTRY, world }).list({}));
    assert.equal(listing.sellers.length, 10_000);
    assert.match(listing.warnings[0] ?? '', /last 2000 were not read/);
  });

  it('stops when its caller does', async () => {
    const { world, run } = setUp({ [`${REGISTRY}/health`]: answer('') });
    const client = RegistryClient.forUrl(REGISTRY, { world });
    await assert.rejects(run(client.discoverSellers({}, { signal: AbortSignal.abort() })), {
      code: 'GV_CANCELLED',
    });
  });
});

describe('single agents', () => {
  it('are verified by address, whatever its spelling', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(fixture('legacy-agents')),
    });
    const client = RegistryClient.forUrl(REGISTRY, { world });
    const standing = await run(client.verifyAgent('HTTPS://one.example/'));
    assert.deepEqual(
      [standing.registered, standing.trustLevel, standing.sellerId],
      [true, 'VERIFIED', 'seller-1'],
    );
    assert.deepEqual(await run(client.verifyAgent('https://unknown.example')), {
      registered: false,
      trustLevel: 'UNKNOWN',
      sellerId: null,
      provenance: [],
    });
  });

  it('show their card, or none', async () => {
    const { world, run } = setUp({
      [cardAt('https://a.example')]: card('https://a.example'),
      'https://b.example/': answer(''),
    });
    const client = new RegistryClient({ sources: [], world });
    assert.equal((await run(client.fetchAgentCard('https://a.example/')))?.name, 'Acme Publisher Seller');
    assert.equal(await run(client.fetchAgentCard('https://b.example')), null);
  });
});
