import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDealsClientFactory } from '../../src/deals/clients/index.ts';
import { createRealWorld, type GavotteError, type World } from '../../src/kernel/index.ts';
import { createRealNetwork } from '../../src/kernel/real/network.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';

const DEADLINE_MS = 400;
/** Slack for a busy machine; the promise itself is ±50 ms. */
const SLACK_MS = 400;

describe('fault/B9 the seller client against a hostile seller', () => {
  let server: HostileServer;
  let world: World;
  before(async () => {
    server = await startHostileServer();
    world = {
      ...createRealWorld({ seed: 1 }),
      network: createRealNetwork({ allowPrivate: [server.origin] }),
    };
  });
  after(async () => {
    await server.close();
    await world.network.close();
  });

  const client = (path: string) =>
    createDealsClientFactory({ world, quoteTimeoutMs: DEADLINE_MS })({
      sellerId: path,
      url: `${server.origin}${path}`,
    });

  for (const path of ['/silent', '/slow-headers', '/slow-body']) {
    it(`honours the deadline with ${path}, while others are served`, async () => {
      const startedAt = performance.now();
      const hung = assert.rejects(client(path).listProducts(), { code: 'GV_TIMEOUT', outcome: 'unknown' });
      const other = client('');
      for (let index = 0; index < 20; index += 1) await other.listProducts();
      assert.ok(
        performance.now() - startedAt < DEADLINE_MS,
        'twenty calls of another seller are not held up',
      );
      await hung;
      const tookMs = performance.now() - startedAt;
      assert.ok(tookMs >= DEADLINE_MS - 5 && tookMs < DEADLINE_MS + SLACK_MS, `${tookMs} ms`);
    });
  }

  for (const [path, code] of [
    ['/endless', 'GV_RESPONSE_TOO_LARGE'],
    ['/announced-100mb', 'GV_RESPONSE_TOO_LARGE'],
    ['/bomb', 'GV_RESPONSE_TOO_LARGE'],
    ['/deep', 'GV_RESPONSE_INVALID'],
    ['/duplicate-keys', 'GV_RESPONSE_INVALID'],
    ['/broken-gzip', 'GV_RESPONSE_INVALID'],
    ['/redirect', 'GV_URL_FORBIDDEN'],
    ['/reset', 'GV_NETWORK_LOST'],
    ['/not-http', 'GV_NETWORK_LOST'],
  ] as const) {
    it(`names ${path}: ${code}`, async () => {
      const seller = createDealsClientFactory({ world })({ sellerId: path, url: `${server.origin}${path}` });
      await assert.rejects(seller.listProducts(), { code });
    });
  }

  it('leaves every booking that was sent and not answered as unknown', async () => {
    for (const path of [
      '/silent',
      '/slow-body',
      '/endless',
      '/bomb',
      '/deep',
      '/redirect',
      '/reset',
      '/reset-in-body',
      '/cut-short',
    ]) {
      await assert.rejects(
        client(path).bookDeal({ idempotencyKey: 'k', quoteId: 'q' }),
        (error: GavotteError) => error.outcome === 'unknown',
        path,
      );
    }
  });

  it('never follows a redirect', () => {
    assert.equal(server.paths.includes('/private'), false);
  });
});
