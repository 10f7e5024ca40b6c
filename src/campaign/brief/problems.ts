import { z } from 'zod';
import { GavotteError } from '../../kernel/index.ts';
import { nearest } from './nearest.ts';

/** The keys and indexes from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a file. */
export interface Problem {
  readonly path: Path;
  /** A clause that says what is there and what must be: `"x" must be a date YYYY-MM-DD`. */
  readonly message: string;
}

/** Longest piece of a value that is shown. */
const MAX_SHOWN = 80;
/** Most problems that are told of one file: whoever has more has another kind of file. */
const MAX_TOLD = 50;

/** What a value that nobody can read is called. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}

/** A problem in the house's words: the value, then the rule. */
export function broken(path: Path, value: unknown, rule: string): Problem {
  return { path, message: value === undefined ? `is missing; it ${rule}` : `${shown(value)} ${rule}` };
}

/** What zod found, each with its value; an unknown key with the nearest that `schema` knows in its place. */
export function problemsOf(error: z.ZodError, value: unknown, schema: z.ZodType): readonly Problem[] {
  const published = z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
  return error.issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path as Path;
    if (issue.code !== 'unrecognized_keys') return [broken(path, valueAt(value, path), issue.message)];
    const known = keysAt(published, path);
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
  });
}

/** Where a brief says what other formats of the field say with a key of its own. */
const ELSEWHERE: Readonly<Record<string, string>> = { currency: 'each amount carries its own' };

function unknownKey(key: string, known: readonly string[]): string {
  if (Object.hasOwn(ELSEWHERE, key)) return `is not known here; ${ELSEWHERE[key]}`;
  const guess = nearest(key, known);
  return guess === undefined
    ? `is not known here; what is: ${known.join(', ')}`
    : `is not known here; did you mean ${guess}?`;
}

/** For zod's `error`: its findings as clauses that follow a value. What a schema says itself goes before. */
export function ruleOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input);
    case 'invalid_union':
      return oneOf(issue.options as readonly string[], valueAt(issue.input, [String(issue.discriminator)]));
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum);
    default:
      return issue.message ?? 'must be otherwise';
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

function oneOf(options: readonly string[], input: unknown): string {
  const guess = typeof input === 'string' ? nearest(input, options) : undefined;
  return `must be one of ${options.join(', ')}${guess === undefined ? '' : `; did you mean ${guess}?`}`;
}

function bound(origin: string, how: string, limit: number | bigint): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
  if (unit !== '' && limit === 1) return 'must not be empty';
  return `must ${unit === '' ? 'be' : 'have'} ${how} ${limit}${unit}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}

/** A piece of a JSON Schema, as far as a path through it needs. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | false;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** The keys that a JSON Schema knows at a path. */
function keysAt(schema: SchemaNode, path: Path): readonly string[] {
  let nodes: readonly SchemaNode[] = [schema];
  for (const step of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => {
      const next =
        typeof step === 'number' ? node.items : (node.properties?.[step] ?? node.additionalProperties);
      return next === undefined || next === false ? [] : [next];
    });
  }
  const keys = nodes
    .flatMap(alternatives)
    .flatMap((node) => [...Object.keys(node.properties ?? {}), ...(node.propertyNames?.enum ?? [])]);
  return [...new Set(keys)];
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(alternatives);
}

/**
 * The error that tells every problem at once, from top to bottom; `details.problems` has them one by one, each with its key and, where
 * `lineOf` knows it, its line.
 */
export function refusal(
  source: string,
  problems: readonly Problem[],
  hint: string,
  lineOf: (path: Path) => number | undefined = () => undefined,
): GavotteError {
  const told = problems
    .slice(0, MAX_TOLD)
    .map(({ path, message }) => {
      const line = lineOf(path);
      return { key: path.join('.'), ...(line === undefined ? {} : { line }), message };
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const texts = told.map(({ key, line, message }) => {
    const where = key === '' ? source : key;
    return `${line === undefined ? '' : `line ${line}, `}${where}: ${message}`;
  });
  const more = problems.length > told.length ? `; and ${problems.length - told.length} more` : '';
  return new GavotteError(
    'GV_BAD_INPUT',
    `${source} has ${problems.length} problem(s): ${texts.join('; ')}${more}`,
    {
      fix: `Correct the named fields; ${hint}.`,
      details: { problems: told },
    },
  );
}
