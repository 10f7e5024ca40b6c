import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why tests on recordings do not run, or the folder to read them from. */
export function recordedFolder(): { readonly folder: string } | { readonly skip: string } {
  const data = process.env.GAVOTTE_DATA;
  if (data === undefined || data === '') return { skip: 'GAVOTTE_DATA is not set' };
  return { folder: join(data, 'iab-recorded') };
}

/** One recorded answer of a real seller. */
export interface Recorded {
  readonly status: number;
  readonly body: unknown;
}

/** The answers of one part by label; a label met again gets ` (2)`, ` (3)` … Cut-off bodies are left out. */
export function readRecorded(folder: string, part: number): ReadonlyMap<string, Recorded> {
  const lines = readFileSync(join(folder, `part${part}.txt`), 'utf8').split('\n');
  const found = new Map<string, Recorded>();
  lines.forEach((line, index) => {
    const head = /^===== (.+) (\d{3})(?: (?:application|text|\{).*)? ?$/.exec(line);
    if (head === null) return;
    const body = parsed(lines[index + 1] ?? '');
    if (body === undefined) return;
    const times = [...found.keys()].filter((label) => label.replace(/ \(\d+\)$/, '') === head[1]).length;
    const label = times === 0 ? head[1]! : `${head[1]} (${times + 1})`;
    found.set(label, { status: Number(head[2]), body });
  });
  return found;
}

export function readRecordedLines(folder: string, part: number): readonly string[] {
  return readFileSync(join(folder, `part${part}.txt`), 'utf8').split('\n');
}

function parsed(text: string): unknown {
  if (!/^[[{"]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b(qt|prop|neg)-[0-9a-f]{8,12}\b/g, '$1-…'],
  [/\bDEMO-[0-9A-F]{12}\b/g, 'DEMO-…'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+/g, 'a time'],
];

/** The value with ids and times blanked, so that answers of two sellers can be compared. */
export function comparable(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null';
  const blanked = VOLATILE.reduce((left, [pattern, name]) => left.replace(pattern, name), text);
  return JSON.parse(blanked) as unknown;
}

/** The names and types of a value without its contents: null stands for any type. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'any';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]): [string, unknown] => [name, shapeOf(member)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
