import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GavotteError } from '../kernel/index.ts';
import { captureOutput } from './testing/capture.ts';

const broke = new GavotteError('GV_FX_STALE', 'the table is old', { fix: 'Refresh it.' });

describe('for people', () => {
  test('data goes to stdout, everything else to stderr', () => {
    const { output, stdout, stderr } = captureOutput();
    output.print('a table');
    output.note('a warning');
    assert.equal(output.finish({ json: { a: 1 }, text: 'the end' }), 0);
    assert.equal(stdout.text, 'a table\nthe end\n');
    assert.equal(stderr.text, 'a warning\n');
  });

  test('a report without text prints nothing', () => {
    const { output, stdout } = captureOutput();
    output.finish({ json: {}, text: '' });
    assert.equal(stdout.text, '');
  });

  test('an error says what is wrong and what to do, on stderr', () => {
    const { output, stdout, stderr } = captureOutput();
    assert.equal(output.fail(broke), 1);
    assert.equal(stdout.text, '');
    assert.equal(stderr.text, 'error the table is old (GV_FX_STALE)\n  Refresh it.\n');
  });

  test('what a seller wrote into an error reaches the terminal harmless', () => {
    const { output, stderr } = captureOutput();
    output.fail(new GavotteError('GV_SELLER_REJECTED', 'no\u001b[2J\u202ebudget\u0007'));
    assert.equal(stderr.text, 'error nobudget (GV_SELLER_REJECTED)\n');
  });

  test('a programmer’s error shows where it happened', () => {
    const { output, stderr } = captureOutput();
    output.fail(new TypeError('x is undefined'));
    assert.match(stderr.text, /GV_INTERNAL/);
    assert.match(stderr.text, /output\.test\.ts/);
  });
});

describe('under --json', () => {
  test('stdout is exactly one JSON object', () => {
    const { output, stdout } = captureOutput({ json: true });
    output.print('not for programs');
    output.note('on the way');
    output.finish({ json: { dealsBooked: 3 }, text: 'not for programs either' });
    assert.deepEqual(JSON.parse(stdout.text), { dealsBooked: 3 });
  });

  test('errors are JSON too', () => {
    const { output, stdout } = captureOutput({ json: true });
    assert.equal(output.fail(broke, 2), 2);
    assert.deepEqual(JSON.parse(stdout.text), {
      error: {
        code: 'GV_FX_STALE',
        message: 'the table is old',
        recovery: 'correctable',
        fix: 'Refresh it.',
      },
    });
  });

  test('a command ends once: what fails after its report changes neither stdout nor the exit code', () => {
    const { output, stdout } = captureOutput({ json: true });
    assert.equal(output.finish({ json: { ok: false }, text: '', failed: true }), 1);
    assert.equal(output.fail(broke, 2), 1);
    assert.equal(output.finish({ json: { second: true }, text: '' }), 1);
    assert.deepEqual(JSON.parse(stdout.text), { ok: false });
  });

  test('control characters are escaped, so no text can act on a terminal', () => {
    const { output, stdout } = captureOutput({ json: true });
    output.finish({ json: { name: 'a\u001b[2Jb\u0000' }, text: '' });
    assert.equal(/\p{Cc}/u.test(stdout.text.replaceAll('\n', '')), false);
    assert.deepEqual(JSON.parse(stdout.text), { name: 'a\u001b[2Jb\u0000' });
  });
});

describe('colour', () => {
  const red = '\u001b[31m';
  const cases: readonly [string, Parameters<typeof captureOutput>[0], boolean][] = [
    ['on a terminal', { isTTY: true }, true],
    ['not in a file', { isTTY: false }, false],
    ['not when NO_COLOR is set', { isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR is not set', { isTTY: true, env: { NO_COLOR: '' } }, true],
    ['not on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
  ];
  for (const [name, options, coloured] of cases) {
    test(name, () => {
      const { output, stderr } = captureOutput(options);
      output.fail(broke);
      assert.equal(stderr.text.includes(red), coloured);
    });
  }

  test('width is known on a terminal only', () => {
    assert.equal(captureOutput({ isTTY: true, columns: 90 }).output.width, 90);
    assert.equal(captureOutput({ isTTY: false, columns: 90 }).output.width, undefined);
  });
});
