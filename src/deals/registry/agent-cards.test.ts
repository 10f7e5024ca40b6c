import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GavotteError, type HttpResponse } from '../../kernel/index.ts';
import { RegistryClient } from './registry-client.ts';
import { StaticRegistry } from './static-registry.ts';
import { agents, answer, card, cardAt, REGISTRY, setUp } from './testing.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/iab-client/${name}.json`, import.meta.url), 'utf8');

describe('fault/B11 agent cards', () => {
  it('loses one seller by name for each malformed card, and no other', async () => {
    const urls = Array.from({ length: 40 }, (_, index) => `https://s${index}.example`);
    const malformed = ['<html>', '{"name":7}', '[]', 'null', '{}', '[['.repeat(50_000), '{"name":""}', ''];
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(agents(...urls)),
      ...Object.fromEntries(
        urls.map((url, index) => [
          cardAt(url),
          index % 2 === 0 ? card(url) : answer(malformed[index % malformed.length]!),
        ]),
      ),
    });
    const { sellers, excluded } = await run(
      RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({ mediaType: 'ctv' }),
    );
    assert.equal(sellers.length, 20);
    assert.deepEqual(
      excluded.map(({ name }) => name).sort(),
      urls
        .map((_, index) => `Seller ${index}`)
        .filter((_, index) => index % 2 === 1)
        .sort(),
    );
    for (const each of excluded) assert.match(each.reason, /agent card/);
  });

  it('reads both shapes from both paths', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(
        agents('https://new.example', 'https://old.example', 'https://a2a.example'),
      ),
      [cardAt('https://new.example')]: card('https://new.example'),
      [cardAt('https://old.example')]: answer(fixture('legacy-card')),
      'https://a2a.example/.well-known/agent-card.json': card('https://a2a.example', {
        inventory_types: ['audio'],
      }),
    });
    const { sellers } = await run(RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({}));
    assert.deepEqual(
      sellers.map(({ capabilities }) => capabilities),
      [['ctv', 'display', 'native'], ['ctv'], ['audio']],
    );
  });

  it("keeps the registry's word when a card is not to be had, and says how many", async () => {
    const hang = () => new Promise<HttpResponse>(() => {});
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(
        agents(
          'https://none.example',
          'https://slow.example',
          'https://broken.example',
          'https://gone.example',
        ),
      ),
      'https://none.example/': answer(''),
      [cardAt('https://slow.example')]: hang,
      [cardAt('https://broken.example')]: answer('oops', 500),
    });
    const startedAt = world.clock.monotonic();
    const { sellers, excluded, warnings } = await run(
      RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({ mediaType: 'ctv' }),
    );
    assert.equal(sellers.length, 4);
    assert.deepEqual(excluded, []);
    assert.deepEqual(warnings, ['2 of 4 agent cards could not be fetched']);
    assert.ok(world.clock.monotonic() - startedAt < 11_000);
  });

  it('answers within the time it is given, with what it has', async () => {
    const hang = () => new Promise<HttpResponse>(() => {});
    const urls = Array.from({ length: 30 }, (_, index) => `https://s${index}.example`);
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(agents(...urls)),
      ...Object.fromEntries(urls.map((url) => [cardAt(url), hang])),
    });
    const startedAt = world.clock.monotonic();
    const { sellers } = await run(
      RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({}, { timeoutMs: 1_000 }),
    );
    assert.equal(sellers.length, 30);
    assert.ok(world.clock.monotonic() - startedAt <= 1_000);
  });

  it('leaves out by name a seller whose address may not be called', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(agents('https://10.0.0.1', 'https://ok.example')),
    });
    const guarded = {
      ...world,
      network: {
        ...world.network,
        request: async (...[request, options]: Parameters<typeof world.network.request>) => {
          if (!request.url.includes('10.0.0.1')) return world.network.request(request, options);
          throw new GavotteError(
            'GV_URL_FORBIDDEN',
            `${request.url} may not be called: address 10.0.0.1 is not public`,
          );
        },
      },
    };
    const { sellers, excluded } = await run(
      RegistryClient.forUrl(REGISTRY, { world: guarded }).discoverSellers({}),
    );
    assert.deepEqual(
      sellers.map(({ sellerId }) => sellerId),
      ['s-1'],
    );
    assert.match(excluded[0]?.reason ?? '', /not public/);
  });

  it('fault/B13 only looks at a seller whose card claims to be another one, or is badly signed', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(
        agents('https://victim.example', 'https://liar.example', 'https://signed.example'),
      ),
      [cardAt('https://victim.example')]: card('https://victim.example'),
      [cardAt('https://liar.example')]: card('https://VICTIM.example/'),
      [cardAt('https://signed.example')]: card('http://127.0.0.1:8000', {
        signatures: [{ protected: 'e30', signature: 'x' }],
      }),
    });
    const { sellers } = await run(RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({}));
    assert.equal(sellers[0]?.discoverOnly, null);
    assert.match(sellers[1]?.discoverOnly ?? '', /claims to be https:\/\/victim\.example/);
    assert.match(sellers[2]?.discoverOnly ?? '', /signature is not good/);
  });

  it('fault/B13 only looks at a seller whose card gives the id of another one', async () => {
    const { world, run } = setUp({
      [`${REGISTRY}/agents?agent_type=seller`]: answer(
        agents('https://victim.example', 'https://liar.example'),
      ),
      [cardAt('https://victim.example')]: card('https://victim.example', { agent_id: 's-0' }),
      [cardAt('https://liar.example')]: card('https://elsewhere.example', { agent_id: 's-0' }),
    });
    const { sellers } = await run(RegistryClient.forUrl(REGISTRY, { world }).discoverSellers({}));
    assert.deepEqual(
      sellers.map(({ discoverOnly }) => discoverOnly),
      [null, 'its card claims to be s-0'],
    );
  });

  it('fault/B13 only looks at a seller whose key is pinned and whose card cannot be had', async () => {
    const { world, run } = setUp({ 'https://a.example/': answer('') });
    const { publicKey } = generateKeyPairSync('ed25519');
    const trustedKeys = ['https://a.example', 'https://gone.example'].map((sellerUrl) => ({
      keyId: sellerUrl,
      publicKey: publicKey.export({ format: 'jwk' }),
      sellerUrl,
    }));
    const sources = [
      new StaticRegistry(['https://a.example', 'https://gone.example', 'https://free.example']),
    ];
    const { sellers } = await run(new RegistryClient({ sources, world, trustedKeys }).discoverSellers({}));
    assert.deepEqual(
      sellers.map(({ discoverOnly }) => discoverOnly !== null),
      [true, true, false],
    );
  });
});
