import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ControlAnswer } from '../application.ts';
import { type FakeClient, type FakeServer, fakeServer } from '../testing/fake-client.ts';

const post = (body = '{"id":"1"}', path = '/openrtb2/bid/ix') =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** The statuses in what came back. */
function statuses(client: FakeClient): readonly number[] {
  return [...client.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

function sweep({ connections, clock }: FakeServer, laterMs: number): void {
  clock.now += laterMs;
  for (const connection of connections.values()) connection.sweep(clock.now);
}

test('requests of one read are answered in their order by one write', async () => {
  const server = fakeServer({
    bid: (_, body) => (body.length > 2 ? { status: 200, body } : { status: 204 }),
  });
  const client = server.connect();
  let writes = 0;
  const write = client.write.bind(client);
  client.write = (chunk: Buffer) => {
    writes += 1;
    return write(chunk);
  };
  client.send(post('{"id":"a"}') + post('{}') + post('{"id":"b"}'));
  await settled();
  assert.equal(writes, 1);
  assert.deepEqual(statuses(client), [200, 204, 200]);
  assert.ok(client.received.indexOf('"a"') < client.received.indexOf('"b"'));
});

test('a request is the same in whatever pieces it comes', async () => {
  const text = post('{"id":"in pieces"}') + post('{"id":"next"}');
  for (let size = 1; size < text.length; size += 1) {
    const server = fakeServer();
    const client = server.connect();
    for (let at = 0; at < text.length; at += size) client.send(text.slice(at, at + size));
    await settled();
    assert.deepEqual(
      server.bids.map(({ body }) => body),
      ['{"id":"in pieces"}', '{"id":"next"}'],
      `pieces of ${size}`,
    );
  }
});

test('what comes behind a control request waits for its answer', async () => {
  let answer: (value: ControlAnswer) => void = () => {};
  const server = fakeServer({ other: () => new Promise((resolve) => (answer = resolve)) });
  const client = server.connect();
  client.send(`GET /n/bill?x=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\n\r\n${post()}`);
  client.send(post());
  await settled();
  assert.deepEqual([server.bids.length, client.received], [0, '']);
  answer({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'paid' });
  await settled();
  assert.deepEqual(statuses(client), [200, 204, 204]);
  assert.match(client.received, /content-type: text\/plain\r\n.*content-length: 4\r\n\r\npaidHTTP/s);
  const [{ method, target, headers, body }] = server.controls as [(typeof server.controls)[0]];
  assert.deepEqual([method, target, headers.get('x-a'), body.length], ['GET', '/n/bill?x=1', '1, 2', 0]);
});

test('a control request that fails is a 500, one that answers with a broken header too; the connection lives', async () => {
  const server = fakeServer({
    other: ({ target }) =>
      target === '/throws'
        ? Promise.reject(new Error('a defect'))
        : Promise.resolve({ status: 200, headers: { 'x-a': 'b\r\nc: d' } }),
  });
  const client = server.connect();
  for (const path of ['/throws', '/broken']) client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
  client.send(post());
  await settled();
  assert.deepEqual(statuses(client), [500, 500, 204]);
});

test('too many control requests under way: a 503, which exchanges repeat, and bids are shed', async () => {
  const server = fakeServer({ other: () => new Promise(() => {}), limits: { pending: 1 } });
  server.connect().send('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
  await settled();
  const client = server.connect();
  client.send('GET /b HTTP/1.1\r\nHost: h\r\n\r\n');
  await settled();
  assert.deepEqual(statuses(client), [503]);
});

test('an application that throws is a 204, counted', async () => {
  const server = fakeServer({
    bid: () => {
      throw new Error('a defect');
    },
  });
  const client = server.connect();
  client.send(post() + post());
  await settled();
  assert.deepEqual([statuses(client), server.context.stats.failed], [[204, 204], 2]);
});

test('ortb/T10 fault/D18: bids that waited too long are shed unread, and the next turn bids again', async () => {
  const server = fakeServer({
    limits: { waitMs: 20 },
    bid: () => {
      server.clock.now += 8;
      return { status: 204 };
    },
  });
  const client = server.connect();
  client.send(post().repeat(10));
  await settled();
  // Reads at 0, 8 and 16 ms are within the limit; the one at 24 ms is not.
  assert.deepEqual([server.bids.length, server.context.stats.shed], [3, 7]);
  assert.deepEqual(statuses(client), Array(10).fill(204));
  // Overloaded, it gives bids a small part of each turn, so that the others hear their 204 at once.
  client.send(post().repeat(10));
  await settled();
  assert.deepEqual([server.bids.length, server.context.stats.shed], [4, 16]);
  // A turn without shedding ends that.
  client.send(post());
  await settled();
  client.send(post().repeat(3));
  await settled();
  assert.deepEqual([server.bids.length, server.context.stats.shed], [8, 16]);
});

test('fault/D18: after a stall, what came meanwhile is shed', async () => {
  const server = fakeServer();
  const client = server.connect();
  await settled();
  server.context.gauge.tick();
  server.clock.now += 500;
  server.context.gauge.tick();
  client.send(post());
  await settled();
  client.send(post());
  await settled();
  assert.deepEqual([server.context.stats.shed, server.bids.length], [1, 1]);
});

test('a slow request is answered 408 and its connection ends; a slow reader is dropped', async () => {
  const server = fakeServer({ limits: { requestMs: 100 } });
  const slow = server.connect();
  slow.send(post().slice(0, -1));
  await settled();
  sweep(server, 99);
  assert.equal(slow.received, '');
  sweep(server, 1);
  await settled();
  assert.deepEqual([statuses(slow), slow.writableEnded], [[408], true]);

  const full = fakeServer({
    bid: () => ({ status: 200, body: Buffer.alloc(10_000) }),
    limits: { requestMs: 100 },
  });
  const reader = full.connect();
  reader.takes = false;
  reader.send(post());
  await settled();
  reader.send(post());
  await settled();
  assert.equal(full.bids.length, 1, 'what it sends is not read before it has taken its answers');
  sweep(full, 100);
  assert.equal(reader.destroyed, true);
  assert.deepEqual([server.context.stats.timedOut, full.context.stats.timedOut], [1, 1]);
});

test('a reader that takes its answers at last is served on', async () => {
  const server = fakeServer({ bid: () => ({ status: 200, body: Buffer.alloc(10_000) }) });
  const client = server.connect();
  client.takes = false;
  client.send(post());
  await settled();
  client.send(post());
  client.takeAll();
  await settled();
  assert.deepEqual(statuses(client), [200, 200]);
});

test('a busy connection is not taken for a slow one', async () => {
  const server = fakeServer({ limits: { requestMs: 100 } });
  const client = server.connect();
  const half = post().length >> 1;
  client.send(post().slice(0, half));
  for (let round = 0; round < 10; round += 1) {
    await settled();
    sweep(server, 50);
    client.send(post().slice(half) + post().slice(0, half));
  }
  await settled();
  assert.deepEqual(statuses(client), Array(10).fill(204));
});

test('ortb/T7: an idle connection is kept for three minutes', async () => {
  const server = fakeServer();
  const client = server.connect();
  client.send(post());
  await settled();
  sweep(server, 179_999);
  assert.equal(client.writableEnded, false);
  sweep(server, 1);
  assert.equal(client.writableEnded, true);
});

test('a refused request ends the connection; what it still sends is thrown away, to a limit', async () => {
  const server = fakeServer();
  const client = server.connect();
  client.send(`POST /openrtb2/bid/ix HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n`);
  client.send(post());
  await settled();
  assert.deepEqual([statuses(client), server.bids.length, client.writableEnded], [[413], 0, true]);
  for (let megabytes = 0; megabytes < 9; megabytes += 1) client.send(Buffer.alloc(1_048_576));
  await settled();
  assert.equal(client.destroyed, true);
});

test('a client that stays after its last answer is dropped', async () => {
  const server = fakeServer();
  const client = server.connect();
  client.send('nonsense\r\n\r\n');
  await settled();
  assert.equal(client.destroyed, false);
  sweep(server, 2_000);
  assert.equal(client.destroyed, true);
});

test('a client that ends its side still gets the answer that is under way', async () => {
  let answer: (value: ControlAnswer) => void = () => {};
  const server = fakeServer({ other: () => new Promise((resolve) => (answer = resolve)) });
  const client = server.connect();
  client.send('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
  client.push(null);
  await settled();
  answer({ status: 200, body: 'x' });
  await settled();
  assert.deepEqual([statuses(client), client.writableEnded], [[200], true]);
});

test('a HEAD has no body, and what the server writes itself an application cannot', async () => {
  const server = fakeServer({
    other: () =>
      Promise.resolve({ status: 200, headers: { 'Content-Length': '9', Connection: 'x' }, body: 'abc' }),
  });
  const client = server.connect();
  client.send('HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n');
  await settled();
  assert.match(client.received, /^HTTP\/1\.1 200 OK\r\n(?:[a-z-]+: [^\r]*\r\n)*content-length: 3\r\n\r\n$/);
  assert.doesNotMatch(client.received, /connection|: 9/i);
});
