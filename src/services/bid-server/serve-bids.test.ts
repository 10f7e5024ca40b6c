import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { BidAnswer, BidApplication } from './application.ts';
import {
  BID_SERVER_FAILURES,
  type RunningBidServer,
  type ServeBidsOptions,
  serveBids,
} from './serve-bids.ts';

const running: RunningBidServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

interface Asked {
  readonly server: RunningBidServer;
  readonly url: string;
  readonly bodies: string[];
  readonly paths: string[];
}

/** Bids on what parses, as a bidder would: 400 for what is not JSON, 204 for what it does not want. */
async function serve(options: Partial<ServeBidsOptions> & { answer?: string } = {}): Promise<Asked> {
  const bodies: string[] = [];
  const paths: string[] = [];
  const application: BidApplication = {
    bid: (path, bytes, start, end): BidAnswer => {
      const body = Buffer.from(bytes.subarray(start, end)).toString();
      bodies.push(body);
      paths.push(path);
      try {
        const { id } = JSON.parse(body) as { id?: string };
        if (id === undefined) return { status: 204 };
        return { status: 200, body: Buffer.from(options.answer ?? JSON.stringify({ id })) };
      } catch {
        return { status: 400 };
      }
    },
    other: () => Promise.resolve({ status: 200, body: 'fine' }),
  };
  // Kept connections of `fetch` are idle at the end of a test, and need not be waited for.
  // A busy machine must not shed what a test asks; that is a test of its own.
  const limits = { drainMs: 100, waitMs: 10_000, ...options.limits };
  const server = await serveBids({ application, port: 0, host: '127.0.0.1', ...options, limits });
  running.push(server);
  return { server, url: `http://127.0.0.1:${server.port}`, bodies, paths };
}

async function post(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/openrtb2/bid/ix`, { method: 'POST', body: '{"id":"1"}', ...init });
}

/** Sends bytes, and answers all that came back until the server closed. */
async function raw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  return untilClosed(socket);
}

async function untilClosed(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return received;
}

test('ortb/T1: bids are asked for by POST; anything else is a 405 that says so', async () => {
  const { url } = await serve();
  assert.equal((await post(url)).status, 200);
  for (const method of ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
    const answer = await fetch(`${url}/openrtb2/bid/ix`, { method });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST'], method);
  }
  const { server } = await serve();
  assert.match(
    await raw(server.port, 'BREW /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\n\r\n'),
    /^HTTP\/1\.1 405 /,
  );
});

test('ortb/T2: content is 200, nothing to say 204, malformed 400, the latter two without content', async () => {
  const { url } = await serve();
  const answers = await Promise.all(['{"id":"1"}', '{}', '{"id":'].map((body) => post(url, { body })));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 204, 400],
  );
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.text())), ['{"id":"1"}', '', '']);
});

test('ortb/T3: the body is JSON whatever its type says or does not, and so is the answer', async () => {
  const { url, server } = await serve();
  const typed = await post(url, { headers: { 'content-type': 'application/json; charset=utf-8' } });
  assert.equal(typed.headers.get('content-type'), 'application/json');
  const head = 'POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10\r\n\r\n';
  assert.match(await raw(server.port, `${head}{"id":"1"}`), /^HTTP\/1\.1 200 .*\{"id":"1"\}$/s);
});

test('ortb/T4: a gzip body is inflated; a bomb, garbage and an unknown coding are a 400', async () => {
  const { url, bodies } = await serve();
  const gzip = { 'content-encoding': 'gzip' };
  const body = JSON.stringify({ id: '1', pad: 'x'.repeat(50_000) });
  assert.equal((await post(url, { body: gzipSync(body), headers: gzip })).status, 200);
  assert.equal(bodies.at(-1), body);
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const lying = gzipSync(Buffer.alloc(50_000_000));
  lying.writeUInt32LE(100, lying.length - 4);
  for (const bad of [
    bomb,
    lying,
    gzipSync(body).subarray(0, 60),
    Buffer.from('no gzip at all, but long enough'),
  ])
    assert.equal((await post(url, { body: bad, headers: gzip })).status, 400);
  assert.equal((await post(url, { headers: { 'content-encoding': 'zstd' } })).status, 400);
  assert.equal(bodies.length, 1);
});

test('ortb/T5: the answer is compressed for who accepts it, from one kilobyte on', async () => {
  const answer = JSON.stringify({ id: '1', adm: 'x'.repeat(2_000) });
  const { server } = await serve({ answer });
  const request = (accept: string) =>
    `POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${accept}Content-Length: 10\r\n\r\n{"id":"1"}`;
  const received = await raw(server.port, request('Accept-Encoding: gzip\r\n'));
  assert.match(received, /content-encoding: gzip\r\n/);
  const body = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
  assert.equal(gunzipSync(body).toString(), answer);
  assert.doesNotMatch(await raw(server.port, request('')), /content-encoding/);
  const small = await serve();
  assert.doesNotMatch(await raw(small.server.port, request('Accept-Encoding: gzip\r\n')), /content-encoding/);
});

test('ortb/T6: every answer says the version of OpenRTB', async () => {
  const { url } = await serve();
  for (const body of ['{"id":"1"}', '{}', '{'])
    assert.equal((await post(url, { body })).headers.get('x-openrtb-version'), '2.6');
});

test('ortb/T7: a connection is used again, also after a 400 of the application', async () => {
  const { server } = await serve();
  const request = (body: string, header = '') =>
    `POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\n${header}Content-Length: ${body.length}\r\n\r\n${body}`;
  const received = await raw(
    server.port,
    ...['{"id":"1"}', '{', '{}'].map((body) => request(body)),
    request('{"id":"2"}', 'Connection: close\r\n'),
  );
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  assert.deepEqual(statuses, ['200', '400', '204', '200']);
});

test('ortb/T8: unknown paths of exchanges, queries and headers are no reason to fail', async () => {
  const { url, paths } = await serve();
  const answer = await fetch(`${url}/openrtb2/bid/some-exchange?region=eu&x=%20`, {
    method: 'POST',
    body: '{"id":"1","unknown":{"deep":[]}}',
    headers: { 'x-unknown': 'é' },
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(paths, ['/openrtb2/bid/some-exchange']);
});

test('Expect: 100-continue is answered before the body comes', async () => {
  const { server } = await serve();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    'POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 10\r\n\r\n',
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n');
  socket.write('{"id":"1"}');
  assert.match(await untilClosed(socket), /^HTTP\/1\.1 200 /);
});

test('a body larger than a megabyte is a 413 that its sender sees', async () => {
  const { url, server } = await serve();
  const big = JSON.stringify({ id: '1', pad: 'x'.repeat(1_000_000) });
  assert.equal((await post(url, { body: big })).status, 200);
  const head = 'POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n';
  assert.match(await raw(server.port, head, Buffer.alloc(2_000_000)), /^HTTP\/1\.1 413 /);
});

test('connections over the cap are dropped, and counted', async () => {
  const { server, url } = await serve({ limits: { connections: 1 } });
  await (await post(url)).arrayBuffer();
  assert.equal(await raw(server.port, 'x'), '');
  assert.deepEqual([server.stats.open, server.stats.dropped], [1, 1]);
});

test('what an application throws is heard on the diagnostics channel', async () => {
  const heard: unknown[] = [];
  const listener = (message: unknown) => heard.push((message as { error: unknown }).error);
  subscribe(BID_SERVER_FAILURES, listener);
  const defect = new Error('a defect');
  const { url, server } = await serve({
    application: {
      bid: () => {
        throw defect;
      },
      other: () => Promise.reject(defect),
    },
  });
  assert.equal((await post(url)).status, 204);
  assert.equal((await fetch(`${url}/x`)).status, 500);
  unsubscribe(BID_SERVER_FAILURES, listener);
  assert.deepEqual(heard, [defect, defect]);
  assert.equal(server.stats.failed, 1);
});

test('closing answers what is under way as the last of its connection, and takes no more', async () => {
  let answer: () => void = () => {};
  const asked = Promise.withResolvers<void>();
  const { server, url } = await serve({
    application: {
      bid: () => ({ status: 204 }),
      other: () => {
        asked.resolve();
        return new Promise((resolve) => {
          answer = () => resolve({ status: 200, body: 'done' });
        });
      },
    },
  });
  await (await post(url)).arrayBuffer();
  const underWay = fetch(`${url}/slow`);
  await asked.promise;
  const closing = server.close();
  assert.equal(server.close(), closing);
  await assert.rejects(raw(server.port, 'x'), { code: 'ECONNREFUSED' });
  answer();
  const last = await underWay;
  assert.deepEqual([await last.text(), last.headers.get('connection')], ['done', 'close']);
  await closing;
  assert.equal(server.stats.open, 0);
});

test('closing does not wait longer than its limit', async () => {
  const { server, url } = await serve({
    application: { bid: () => ({ status: 204 }), other: () => new Promise(() => {}) },
    limits: { drainMs: 50 },
  });
  const never = fetch(`${url}/never`).catch(() => 'gone');
  while (server.stats.pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await server.close();
  assert.equal(await never, 'gone');
});

test('two servers share a port when both say so; a taken port is named otherwise', async () => {
  const first = await serve({ reusePort: true });
  const second = await serve({ reusePort: true, port: first.server.port });
  assert.equal(second.server.port, first.server.port);
  await assert.rejects(serve({ port: first.server.port }), { code: 'GV_BAD_INPUT' });
});
