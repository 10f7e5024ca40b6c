import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CALM_NETWORK,
  type Disk,
  type EpochMs,
  type HttpResponse,
  Simulation,
} from '../../../kernel/index.ts';
import { type AdsTxtKind, Authorisations } from '../authorisations.ts';
import { SupplyCrawler } from './supply-crawler.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
const LISTED = 'ads.example, 1, DIRECT\n';

type Answer = string | Partial<HttpResponse>;

/** A crawler before a web of files by URL without `https://`; what is not there is a 404, of hosts that are there. */
function web(files: Record<string, Answer>, parts: { simulation?: Simulation; disk?: Disk } = {}) {
  const simulation = parts.simulation ?? new Simulation({ seed: 3 });
  const disk = parts.disk ?? simulation.disk();
  const asked: string[] = [];
  for (const host of new Set(Object.keys(files).map((url) => url.split('/', 1)[0]!))) {
    simulation.network.attach(`https://${host}`, async ({ url }) => {
      const path = url.slice('https://'.length);
      asked.push(path);
      const answer = files[path] ?? { status: 404 };
      const given = typeof answer === 'string' ? { body: answer } : answer;
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '', ...given };
    });
  }
  const { world } = simulation.boot('bidder', disk);
  const authorisations = new Authorisations();
  const crawler = new SupplyCrawler({ world, authorisations, path: 'supply.db' });
  const ask = (domain: string, kind: AdsTxtKind = 'ads.txt', account = '1') =>
    authorisations.authorisation(kind, domain, 'ads.example', account, world.clock.now(), WEEK_MS);
  const crawl = () => simulation.run(crawler.fetchWanted(), HOUR_MS);
  /** What is known of a domain after it was asked for. */
  const learn = async (domain: string, kind: AdsTxtKind = 'ads.txt') => {
    ask(domain, kind);
    await crawl();
    return ask(domain, kind);
  };
  return { simulation, disk, asked, authorisations, crawler, world, ask, crawl, learn, files };
}

test('ortb/S7 ortb/S4 a file that a request asked for is fetched beside the bid path, once while it is fresh', async () => {
  const { ask, crawl, asked, simulation } = web({ 'news.example/ads.txt': LISTED });
  assert.equal(ask('news.example'), 'unknown');
  await crawl();
  assert.deepEqual([ask('news.example'), ask('news.example', 'ads.txt', '2')], ['direct', 'unlisted']);
  await simulation.pass(23 * HOUR_MS);
  assert.equal(ask('news.example'), 'direct');
  await crawl();
  assert.equal(asked.length, 1);
});

test('ortb/S7 files outlive the process on its disk', async () => {
  const before = web({ 'news.example/ads.txt': LISTED });
  await before.learn('news.example');
  const { learn, asked } = web({}, before);
  assert.equal(await learn('news.example'), 'direct');
  assert.deepEqual(asked, []);
});

describe('ortb/S4 what a server answers', () => {
  const cases: readonly (readonly [string, Answer, string])[] = [
    ['404: there is no file, which says nothing', { status: 404 }, 'silent'],
    ['an empty file says nothing', '', 'silent'],
    ['500: nothing is known', { status: 500, body: LISTED }, 'unknown'],
    ['401: nothing is known', { status: 401, body: LISTED }, 'unknown'],
    [
      'a page instead of text',
      { headers: { 'content-type': 'text/html' }, body: `<html>${LISTED}` },
      'unknown',
    ],
    ['text without a type', { headers: {}, body: LISTED }, 'direct'],
    ['more than a megabyte', LISTED.repeat(50_000), 'unknown'],
    ['a redirect to nowhere', { status: 301 }, 'unknown'],
    ['a redirect that the standard does not name', { status: 308, headers: { location: '/b' } }, 'unknown'],
    ['a redirect to itself', { status: 302, headers: { location: '/ads.txt' } }, 'unknown'],
  ];
  for (const [name, answer, expected] of cases) {
    test(name, async () => {
      const { learn, crawler } = web({ 'news.example/ads.txt': answer });
      assert.equal(await learn('news.example'), expected);
      assert.equal(crawler.status.problems.length, expected === 'unknown' ? 1 : 0);
    });
  }
});

test('ortb/S4 redirects within a domain are followed, one to another domain too, and none from there', async () => {
  const to = (location: string) => ({ status: 301, headers: { location } });
  const { learn, crawler } = web({
    'a.example/ads.txt': to('https://www.a.example/ads.txt'),
    'www.a.example/ads.txt': to('/files/ads.txt'),
    'www.a.example/files/ads.txt': to('https://house.example/a.txt'),
    'house.example/a.txt': LISTED,
    'b.example/ads.txt': to('https://house.example/b.txt'),
    'house.example/b.txt': to('/a.txt'),
    'c.example/ads.txt': to('http://c.example/ads.txt'),
  });
  assert.equal(await learn('a.example'), 'direct');
  assert.equal(await learn('b.example'), 'unknown');
  assert.equal(await learn('c.example'), 'unknown', 'plain http leaves nobody sure who answered');
  assert.match(crawler.status.problems[0]!, /^b\.example\/ads\.txt: house\.example, to which it redirects/);
});

test('ortb/S4 a subdomain goes by its root, unless that refers to it', async () => {
  const { learn, asked } = web({
    'news.example/ads.txt': `${LISTED}SUBDOMAIN=sport.news.example`,
    'sport.news.example/ads.txt': 'ads.example, 1, RESELLER',
    'money.news.example/ads.txt': 'ads.example, 1, RESELLER',
  });
  assert.equal(await learn('live.sport.news.example'), 'reseller');
  assert.equal(await learn('money.news.example'), 'direct');
  assert.deepEqual(asked, ['news.example/ads.txt', 'sport.news.example/ads.txt']);
});

test('ortb/S4 a root is known by having a file: not by being a suffix, and not while it fails', async () => {
  const { learn } = web({
    'paper.co.example/ads.txt': LISTED,
    'shop.com.example/ads.txt': LISTED,
    'com.example/': '',
    'sub.down.example/ads.txt': LISTED,
    'down.example/ads.txt': { status: 503 },
  });
  assert.equal(await learn('paper.co.example'), 'direct', 'nobody answers at co.example');
  assert.equal(await learn('shop.com.example'), 'direct', 'com.example has no file');
  assert.equal(await learn('other.com.example'), 'unknown', 'which says nothing of the others below it');
  assert.equal(await learn('sub.down.example'), 'unknown');
});

test('ortb/S4 an app has a file of its own: at the subdomain of its developer, else at the root', async () => {
  const { learn } = web({
    'dev.example/ads.txt': 'ads.example, 1, RESELLER',
    'dev.example/app-ads.txt': LISTED,
    'studio.dev.example/app-ads.txt': 'ads.example, 1, RESELLER',
    'games.dev.example/': '',
  });
  assert.equal(await learn('dev.example', 'app-ads.txt'), 'direct');
  assert.equal(await learn('studio.dev.example', 'app-ads.txt'), 'reseller');
  assert.equal(await learn('games.dev.example', 'app-ads.txt'), 'direct');
  assert.equal(await learn('dev.example'), 'reseller');
});

test('ortb/S4 what was had holds while its server fails, until it is too old', async () => {
  const { learn, files, simulation, ask } = web({ 'news.example/ads.txt': LISTED });
  await learn('news.example');
  files['news.example/ads.txt'] = { status: 500 };
  await simulation.pass(WEEK_MS - HOUR_MS);
  assert.equal(await learn('news.example'), 'direct');
  await simulation.pass(HOUR_MS);
  assert.equal(ask('news.example'), 'unknown');
  files['news.example/ads.txt'] = { status: 404 };
  assert.equal(await learn('news.example'), 'silent', 'a file that was taken away');
});

test('fault/S7 a domain that fails is left alone for a minute, then twice as long each time, up to a day', async () => {
  const { learn, asked, simulation } = web({ 'news.example/ads.txt': { status: 500 } });
  const times: number[] = [];
  for (let minute = 0; minute < 5_000; minute += 1) {
    const before = asked.length;
    await learn('news.example');
    if (asked.length > before) times.push(minute);
    await simulation.pass(60_000);
  }
  const waits = times.slice(1).map((time, index) => time - times[index]!);
  assert.deepEqual(waits.slice(0, 4), [1, 2, 4, 8]);
  assert.ok(Math.max(...waits) <= 24 * 60, `${waits}`);
});

test('fault/S7 hosts that never answer are given up after ten seconds, four at a time, and hold up no others', async () => {
  const hosts = Array.from({ length: 8 }, (_none, index) => `slow${index}.example`);
  const { crawl, ask, simulation, world } = web({
    'news.example/ads.txt': LISTED,
    ...Object.fromEntries(hosts.map((host) => [`${host}/ads.txt`, LISTED])),
  });
  simulation.network.faults = { ...CALM_NETWORK, heldUp: 1, heldUpMs: 10 * HOUR_MS };
  for (const host of hosts) ask(host);
  const before = world.clock.now();
  await crawl();
  assert.equal(world.clock.now() - before, 20_000);
  simulation.network.faults = CALM_NETWORK;
  ask('news.example');
  await crawl();
  assert.equal(ask('news.example'), 'direct');
});

test('fault/S7 a web in which a third of everything is lost, refused or late is read in the end, and never wrongly', async () => {
  const names = Array.from({ length: 20 }, (_none, index) => `site${index}.example`);
  const { crawl, ask, simulation, crawler } = web(
    Object.fromEntries(names.map((name) => [`${name}/ads.txt`, LISTED])),
  );
  simulation.network.faults = {
    ...CALM_NETWORK,
    refused: 0.1,
    lostRequest: 0.1,
    lostResponse: 0.1,
    heldUp: 0.05,
    heldUpMs: 60_000,
  };
  for (let round = 0; round < 40; round += 1) {
    for (const name of names) assert.match(ask(name), /^(?:direct|unknown)$/);
    await crawl();
    await simulation.pass(10 * 60_000);
  }
  assert.deepEqual(
    names.map((name) => ask(name)),
    names.map(() => 'direct'),
  );
  assert.ok(crawler.status.failed > 0);
});

test('ortb/S7 a server says for how long its file holds: from an hour to a day', async () => {
  const fresh = async (headers: Record<string, string>) => {
    const { learn, asked, simulation } = web({ 'news.example/ads.txt': { headers, body: LISTED } });
    let hours = 0;
    for (await learn('news.example'); asked.length === 1; hours += 1) {
      await simulation.pass(HOUR_MS);
      await learn('news.example');
    }
    return hours;
  };
  assert.equal(await fresh({}), 24);
  assert.equal(await fresh({ 'cache-control': 'public, max-age=7200' }), 2);
  assert.equal(await fresh({ 'cache-control': 'no-store' }), 1);
  assert.equal(await fresh({ 'cache-control': 'max-age=999999999' }), 24);
  assert.equal(await fresh({ expires: new Date(Date.UTC(2026, 10, 23, 15)).toUTCString() }), 3);
});

test('ortb/S5 sellers.json: what was had last holds, whatever comes instead', async () => {
  const sellers = (domain: string) =>
    JSON.stringify({ sellers: [{ seller_id: '1', seller_type: 'PUBLISHER', domain }] });
  const { learn, crawl, files, authorisations, world, simulation } = web({
    'news.example/ads.txt': LISTED,
    'ads.example/sellers.json': sellers('news.example'),
  });
  await learn('news.example');
  const owned = () =>
    authorisations.ownership('ads.txt', 'news.example', 'ads.example', '1', world.clock.now(), 5 * WEEK_MS);
  assert.equal(owned(), 'unknown');
  await crawl();
  assert.equal(owned(), 'borne-out');
  const wrongs = {
    html: '<html>',
    gone: { status: 404 },
    down: { status: 500 },
    huge: ' '.repeat(6_000_000),
  };
  for (const [name, wrong] of Object.entries(wrongs)) {
    files['ads.example/sellers.json'] = wrong;
    await simulation.pass(WEEK_MS);
    owned();
    await crawl();
    assert.equal(owned(), 'borne-out', name);
  }
  files['ads.example/sellers.json'] = sellers('other.example');
  await simulation.pass(WEEK_MS);
  owned();
  await crawl();
  assert.equal(owned(), 'contradicted');
});

test('fault/S7 names that are no domains are asked of nobody', async () => {
  const { ask, crawl, asked } = web({ '10.0.0.1/ads.txt': LISTED, 'localhost/ads.txt': LISTED });
  for (const name of ['10.0.0.1', 'localhost', 'a b.example', 'user@10.0.0.1', `${'a.'.repeat(9)}example`])
    ask(name);
  await crawl();
  assert.deepEqual(asked, []);
});

test('ortb/S4 lines that mean nothing are told by their number, and cost the others nothing', async () => {
  const { learn, crawler } = web({
    'news.example/ads.txt': `# ours\nads.example 1 DIRECT\n${LISTED}a.example, 1, BOTH`,
  });
  assert.equal(await learn('news.example'), 'direct');
  assert.deepEqual(crawler.status, {
    fetched: 1,
    absent: 0,
    failed: 0,
    problems: [
      'news.example/ads.txt line 2: a record has a domain, an account, and DIRECT or RESELLER; 1 more like it',
    ],
  });
});

test('a crawler that is stopped leaves at once, and keeps no failure of it', async () => {
  const { crawler, ask, simulation, disk, files } = web({ 'news.example/ads.txt': LISTED });
  simulation.network.faults = { ...CALM_NETWORK, heldUp: 1, heldUpMs: HOUR_MS };
  ask('news.example');
  const stop = new AbortController();
  const running = crawler.run(stop.signal);
  await simulation.pass(2_000);
  stop.abort();
  await simulation.run(running, 1);
  simulation.network.faults = CALM_NETWORK;
  const again = web(files, { simulation, disk });
  assert.equal(await again.learn('news.example'), 'direct');
  assert.deepEqual(crawler.status.problems, []);
});

/** Long ago. */
const NEVER = 0 as EpochMs;
test('ortb/S7 what waits to be fetched is bounded', () => {
  const authorisations = new Authorisations();
  for (let index = 0; index < 5_000; index += 1)
    authorisations.authorisation('ads.txt', `n${index}.example`, 'a.example', '1', NEVER, WEEK_MS);
  assert.equal(authorisations.takeWanted()['ads.txt'].size, 1_000);
  assert.equal(authorisations.takeWanted()['ads.txt'].size, 0);
});
