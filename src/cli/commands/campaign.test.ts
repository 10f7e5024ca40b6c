import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SAMPLE_BRIEF } from '../../campaign/index.ts';
import { runCommand } from '../program.ts';
import { captureOutput } from '../testing/capture.ts';
import { COMMANDS } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gavotte-cli-campaign-'));
after(() => rmSync(folder, { recursive: true }));
const EXAMPLE = fileURLToPath(new URL('../../../examples/briefs/three-channels.yaml', import.meta.url));

async function campaign(args: readonly string[], json = false) {
  const { output, stdout, stderr } = captureOutput({ json });
  const exitCode = await runCommand(['campaign', ...args], {
    commands: COMMANDS,
    version: '0',
    output,
    signal: new AbortController().signal,
    env: {},
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

test('init writes the commented sample, which check reads, and overwrites nothing', async () => {
  const out = join(folder, 'new', 'brief.yaml');
  const first = await campaign(['init', '--out', out], true);
  assert.deepEqual([first.exitCode, JSON.parse(first.stdout)], [0, { brief: out }]);
  assert.equal(readFileSync(out, 'utf8'), SAMPLE_BRIEF);
  assert.equal((await campaign(['check', out])).exitCode, 0);
  writeFileSync(out, 'mine: true\n');
  const second = await campaign(['init', '--out', out]);
  assert.equal(second.exitCode, 1);
  assert.match(second.stderr, /is there already \(GV_BAD_INPUT\)\n {2}Name another with --out/);
  assert.equal(readFileSync(out, 'utf8'), 'mine: true\n');
});

test('check shows the brief with all that it leaves out', async () => {
  const { exitCode, stdout } = await campaign(['check', EXAMPLE]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /budget +\$3,000\.00, of \$5,000\.00 for acme/);
  assert.match(stdout, /approvals +plan, booking/);
  assert.match(stdout, /ctv +ctv +\$1,500\.00 +PG, PD +4 +25,000 +\$45\.00 +-/);
});

test('check --json has the whole brief, and what each channel asks for', async () => {
  const { stdout } = await campaign(['check', EXAMPLE], true);
  const brief = JSON.parse(stdout) as {
    budget: object;
    channels: { budget: object; impressionsAsked: number }[];
  };
  assert.deepEqual(brief.budget, { amountMicros: 3_000_000_000, currency: 'USD' });
  assert.deepEqual(
    brief.channels.map((each) => [each.budget, each.impressionsAsked]),
    [
      [{ amountMicros: 1_500_000_000, currency: 'USD' }, 25_000],
      [{ amountMicros: 900_000_000, currency: 'USD' }, 25_000],
      [{ amountMicros: 600_000_000, currency: 'USD' }, 25_000],
    ],
  );
});

test('check tells each problem on a line of its own, and as data under --json', async () => {
  const path = join(folder, 'wrong.yaml');
  writeFileSync(path, SAMPLE_BRIEF.replace('objective:', 'objektive:').replace('maxDeals: 3', 'maxDeals: 0'));
  const people = await campaign(['check', path]);
  assert.equal(people.exitCode, 1);
  assert.match(
    people.stderr,
    /wrong\.yaml:14: objektive: is not known here; did you mean objective\?\n.*yaml:28: channels\.0\.maxDeals: 0 must be above 0\n/,
  );
  const { error } = JSON.parse((await campaign(['check', path], true)).stdout) as {
    error: { code: string; details: { problems: { key: string; line: number }[] } };
  };
  assert.equal(error.code, 'GV_BAD_INPUT');
  assert.deepEqual(
    error.details.problems.map(({ key, line }) => [key, line]),
    [
      ['objektive', 14],
      ['channels.0.maxDeals', 28],
    ],
  );
});
