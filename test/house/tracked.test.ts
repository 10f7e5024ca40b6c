import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, readFiles } from './files.ts';

/** Written in pieces, so that this file does not find itself. */
const FORBIDDEN: readonly [string, RegExp][] = [
  [
    'a path of one machine',
    new RegExp(`(?<![\\w.)}:/-])/(?:${['wo', 'rk'].join('')}|home|Users|root)/[\\w.-]+`),
  ],
  ['a path of one machine', new RegExp(`\\b[A-Z]:\\\\(?:${['Use', 'rs'].join('')})\\\\`)],
  ['the host of a registry', new RegExp(['registry', 'npmjs', 'org'].join('\\.'))],
  ['the host of a registry', new RegExp(`["']?${['resol', 'ved'].join('')}["']?\\s*[:=]\\s*["']?https?:`)],
  ['the host of a registry', new RegExp(`\\b${['regis', 'try'].join('')}\\s*=\\s*https?:`)],
  ['a private key', new RegExp(['-----BEGIN', '(?:[A-Z]+ )?PRIVATE', 'KEY-----'].join(' '))],
];

/** One sentence for each line that says where or on what machine it was written. */
function traces(files: Files): readonly string[] {
  return [...files].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = FORBIDDEN.find(([, pattern]) => pattern.test(line));
      return found === undefined ? [] : [`${file}:${index + 1}: ${found[0]}`];
    }),
  );
}

const BINARY = /\.(?:png|jpg|gif|ico|wasm|onnx|gz|zip|db)$/;

test('house/tracked: no file names a machine, a registry or a secret', () => {
  assert.deepEqual(traces(readFiles((path) => !BINARY.test(path))), []);
});

test('house/tracked finds what is planted', () => {
  const planted = [
    `cd ${['', 'work', 'main'].join('/')}`,
    `see ${['', 'home', 'ann', 'x'].join('/')}`,
    `"${['', 'Users', 'ann'].join('/')}"`,
    `"resol${'ved'}": "https://x/y.tgz"`,
    `regis${'try'}=https://x/`,
    `https://${['registry', 'npmjs', 'org'].join('.')}/zod`,
  ];
  for (const line of planted) assert.equal(traces(new Map([['a', line]])).length, 1, line);
  for (const line of ['https://x.example/home/page', 'src/work/x.ts', '`${base}/home/x`', '/api/v1/work']) {
    assert.deepEqual(traces(new Map([['a', line]])), [], line);
  }
});
