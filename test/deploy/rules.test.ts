import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promtool } from '../../scripts/promtool.ts';
import { root } from '../house/files.ts';
import { promqlProblems } from './promql.ts';

const FOLDER = join(root, 'deploy', 'prometheus');
const rules = readFileSync(join(FOLDER, 'rules.yml'), 'utf8');
const ruleTests = readFileSync(join(FOLDER, 'rules.test.yml'), 'utf8');
const runbooks = readFileSync(join(root, 'docs', 'runbooks.md'), 'utf8');

/** Each rule's lines. */
const blocks = rules.split(/^ {6}(?=- (?:alert|record): )/m).slice(1);
const alerts = new Map(
  blocks.flatMap((block) => {
    const name = /^- alert: (\w+)$/m.exec(block)?.[1];
    return name === undefined ? [] : [[name, block] as const];
  }),
);
const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name!));

test('every failure that somebody must be told of has an alert', () => {
  assert.deepEqual([...alerts.keys()].sort(), [
    'AuditDifference',
    'AuditorStalled',
    'BidLatency',
    'ClockSkew',
    'ConsumerLag',
    'DuplicateNoticeRate',
    'LeaseLeak',
    'LedgerImbalance',
    'OutcomesDropped',
    'OverCap',
    'PolicyQuarantined',
    'ReconcileBacklog',
    'SellerBreakerOpen',
    'SpendStalled',
    'SpendVelocity',
  ]);
});

test('rules name only metrics and labels that are served', () => {
  for (const block of blocks) {
    const expression = /expr: (?:>-)?([\s\S]*?)(?=\n {8}\w+:|\n\n|$)/.exec(block)![1]!;
    assert.match(expression, /gavotte/);
    assert.deepEqual(promqlProblems(expression, recorded), []);
  }
});

test('a metric or a label that nobody serves is found', () => {
  const problems = (expression: string) => promqlProblems(expression, recorded).length;
  assert.equal(problems('gavotte_bid_total > 0'), 1);
  assert.equal(problems('gavotte_bids_total{seller="x"} > 0'), 1);
  assert.equal(problems('sum by (seller) (gavotte_bids_total)'), 1);
  assert.equal(
    problems('rate(gavotte_decision_seconds[5m])'),
    1,
    'a histogram has no series of its own name',
  );
  assert.equal(problems('sum by (le, instance) (rate(gavotte_decision_seconds_bucket{job="b"}[5m]))'), 0);
});

for (const [name, block] of alerts) {
  test(`${name}: its runbook says what to do, with a command`, () => {
    assert.match(block, new RegExp(`runbook_url: docs/runbooks\\.md#${name.toLowerCase()}$`, 'm'));
    const entry = new RegExp(`^## ${name}\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(runbooks)?.[1];
    assert.ok(entry !== undefined, 'it has an entry');
    assert.match(entry, /First look/);
    assert.match(entry, /^Fix/m);
    assert.match(entry, /`[a-z]+ [^`]+`|```sh/);
  });

  test(`${name}: a test sees it fire, and one sees it stay silent`, () => {
    const ends = [...ruleTests.matchAll(new RegExp(`alertname: ${name}\\b[^]*?exp_alerts:( \\[\\])?`, 'g'))];
    assert.ok(ends.some(([, none]) => none !== undefined));
    assert.ok(ends.some(([, none]) => none === undefined));
  });
}

test('every entry of the runbooks is an alert’s', () => {
  const entries = [...runbooks.matchAll(/^## (.+)$/gm)].map(([, name]) => name!);
  assert.deepEqual(entries.toSorted(), [...alerts.keys()].toSorted());
});

try {
  testWith(promtool());
} catch (error) {
  const reason = `no promtool: ${(error as Error).message}`;
  // Without it the suite says so; where a machine must have it, that is a failure.
  test('alert rules by promtool', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

function testWith(path: string): void {
  const run = (...args: readonly string[]) =>
    execFileSync(path, args, { cwd: FOLDER, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  describe('alert rules by promtool', () => {
    test('Prometheus takes them', () => void run('check', 'rules', 'rules.yml'));
    test('each fires when it should, and not beside what nearly fires it', () =>
      void run('test', 'rules', 'rules.test.yml'));
  });
}
