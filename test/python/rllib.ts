// `npm run test:rllib`: not part of `npm test`, as Ray and torch are gigabytes and training takes a minute.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/node24.mjs';
import { type TestPython, testPython } from '../../scripts/python.ts';

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
  test('RLlib trains the team, and writes what each role has learned', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavotte-rllib-'));
    try {
      const how = ['--iterations', '2', '--days', '8', '--out', folder];
      const lines = outputOf(python, ['examples/rllib_multi_agent.py', ...how])
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { environmentSteps?: number; done?: boolean });
      assert.deepEqual([lines[1]?.environmentSteps, lines[2]?.done], [2 * 8 * 48, true]);
      const answers = JSON.parse(outputOf(python, ['-c', ANSWERS, folder])) as Record<string, number[][]>;
      const widths = Object.entries(answers).map(([role, rows]) => [role, rows.map((row) => row.length)]);
      assert.deepEqual(Object.fromEntries(widths), {
        bidder: [2, 2, 2],
        pacer: [2, 2, 2],
        allocator: [1, 1, 1],
        creative: [1, 1, 1],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function outputOf({ command, env }: TestPython, args: readonly string[]): string {
  const PYTHONPATH = [join(root, 'python'), env.PYTHONPATH ?? ''].join(delimiter);
  const own = { PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1', RAY_USAGE_STATS_ENABLED: '0' };
  const ended = spawnSync(command, args, { cwd: root, env: { ...process.env, ...own }, encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout;
}
