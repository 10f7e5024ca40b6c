// `npm run test:rllib`: not part of `npm test`, as Ray and torch are gigabytes and training takes a minute.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/node24.mjs';
import { type TestPython, testPython } from '../../scripts/python.ts';
import { ROLES, type Role, TEAM_SCHEMA, TeamPolicy } from '../../src/delivery/index.ts';
import { readPolicyFile } from '../../src/neural/index.ts';

try {
  testOn(testPython('examples/rllib-requirements.txt'));
} catch (error) {
  const reason = `no Ray RLlib: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`;
  // Without it the test says so; where a machine must have it, that is a failure.
  test('RLlib trains the team', { skip: process.env.CI === undefined ? reason : false }, () => {
    throw new Error(reason);
  });
}

/** What a network of the folder answers to rows whose numbers are sines, by ONNX's own reference. */
const ANSWERS = `
import json, sys, numpy, onnx.reference
rows = numpy.sin(numpy.arange(3 * 28, dtype=numpy.float32)).reshape(3, 28)
roles = ["bidder", "pacer", "allocator", "creative"]
answer = lambda role: onnx.reference.ReferenceEvaluator(f"{sys.argv[1]}/{role}.onnx").run(None, {"observation": rows})[0]
print(json.dumps({role: answer(role).tolist() for role in roles}))
`;

function testOn(python: TestPython): void {
  test('RLlib trains the team, whose networks come back as a policy that decides and is evaluated', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavotte-rllib-'));
    try {
      const how = ['--iterations', '2', '--days', '8', '--out', folder];
      const lines = outputOf(python, ['examples/rllib_multi_agent.py', ...how])
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { environmentSteps?: number; done?: boolean });
      assert.deepEqual([lines[1]?.environmentSteps, lines[2]?.done], [2 * 8 * 48, true]);
      const policy = join(folder, 'policy.json');
      gavotte('policy', 'import', folder, '--out', policy, '--scenario', 'drift');
      decidesAsWritten(policy, JSON.parse(outputOf(python, ['-c', ANSWERS, folder])) as Answers);
      const days = ['--scenario', 'drift', '--split', 'training', '--days', '4'];
      const { rows } = gavotte('evaluate', '--policies', `${policy},classical`, ...days) as {
        readonly rows: readonly { readonly name: string; readonly days: readonly object[][] }[];
      };
      assert.deepEqual(
        rows.slice(0, 2).map((row) => [row.name, row.days[0]?.length]),
        [
          [policy, 4],
          ['classical', 4],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** By role, [rows, actions]: means. */
type Answers = Readonly<Record<Role, readonly (readonly number[])[]>>;

function decidesAsWritten(path: string, answers: Answers): void {
  const team = new TeamPolicy(readPolicyFile(readFileSync(path, 'utf8'), path, TEAM_SCHEMA));
  assert.deepEqual(team.roles, ROLES);
  const rows = Float32Array.from({ length: 3 * 28 }, (_, index) => Math.sin(index));
  for (const role of ROLES)
    for (const [row, means] of answers[role].entries()) {
      const actions = new Float32Array(means.length);
      team.decide(role, rows, row * 28, actions, 0);
      for (const [index, mean] of means.entries())
        assert.ok(Math.abs(actions[index]! - Math.tanh(mean)) < 1e-5, `${role}: ${actions[index]}, ${mean}`);
    }
}

/** What a command prints under `--json`. */
function gavotte(...args: readonly string[]): object {
  const line = [join(root, 'src', 'cli', 'main.ts'), ...args, '--json'];
  const ended = spawnSync(process.execPath, line, { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  return JSON.parse(ended.stdout) as object;
}

function outputOf({ command, env }: TestPython, args: readonly string[]): string {
  const PYTHONPATH = [join(root, 'python'), env.PYTHONPATH ?? ''].join(delimiter);
  const own = { PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1', RAY_USAGE_STATS_ENABLED: '0' };
  const ended = spawnSync(command, args, { cwd: root, env: { ...process.env, ...own }, encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout;
}
