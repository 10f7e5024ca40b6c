import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../program.ts';
import { captureOutput } from '../testing/capture.ts';
import { COMMANDS } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gavotte-cli-train-'));
after(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'team');

async function run(args: readonly string[]) {
  const captured = captureOutput({ json: true });
  const exitCode = await runCommand([...args], {
    commands: COMMANDS,
    version: '0',
    output: captured.output,
    signal: new AbortController().signal,
    env: {},
  });
  return { exitCode, answer: JSON.parse(captured.stdout.text) as Record<string, unknown> };
}

interface Row {
  readonly name: string;
  readonly runs: number;
  readonly against: { readonly verdict: string } | null;
}

test('train writes a policy, curves and a page; the policy survives ONNX; evaluate compares it on test days and records that', async () => {
  const trained = await run([
    'train',
    '--preset',
    'demo-4',
    '--iterations',
    '1',
    '--seeds',
    '2',
    '--out',
    out,
  ]);
  assert.equal(trained.exitCode, 0);
  for (const file of ['policy.json', 'report.html', 'evaluation.json', 'seed-2/curves.ndjson'])
    assert.ok(existsSync(join(out, file)), file);
  assert.match(
    readFileSync(join(out, 'report.html'), 'utf8'),
    /<svg[\s\S]*Surplus of the 50 validation days/,
  );

  const onnx = join(folder, 'onnx');
  await run(['policy', 'export', join(out, 'policy.json'), '--out', onnx]);
  const back = join(folder, 'back.json');
  const imported = await run(['policy', 'import', onnx, '--out', back, '--scenario', 'drift']);
  assert.deepEqual(imported.answer.roles, ['bidder', 'pacer', 'allocator', 'creative']);
  const networksOf = (path: string) =>
    (JSON.parse(readFileSync(path, 'utf8')) as { networks: object }).networks;
  assert.deepEqual(networksOf(back), networksOf(join(out, 'policy.json')));

  const log = join(folder, 'test-days.ndjson');
  const policies = `classical,${out},${join(out, 'policy.json')}`;
  const line = ['evaluate', '--policies', policies, '--scenario', 'drift', '--days', '8', '--log', log];
  const { exitCode, answer } = await run(line);
  assert.equal(exitCode, 0);
  const rows = answer.rows as readonly Row[];
  assert.deepEqual(
    rows.map(({ name, runs }) => [name, runs]),
    [
      ['classical', 1],
      [out, 2],
      [join(out, 'policy.json'), 1],
    ],
  );
  assert.equal(rows[0]!.against, null);
  await run(line);
  assert.equal(readFileSync(log, 'utf8').trim().split('\n').length, 2);
});

test('a name that P48 does not know uses up no test day', async () => {
  const log = join(folder, 'p48-days.ndjson');
  const { exitCode } = await run(['evaluate', '--scenario', 'p48', '--policies', 'PID,MOPE', '--log', log]);
  assert.notEqual(exitCode, 0);
  assert.equal(existsSync(log), false);
});

test('P48 tells who its rivals were, and what there was to win', async () => {
  const line = ['evaluate', '--scenario', 'p48', '--policies', 'constant,PID', '--split', 'validation'];
  const { exitCode, answer } = await run([...line, '--days', '1']);
  assert.equal(exitCode, 0);
  assert.equal(answer.rivals, 'synthetic');
  const { bounds, rows } = answer as unknown as {
    bounds: { scoreOracle: number };
    rows: readonly { candidate: string; expectedScore: { mean: number } }[];
  };
  assert.deepEqual(rows.map(({ candidate }) => candidate).sort(), ['PID', 'constant']);
  for (const { expectedScore } of rows) assert.ok(expectedScore.mean < bounds.scoreOracle);
});

for (const [what, args, message] of [
  ['an unknown preset', ['train', '--preset', 'marl-5'], /marl-5/],
  ['an unknown scenario', ['train', '--scenario', 'summer'], /summer/],
  ['nobody left to learn', ['train', '--without', 'bidder,pacer,allocator,creative'], /--without/],
  ['no training to resume', ['train', '--resume', '--out', join(folder, 'none')], /none/],
  ['a name that is no policy', ['evaluate', '--policies', 'clasical', '--split', 'training'], /clasical/],
  [
    'a policy that P48 does not have',
    ['evaluate', '--scenario', 'p48', '--policies', 'MOPE', '--split', 'training'],
    /MOPE/,
  ],
  [
    'more P48 days than there are',
    ['evaluate', '--scenario', 'p48', '--policies', 'PID', '--days', '21'],
    /20/,
  ],
  ['no ONNX files', ['policy', 'import', tmpdir(), '--out', join(folder, 'x.json')], /bidder.onnx/],
  ['an unknown split', ['evaluate', '--policies', 'classical', '--split', 'all'], /all/],
  ['more days than there are', ['evaluate', '--policies', 'classical', '--days', '201'], /200/],
] as const)
  test(`${what} is refused, with what to do`, async () => {
    const { exitCode, answer } = await run(args);
    assert.notEqual(exitCode, 0);
    const { error } = answer as unknown as { error: { message: string; fix: string } };
    assert.match(`${error.message} ${error.fix}`, message);
  });
