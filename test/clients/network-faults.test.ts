import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Network } from '../../src/kernel/index.ts';
import { createRealNetwork } from '../../src/kernel/real/network.ts';
import { type HostileServer, startHostileServer, startPlainServer } from './hostile-server.ts';

/** Far above any wait a test provokes; only a hang reaches it. */
const PATIENCE_MS = 20_000;

let server: HostileServer;
let network: Network;

before(async () => {
  server = await startHostileServer();
  network = createRealNetwork({ allowPrivate: [server.origin] });
});
after(async () => {
  await server.close();
  await network.close();
});

function get(path: string, signal: AbortSignal = AbortSignal.timeout(PATIENCE_MS), maxBytes?: number) {
  const options = maxBytes === undefined ? { signal } : { signal, maxBytes };
  return network.request({ method: 'GET', url: `${server.origin}${path}`, headers: {} }, options);
}

describe('the real network against a hostile peer', () => {
  for (const path of ['/silent', '/slow-headers', '/slow-body']) {
    it(`fault/B9 lets go of ${path} the moment it is told to`, async () => {
      const cut = new AbortController();
      const waiting = get(path, cut.signal);
      setTimeout(() => cut.abort(), 100);
      const startedAt = performance.now();
      await assert.rejects(waiting, { code: 'GV_CANCELLED' });
      assert.ok(performance.now() - startedAt < PATIENCE_MS / 2);
    });
  }

  it('refuses to start when the signal has already fired', async () => {
    const seen = server.paths.length;
    await assert.rejects(get('/ok', AbortSignal.abort()), { code: 'GV_CANCELLED' });
    assert.equal(server.paths.length, seen);
  });

  for (const path of ['/endless', '/announced-100mb', '/bomb']) {
    it(`fault/B9 gives up ${path} at the cap`, async () => {
      await assert.rejects(get(path), { code: 'GV_RESPONSE_TOO_LARGE' });
      await assert.rejects(get(path, undefined, 1000), { code: 'GV_RESPONSE_TOO_LARGE' });
    });
  }

  it('fault/B9 keeps memory bounded under twenty bombs and floods at once', async () => {
    await Promise.allSettled([get('/bomb'), get('/endless')]);
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        get(index % 2 === 0 ? '/bomb' : '/endless', undefined, 1_000_000),
      ),
    );
    clearInterval(timer);
    assert.ok(
      results.every((each) => each.status === 'rejected' && each.reason.code === 'GV_RESPONSE_TOO_LARGE'),
    );
    assert.ok(peak - before <= 64_000_000, `RSS grew by ${Math.round((peak - before) / 1e6)} MB`);
  });

  for (const path of ['/broken-gzip', '/odd-encoding']) {
    it(`calls ${path} an invalid answer`, async () => {
      await assert.rejects(get(path), { code: 'GV_RESPONSE_INVALID' });
    });
  }

  for (const path of ['/reset', '/reset-in-body', '/cut-short', '/not-http', '/long-header']) {
    it(`calls the outcome of ${path} unknown: something was sent`, async () => {
      await assert.rejects(get(path), { code: 'GV_NETWORK_LOST', outcome: 'unknown' });
    });
  }

  it('returns a redirect and does not follow it', async () => {
    const answer = await get('/redirect');
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, '/private');
    assert.equal(server.paths.includes('/private'), false);
  });

  it('serves others while fifty slow peers hang', async () => {
    const slow = new AbortController();
    const hanging = Promise.allSettled(Array.from({ length: 50 }, () => get('/slow-body', slow.signal)));
    const other = await startPlainServer((_request, response) => response.end('{}'));
    const calm = createRealNetwork({ allowPrivate: [other.origin] });
    const startedAt = performance.now();
    for (let index = 0; index < 50; index += 1) {
      const url = `${other.origin}/${index}`;
      await calm.request({ method: 'GET', url, headers: {} }, { signal: AbortSignal.timeout(PATIENCE_MS) });
    }
    assert.ok(performance.now() - startedAt < PATIENCE_MS);
    slow.abort();
    await hanging;
    await calm.close();
    await other.close();
  });
});

describe('the real network', () => {
  it('says that nothing was sent when there is no connection', async () => {
    const closed = createRealNetwork({ allowPrivate: ['http://127.0.0.1:9', 'https://127.0.0.1:9'] });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (const url of ['http://127.0.0.1:9/', 'https://127.0.0.1:9/']) {
      await assert.rejects(closed.request({ method: 'POST', url, headers: {}, body: '{}' }, { signal }), {
        code: 'GV_NETWORK_REFUSED',
        outcome: 'failed',
      });
    }
    await closed.close();
  });

  it('says that nothing was sent when the handshake fails', async () => {
    const plainHttp = await startPlainServer((_request, response) => response.end());
    const origin = plainHttp.origin.replace('http:', 'https:');
    const secure = createRealNetwork({ allowPrivate: [origin] });
    const request = { method: 'GET', url: origin, headers: {} } as const;
    await assert.rejects(secure.request(request, { signal: AbortSignal.timeout(PATIENCE_MS) }), {
      code: 'GV_NETWORK_REFUSED',
    });
    await secure.close();
    await plainHttp.close();
  });

  it('does not wait for a resolver that never answers', async () => {
    const stuck = createRealNetwork({ allowPrivate: [], resolve: () => new Promise(() => {}) });
    const cut = new AbortController();
    const waiting = stuck.request(
      { method: 'GET', url: 'https://seller.example/', headers: {} },
      { signal: cut.signal },
    );
    setTimeout(() => cut.abort(), 20);
    await assert.rejects(waiting, { code: 'GV_CANCELLED' });
  });

  it('fault/S1 never connects to a private address a name is rebound to', async () => {
    const port = Number(new URL(server.origin).port);
    let answers = 0;
    const rebinding = createRealNetwork({
      allowPrivate: [],
      resolve: async () => {
        answers += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    const seen = server.paths.length;
    for (const path of ['/a', '/b', '/c']) {
      const url = `https://rebind.example:${port}${path}`;
      await assert.rejects(
        rebinding.request({ method: 'GET', url, headers: {} }, { signal: AbortSignal.timeout(PATIENCE_MS) }),
        { code: 'GV_URL_FORBIDDEN', outcome: 'failed' },
      );
    }
    assert.equal(answers, 3);
    assert.equal(server.paths.length, seen);
    await rebinding.close();
  });

  it('inflates what it offered to accept, and sends what it is given', async () => {
    const body = JSON.stringify({ text: 'ä'.repeat(5000) });
    const encoders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync, identity: Buffer.from };
    const echo = await startPlainServer((request, response) => {
      const name = (request.url ?? '').slice(1) as keyof typeof encoders;
      assert.equal(request.headers['accept-encoding'], 'gzip, deflate, br');
      response.setHeader('content-encoding', name);
      response.setHeader('x-method', `${request.method} ${request.headers['x-api-key']}`);
      response.end(encoders[name](body));
    });
    const plain = createRealNetwork({ allowPrivate: [echo.origin] });
    for (const name of Object.keys(encoders)) {
      const answer = await plain.request(
        { method: 'POST', url: `${echo.origin}/${name}`, headers: { 'x-api-key': 'k' }, body: '{}' },
        { signal: AbortSignal.timeout(PATIENCE_MS) },
      );
      assert.equal(answer.body, body, name);
      assert.equal(answer.headers['x-method'], 'POST k');
    }
    await plain.close();
    await echo.close();
  });

  it('works again after a peer that closes its connection with every failure', async () => {
    let calls = 0;
    const flaky = await startPlainServer((_request, response) => {
      calls += 1;
      if (calls % 2 === 1) {
        response.statusCode = 500;
        response.setHeader('connection', 'close');
      }
      response.end('Internal Server Error');
    });
    const plain = createRealNetwork({ allowPrivate: [flaky.origin] });
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      const request = { method: 'GET', url: flaky.origin, headers: {} } as const;
      statuses.push((await plain.request(request, { signal: AbortSignal.timeout(PATIENCE_MS) })).status);
    }
    assert.deepEqual(statuses, [500, 200, 500, 200, 500, 200]);
    await plain.close();
    await flaky.close();
  });

  it('opens at most eight connections to one origin', async () => {
    let open = 0;
    let peak = 0;
    const slow = await startPlainServer((_request, response) => {
      open += 1;
      peak = Math.max(peak, open);
      setTimeout(() => {
        open -= 1;
        response.end('{}');
      }, 20);
    });
    const plain = createRealNetwork({ allowPrivate: [slow.origin] });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await Promise.all(
      Array.from({ length: 40 }, () =>
        plain.request({ method: 'GET', url: slow.origin, headers: {} }, { signal }),
      ),
    );
    assert.equal(peak, 8);
    await plain.close();
    await slow.close();
  });
});
