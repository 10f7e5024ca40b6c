import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { GavotteError, parseJson, parseJsonFile } from '../../kernel/index.ts';
import type { Path } from './problems.ts';

/** Largest brief, in characters: enough for a hundred channels with their lists, and read in a second at worst. */
const MAX_CHARACTERS = 200_000;

/** A file's value, and where each part of it stands. */
export interface ReadText {
  readonly value: unknown;
  /** The line of a key, from 1, or of what should have it; undefined for JSON, whose parser does not tell. */
  readonly lineOf: (path: Path) => number | undefined;
}

/**
 * Reads JSON or YAML. The text itself decides, never a file's name, as a plan keeps the one and not the other: what
 * begins with a brace is JSON. A key that stands twice is refused in both.
 * @throws GV_BAD_INPUT naming `source`, and the line where it is YAML.
 */
export function readText(text: string, source: string): ReadText {
  if (text.length > MAX_CHARACTERS)
    throw unreadable(source, `it has ${text.length} characters; at most ${MAX_CHARACTERS} are read`);
  const plain = text.replace(/^\uFEFF/, '');
  if (!plain.trimStart().startsWith('{')) return readYaml(plain, source);
  const value = parseJsonFile(plain, source, 'Correct the JSON; YAML does not begin with a brace.');
  try {
    parseJson(plain, source);
  } catch (thrown) {
    throw unreadable(source, String(GavotteError.from(thrown).details?.reason));
  }
  return { value, lineOf: () => undefined };
}

function readYaml(text: string, source: string): ReadText {
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  // Keys that stand twice are looked for below: the parser's own way takes the square of their number.
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false };
  const document = parseDocument(text, options);
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong !== undefined)
    throw unreadable(source, `line ${lineAt(wrong.pos[0])} is not YAML: ${wrong.message}`);
  let value: unknown;
  let twice: Scalar | undefined;
  try {
    twice = keyTwice(document);
    value = document.toJS();
    if (hasNoEnd(value)) throw new Error('an alias stands inside of its own anchor');
  } catch (cause) {
    // An alias without an anchor, or aliases of aliases that would fill the memory.
    throw unreadable(source, `it is not YAML: ${(cause as Error).message}`);
  }
  if (twice !== undefined)
    throw unreadable(
      source,
      `line ${lineAt(twice.range?.[0] ?? 0)} names the key "${String(twice.value)}" again`,
    );
  const top = document.contents;
  return { value, lineOf: (path) => lineAt(offsetOf(path, top)) };

  function offsetOf(path: Path, top: Node | null): number {
    let node: unknown = top;
    let offset = top?.range?.[0] ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      const [at, value] = partOf(node, step);
      if (at === undefined) break;
      offset = at;
      node = value;
    }
    return offset;
  }
}

/** A key that its group has already. */
function keyTwice(document: Document): Scalar | undefined {
  let found: Scalar | undefined;
  visit(document, {
    Map: (_at, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found ??= key;
        seen.add(key.value);
      }
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  return found;
}

/** Whether a value contains itself. */
function hasNoEnd(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return above.includes(value) || Object.values(value).some((each) => hasNoEnd(each, [...above, value]));
}

/** Where a key or an entry of a node begins, and the node of its value. */
function partOf(node: unknown, step: string | number): readonly [number | undefined, unknown] {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
    return [(pair?.key as Node | undefined)?.range?.[0], pair?.value];
  }
  if (!isSeq(node)) return [undefined, undefined];
  const entry = node.items[Number(step)];
  return [(entry as Node | undefined)?.range?.[0], entry];
}

function unreadable(source: string, reason: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `${source} cannot be read: ${reason}`, {
    fix: 'Correct the file; gavotte campaign init writes one to begin with.',
  });
}
