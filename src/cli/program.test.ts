import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GavotteError } from '../kernel/index.ts';
import type { CommandEntry } from './command.ts';
import { takeJsonFlag } from './process.ts';
import { runCommand } from './program.ts';
import { captureOutput } from './testing/capture.ts';

const loaded: string[] = [];

function howOften(text: string): string {
  if (/^\d+$/.test(text)) return text;
  throw new GavotteError('GV_BAD_INPUT', `--times ${text} must be a whole number`);
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'greet',
    summary: 'say hello',
    load: async () => {
      loaded.push('greet');
      return {
        configure: (command, context) => {
          command
            .argument('<name>')
            .option('--times <n>', 'how often', howOften, '1')
            .action(
              context.action(async (name: string, options: { times: string }) => ({
                json: { name, times: options.times },
                text: `hello ${name}`,
                failed: name === 'nobody',
              })),
            );
        },
      };
    },
  },
  {
    name: 'sellers',
    summary: 'sellers',
    load: async () => {
      loaded.push('sellers');
      return {
        configure: (command, context) => {
          command.command('check').action(
            context.action(async () => {
              throw new GavotteError('GV_TIMEOUT', 'too slow', { fix: 'Wait.' });
            }),
          );
        },
      };
    },
  },
];

async function run(line: string, json = false) {
  const captured = captureOutput({ json });
  loaded.length = 0;
  const exitCode = await runCommand(line === '' ? [] : line.split(' '), {
    commands: COMMANDS,
    version: '1.2.3',
    output: captured.output,
    signal: new AbortController().signal,
    env: {},
  });
  return { exitCode, stdout: captured.stdout.text, stderr: captured.stderr.text };
}

describe('exit codes', () => {
  const cases: readonly [string, number][] = [
    ['greet Ann', 0],
    ['greet nobody', 1],
    ['sellers check', 1],
    ['', 2],
    ['grete Ann', 2],
    ['greet', 2],
    ['greet Ann Bob', 2],
    ['greet Ann --tims 3', 2],
    ['greet Ann --times x', 2],
    ['sellers', 2],
    ['sellers chek', 2],
    ['--help', 0],
    ['greet --help', 0],
    ['help greet', 0],
    ['--version', 0],
  ];
  for (const [line, expected] of cases) {
    test(`gavotte ${line}: ${expected}, and one JSON object under --json`, async () => {
      const plain = await run(line);
      assert.equal(plain.exitCode, expected);
      const json = await run(line, true);
      assert.equal(json.exitCode, expected);
      const printed = JSON.parse(json.stdout) as Record<string, unknown>;
      // A command that did its work and has bad news prints its result, not an error.
      const isError = expected !== 0 && line !== 'greet nobody';
      assert.equal('error' in printed, isError);
      if (expected === 2) assert.equal(plain.stdout, '');
    });
  }
});

test('what a command returns is what is printed', async () => {
  assert.equal((await run('greet Ann')).stdout, 'hello Ann\n');
  assert.deepEqual(JSON.parse((await run('greet Ann --times 2', true)).stdout), { name: 'Ann', times: '2' });
});

test('a wrong word is answered with the nearest right one', async () => {
  assert.match((await run('grete')).stderr, /unknown command 'grete'[\s\S]*Did you mean greet\?/);
  assert.match(
    (await run('greet Ann --tims 3')).stderr,
    /unknown option '--tims'[\s\S]*Did you mean --times\?/,
  );
  assert.match((await run('sellers chek')).stderr, /unknown command 'chek'[\s\S]*Did you mean check\?/);
  const { error } = JSON.parse((await run('grete', true)).stdout) as { error: Record<string, unknown> };
  assert.deepEqual(error, {
    code: 'GV_BAD_INPUT',
    message: "unknown command 'grete'",
    recovery: 'correctable',
    fix: 'Did you mean greet?',
  });
});

test('only the command that is called is loaded', async () => {
  await run('--help');
  assert.deepEqual(loaded, []);
  await run('greet Ann');
  assert.deepEqual(loaded, ['greet']);
});

test('help names every command, and --json on each', async () => {
  const { stdout } = await run('--help');
  assert.match(stdout, /greet .*say hello/);
  assert.match((await run('greet --help')).stdout, /--json/);
  assert.equal((await run('--version')).stdout, '1.2.3\n');
});

test('--json may stand anywhere before --', () => {
  assert.deepEqual(takeJsonFlag(['plan', 'x', '--json']), { json: true, rest: ['plan', 'x'] });
  assert.deepEqual(takeJsonFlag(['--json', 'plan']), { json: true, rest: ['plan'] });
  assert.deepEqual(takeJsonFlag(['plan', '--', '--json']), { json: false, rest: ['plan', '--', '--json'] });
  assert.deepEqual(takeJsonFlag([]), { json: false, rest: [] });
});
