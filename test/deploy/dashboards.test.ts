import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../house/files.ts';
import { promqlProblems } from './promql.ts';

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const FOLDER = join(root, 'deploy', 'grafana');
const rules = readFileSync(join(root, 'deploy', 'prometheus', 'rules.yml'), 'utf8');
const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name!));
const dashboards = new Map(
  readdirSync(FOLDER).map((file) => [
    file,
    JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard,
  ]),
);

for (const [file, { uid, panels }] of dashboards) {
  test(`${file}: every panel asks only for metrics and labels that are served, and says what it shows`, () => {
    assert.equal(`${uid}.json`, `gavotte-${file}`);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { title, description, targets } of panels) {
      assert.ok(title !== '' && description !== '' && targets.length > 0, title);
      for (const { expr, legendFormat } of targets) {
        assert.match(expr, /gavotte|process/);
        assert.deepEqual(promqlProblems(expr, recorded), [], title);
        assert.ok(legendFormat !== '', title);
      }
    }
  });
}

test('there is a dashboard for delivery, money, learning and the deal desk', () => {
  assert.deepEqual([...dashboards.keys()].sort(), [
    'deal-desk.json',
    'delivery.json',
    'learning.json',
    'money.json',
  ]);
});
