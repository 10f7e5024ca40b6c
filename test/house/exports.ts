import { posix } from 'node:path';
import type { Files } from './files.ts';

const EXPORT_LIST = /export\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'([^']+)'/g;

/** The names an index passes on and the file each comes from, followed through indexes on the way. */
function exportsOf(files: Files, index: string): readonly { readonly name: string; readonly file: string }[] {
  const source = files.get(index) ?? '';
  return [...source.matchAll(EXPORT_LIST)].flatMap(([, list = '', from = '']) => {
    const file = posix.join(posix.dirname(index), from);
    const names = list
      .replace(/\/\/.*$/gm, '')
      .split(',')
      .map(
        (part) =>
          part
            .trim()
            .replace(/^type\s+/, '')
            .split(/\s+as\s+/)[0]!,
      )
      .filter((name) => name !== '');
    return names.map((name) => origin(files, file, name));
  });
}

function origin(files: Files, file: string, name: string): { name: string; file: string } {
  const passedOn = exportsOfName(files, file, name);
  return passedOn === undefined ? { name, file } : origin(files, passedOn, name);
}

function exportsOfName(files: Files, file: string, name: string): string | undefined {
  for (const [, list = '', from = ''] of (files.get(file) ?? '').matchAll(EXPORT_LIST)) {
    if (new RegExp(`\\b${name}\\b`).test(list)) return posix.join(posix.dirname(file), from);
  }
  return undefined;
}

/** Whether the declaration of `name` has a doc comment right above it. A type and a value of one name share theirs. */
function isDocumented(source: string, name: string): boolean {
  const declaration = `export\\s+(?:declare\\s+)?(?:abstract\\s+)?(?:async\\s+)?(?:function\\*?|class|const|let|interface|type)\\s+${name}\\b`;
  return new RegExp(`\\*/\\s*(?://[^\\n]*\\n\\s*)*${declaration}`).test(source);
}

/** One sentence for each name in an index.ts whose declaration says nothing about it. */
export function undocumented(files: Files): readonly string[] {
  const indexes = [...files.keys()].filter((path) => /^src\/[^/]+\/index\.ts$/.test(path));
  const found = indexes.flatMap((index) =>
    exportsOf(files, index)
      .filter(({ name, file }) => !isDocumented(files.get(file) ?? '', name))
      .map(({ name, file }) => `${file}: ${name} has no doc comment`),
  );
  return [...new Set(found)].sort();
}

/** One sentence for each index.ts that exports otherwise than by a list of names. */
export function unlisted(files: Files): readonly string[] {
  return [...files]
    .filter(([path]) => path.endsWith('/index.ts'))
    .filter(([, source]) => /export\s+\*|export\s+default/.test(source))
    .map(([path]) => `${path}: export names one by one`);
}
