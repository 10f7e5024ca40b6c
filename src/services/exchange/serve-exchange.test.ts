import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { DEFAULT_EXCHANGE, SampleBidder } from '../../adauction/index.ts';
import { GavotteError } from '../../kernel/index.ts';
import { type ServedSecond, type ServeExchangeOptions, serveExchange } from './serve-exchange.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

/** A bidder behind Node's own server; `delayMs` makes it answer bids late. */
async function listen(bidder: SampleBidder, delayMs = 0): Promise<string> {
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (bytes: Buffer) => body.push(bytes));
    request.on('end', () => {
      const { url = '' } = request;
      if (request.method === 'POST') {
        const answer = bidder.bid(url.split('/').at(-1)!, Buffer.concat(body));
        setTimeout(() => response.writeHead(answer === null ? 204 : 200).end(answer ?? undefined), delayMs);
      } else {
        void bidder.notice(`https://bidder.example${url}`).then((status) => response.writeHead(status).end());
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const BASE: Omit<ServeExchangeOptions, 'bidderUrl'> = {
  seconds: 0.5,
  qps: 300,
  seed: 1,
  // Only what is shown at once and never clicked, so that the run is short.
  mix: { places: { site: 1, app: 0, ctv: 0, dooh: 0 } },
  displayDelayMs: { site: 20 },
  appeal: 1e-9,
};

test('a bidder behind HTTP and the exchange agree to the micro, forged and repeated calls included', async () => {
  const bidder = new SampleBidder({ seat: 'seat-a', cpmMicros: 3_000_000 });
  const bidderUrl = await listen(bidder);
  const faults = { forged: 0.2, tampered: 0.2, reordered: 0.2 };
  const { report, statuses, latencyMicros } = await serveExchange({
    ...BASE,
    bidderUrl,
    faults,
    exchanges: [{ ...DEFAULT_EXCHANGE, tmaxMs: 10_000 }],
  });
  assert.ok(report.requests > 80, `${report.requests}`);
  assert.equal(statuses[200], report.answers.bid);
  assert.ok(report.total.impressions > 20);
  assert.deepEqual(bidder.books.spendMicros, report.total.acknowledgedMicros);
  assert.deepEqual(Object.keys(report.faults.forged), ['400']);
  assert.equal(latencyMicros.count, report.requests);
  assert.ok(latencyMicros.p50 > 0 && latencyMicros.p50 <= latencyMicros.p99);
});

test('ortb/T10 answers after tmax are timeouts, and are never bids', async () => {
  const bidderUrl = await listen(new SampleBidder({ seat: 'seat-a', cpmMicros: 3_000_000 }), 400);
  const { report, statuses } = await serveExchange({ ...BASE, bidderUrl, seconds: 0.2 });
  assert.equal(report.answers.timeout, report.requests);
  assert.deepEqual([statuses[0], report.total.bids], [report.requests, 0]);
});

test('a bidder that is not there makes errors, not a crash', async () => {
  const { report } = await serveExchange({ ...BASE, bidderUrl: 'http://127.0.0.1:9', seconds: 0.1 });
  assert.equal(report.answers.error, report.requests);
});

test('every second says how it stands; an abort ends the run at once', async () => {
  const bidderUrl = await listen(new SampleBidder({ seat: 'seat-a', cpmMicros: 3_000_000 }));
  const stop = new AbortController();
  const states: ServedSecond[] = [];
  const { report } = await serveExchange({
    ...BASE,
    bidderUrl,
    seconds: 3_600,
    signal: stop.signal,
    onSecond: (state) => {
      states.push(state);
      stop.abort();
    },
  });
  assert.equal(states.length, 1);
  assert.ok(states[0]!.requests > 0 && states[0]!.connections >= 1);
  assert.ok(report.requests >= states[0]!.requests);
});

test('a URL that cannot be called is refused by name', async () => {
  for (const bidderUrl of ['localhost:80', 'ftp://x']) {
    await assert.rejects(
      serveExchange({ ...BASE, bidderUrl }),
      (thrown) => thrown instanceof GavotteError && thrown.message.startsWith('bidderUrl'),
    );
  }
});

test('an exchange tells at /metrics, while it runs, how it was answered', async () => {
  const bidderUrl = await listen(new SampleBidder({ seat: 'seat-a', cpmMicros: 3_000_000 }));
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const scrapes: Promise<string>[] = [];
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await serveExchange({
    ...BASE,
    seconds: 1.5,
    bidderUrl,
    metricsPort: port,
    onSecond: () => void scrapes.push(scrape()),
  });
  const text = await scrapes[0]!;
  assert.match(text, /^gavotte_exchange_answers_total\{answer="bid"\} [1-9]\d*$/m);
  assert.match(text, /^gavotte_exchange_seconds_count [1-9]\d*$/m);
  await assert.rejects(scrape(), 'it has ended');
});
