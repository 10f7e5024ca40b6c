import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { type Known, knownCommands, unknownCommands } from './commands.ts';
import { readFiles, repositoryFiles, root } from './files.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const pages = () =>
  readFiles((path) => path.endsWith('.md') && path !== 'CHANGELOG.md' && !path.startsWith('test/'));

test('house/docs: every command in the pages exists, with the options they give it', async () => {
  const known = await knownCommands(scripts);
  const problems = [...pages()].flatMap(([file, page]) =>
    unknownCommands(page, known).map((problem) => `${file}: ${problem}`),
  );
  assert.deepEqual(problems, []);
});

test('house/docs: every link to a file in the pages leads to one', () => {
  const problems = [...pages()].flatMap(([file, page]) =>
    [...page.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].flatMap(([, target = '']) => {
      const path = posix.join(posix.dirname(file), target);
      return existsSync(join(root, path)) ? [] : [`${file}: ${target}`];
    }),
  );
  assert.deepEqual(problems, []);
});

test('house/docs: the index names every page', () => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const missing = [...pages().keys()]
    .filter((path) => path.startsWith('docs/') && path !== 'docs/README.md')
    .filter((path) => !index.includes(`(${path.slice('docs/'.length)})`));
  assert.deepEqual(missing, []);
});

test('house/docs: every file that a script of package.json runs is there', () => {
  const files = new Set(repositoryFiles());
  for (const [name, line] of Object.entries(scripts)) {
    for (const [path] of line.matchAll(/\bscripts\/[\w./-]+/g))
      assert.ok(files.has(path), `${name}: ${path}`);
  }
});

test('house/docs finds what is planted', () => {
  const known: Known = {
    scripts: new Set(['start', 'test', 'gavotte', 'bench']),
    commands: new Map([
      ['demo', new Set(['--json', '--seed'])],
      ['sellers', new Set(['--json'])],
      ['sellers check', new Set(['--json', '--key'])],
    ]),
    files: new Set(['bench/rank.ts']),
  };
  const page = (line: string) => `\`\`\`sh\n$ ${line}\n\`\`\`\n`;
  const wrong = [
    'npm run nothing',
    'npm run -s gavotte -- dmo',
    'npm start -- --sed 7',
    'gavotte plan x',
    'npx gavotte demo --sed 7',
    'gavotte sellers check URL --kee x',
    'node bench/none.ts',
  ];
  for (const line of wrong) assert.equal(unknownCommands(page(line), known).length, 1, line);
  assert.equal(unknownCommands('Run `npm run nothing` first.', known).length, 1);
  const right = [
    'npm start',
    'npm ci --ignore-scripts',
    'npm start -- --json --seed 7',
    'npm run -s gavotte -- demo --seed 7   # the main job',
    'npm run bench -- desk --json',
    'gavotte sellers check URL --key x',
    'npx gavotte demo',
    'node bench/rank.ts --json',
    'gavotte …',
  ];
  for (const line of right) assert.deepEqual(unknownCommands(page(line), known), [], line);
});
