import assert from 'node:assert/strict';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, test } from 'node:test';
import type { HttpHandler, HttpRequest } from '../kernel/index.ts';
import { DropConnection, type MarketHandler, type MarketResponse } from '../market/index.ts';
import { type RunningServer, serveHandler } from './serve-handler.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(handler: MarketHandler | HttpHandler): Promise<RunningServer> {
  const server = await serveHandler(handler, { port: 0, host: '127.0.0.1' });
  running.push(server);
  return server;
}

const OK: MarketResponse = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}' };

function answering(response: Partial<MarketResponse>): Promise<RunningServer> {
  return serve(() => Promise.resolve({ ...OK, ...response }));
}

interface Raw {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly localPort: number | undefined;
}

/** A request by hand, so that sockets can be watched. */
function send(url: string, options: { agent?: Agent; body?: string; method?: string } = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
    const outgoing = httpRequest(url, { method, ...(options.agent ? { agent: options.agent } : {}) });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const localPort = incoming.socket.localPort;
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        body += chunk;
      });
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode, headers: incoming.headers, body, localPort }),
      );
    });
    outgoing.end(options.body);
  });
}

test('a request reaches the handler with method, full URL, lower-case headers and body', async () => {
  let seen: HttpRequest | undefined;
  const server = await serve((request) => {
    seen = request;
    return Promise.resolve(OK);
  });
  const answer = await fetch(`${server.url}/a/b?c=d`, {
    method: 'POST',
    headers: { 'X-Api-Key': 'k' },
    body: 'é',
  });
  assert.deepEqual([answer.status, await answer.json()], [200, { a: 1 }]);
  assert.deepEqual(
    [seen?.method, seen?.url, seen?.headers['x-api-key'], seen?.body],
    ['POST', `${server.url}/a/b?c=d`, 'k', 'é'],
  );
});

test('connections are kept alive, and closed without a word after an unhandled error', async () => {
  const server = await serve((request) =>
    Promise.resolve(
      request.url.endsWith('/broken')
        ? {
            status: 500,
            headers: { 'content-type': 'text/plain; charset=utf-8' },
            body: 'Internal Server Error',
          }
        : OK,
    ),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await send(`${server.url}/`, { agent });
  const second = await send(`${server.url}/broken`, { agent });
  assert.equal(second.localPort, first.localPort);
  assert.equal(second.headers.connection, 'keep-alive');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const third = await send(`${server.url}/`, { agent });
  assert.notEqual(third.localPort, first.localPort);
  agent.destroy();
});

test('fault/B2: DropConnection cuts the connection without an answer', async () => {
  const server = await serve(() => Promise.reject(new DropConnection('now')));
  await assert.rejects(send(server.url), { code: 'ECONNRESET' });
});

test('a handler that fails is a 500 in plain text', async () => {
  const server = await serve(() => Promise.reject(new Error('a defect')));
  const answer = await send(server.url);
  assert.deepEqual([answer.status, answer.body], [500, 'Internal Server Error']);
});

test('a body above one megabyte is refused', async () => {
  const server = await answering({});
  assert.equal((await send(server.url, { body: 'x'.repeat(999_999) })).status, 200);
  assert.equal((await send(server.url, { body: 'x'.repeat(1_000_001) })).status, 413);
});

test('fault/B9: a dripping body arrives piece by piece', async () => {
  const server = await answering({
    delivery: { mode: 'drip', bytesPerChunk: 2, everyMs: 1, endless: false, headersToo: false },
  });
  assert.equal((await send(server.url)).body, OK.body);
});

test('fault/B9: dripping headers arrive piece by piece', async () => {
  const server = await answering({
    headers: { 'content-length': String(OK.body.length) },
    delivery: { mode: 'drip', bytesPerChunk: 16, everyMs: 1, endless: false, headersToo: true },
  });
  assert.deepEqual(await send(server.url).then(({ status, body }) => [status, body]), [200, OK.body]);
});

test('fault/B9: an endless body goes on until the reader leaves, and the server can still be closed', async () => {
  const server = await answering({
    delivery: { mode: 'drip', bytesPerChunk: 4, everyMs: 1, endless: true, headersToo: false },
  });
  const answer = await fetch(server.url);
  const reader = answer.body!.getReader();
  let bytes = 0;
  while (bytes < 50) bytes += (await reader.read()).value?.length ?? 0;
  await reader.cancel();
});

test('fault/B9: a flood is as large as it says', async () => {
  const server = await answering({ delivery: { mode: 'flood', bytes: 2_000_000, gzip: false } });
  assert.ok((await send(server.url)).body.length >= 2_000_000);
});

test('fault/B9: a gzip bomb is small on the wire and large inflated', async () => {
  const server = await answering({ delivery: { mode: 'flood', bytes: 5_000_000, gzip: true } });
  const answer = await send(server.url);
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.ok(answer.body.length < 50_000, `${answer.body.length} bytes`);
  assert.ok((await (await fetch(server.url)).text()).length >= 5_000_000);
});

test('a port that is taken is named', async () => {
  const { port } = await answering({});
  await assert.rejects(
    serveHandler(() => Promise.resolve(OK), { port, host: '127.0.0.1' }),
    {
      code: 'GV_BAD_INPUT',
    },
  );
});
