import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GavotteError, Simulation, STEPS, traced, tracedNow } from '../kernel/index.ts';
import { scrapeText } from './scrape.ts';
import { SellerMetrics } from './seller-metrics.ts';
import { recordSpans } from './spans.ts';

/** A tracer in the shape of `@opentelemetry/api`, whose contexts are the names of spans. */
function fakeApi() {
  const lines: string[] = [];
  const api = {
    context: { active: () => 'root' },
    trace: {
      getTracer: () => ({
        startSpan: (name: string, { attributes }: { attributes: object }, parent: string) => {
          lines.push(`${parent} > ${name} ${JSON.stringify(attributes)}`);
          return {
            name,
            setStatus: ({ message = '' }: { message?: string }) => lines.push(`${name} failed ${message}`),
            end: () => void lines.push(`${name} ended`),
          };
        },
      }),
      setSpan: (_context: string, { name }: { name: string }) => name,
    },
  };
  return { api: api as unknown as Parameters<typeof recordSpans>[0], lines };
}

test('steps become spans under the step they were taken in, also side by side; failed ones say by which code', async () => {
  const { api, lines } = fakeApi();
  const stop = recordSpans(api);
  const call = (seller: string, work: () => Promise<unknown>) =>
    traced(STEPS.sellerCall, () => ({ seller }), work);
  await traced(
    STEPS.orchestrate,
    () => ({}),
    () =>
      Promise.allSettled([
        call('a', () =>
          Promise.resolve().then(() =>
            tracedNow(
              STEPS.bid,
              () => ({ path: '/' }),
              () => 1,
            ),
          ),
        ),
        call('b', () => Promise.reject(new GavotteError('GV_TIMEOUT', 'late'))),
      ]),
  );
  stop();
  assert.deepEqual(lines.toSorted(), [
    'gavotte.bid ended',
    'gavotte.orchestrate > gavotte.seller-call {"seller":"a"}',
    'gavotte.orchestrate > gavotte.seller-call {"seller":"b"}',
    'gavotte.orchestrate ended',
    'gavotte.seller-call > gavotte.bid {"path":"/"}',
    'gavotte.seller-call ended',
    'gavotte.seller-call ended',
    'gavotte.seller-call failed GV_TIMEOUT',
    'root > gavotte.orchestrate {}',
  ]);
});

test('nobody watches before and after, and facts are not asked for then', async () => {
  const { api, lines } = fakeApi();
  recordSpans(api)();
  const facts = () => assert.fail('nobody wants them');
  assert.equal(
    tracedNow(STEPS.bid, facts, () => 7),
    7,
  );
  assert.equal(await traced(STEPS.ledger, facts, () => Promise.resolve(8)), 8);
  assert.deepEqual(lines, []);
});

test('calls of sellers are counted by seller: time, failures, and who is left alone', async () => {
  const { clock } = new Simulation({ seed: 1 }).peer('desk');
  const metrics = new SellerMetrics(clock);
  const call = (seller: string, error?: GavotteError) =>
    traced(
      STEPS.sellerCall,
      () => ({ seller }),
      () => (error === undefined ? Promise.resolve() : Promise.reject(error)),
    ).catch(() => {});
  const text = () => scrapeText((scrape) => metrics.publish(scrape));
  await call('http://a');
  await call('http://b', new GavotteError('GV_TIMEOUT', 'late'));
  await call('http://b', new GavotteError('GV_BREAKER_OPEN', 'left alone'));
  assert.match(text(), /^gavotte_seller_call_seconds_count\{seller="http:\/\/a"\} 1$/m);
  assert.match(text(), /^gavotte_seller_call_seconds_count\{seller="http:\/\/b"\} 1$/m);
  assert.match(text(), /^gavotte_seller_failures_total\{seller="http:\/\/b",code="GV_TIMEOUT"\} 1$/m);
  assert.match(text(), /^gavotte_seller_breaker_open\{seller="http:\/\/a"\} 0$/m);
  assert.match(text(), /^gavotte_seller_breaker_open\{seller="http:\/\/b"\} 1$/m);
  await call('http://b');
  assert.match(text(), /^gavotte_seller_breaker_open\{seller="http:\/\/b"\} 0$/m);
  metrics.close();
  await call('http://a');
  assert.match(text(), /^gavotte_seller_call_seconds_count\{seller="http:\/\/a"\} 1$/m);
});
