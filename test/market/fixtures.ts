import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** One call and what a real seller answers, as written down in the wire document. */
export interface Exchange {
  readonly name: string;
  /** Tier of the key to send, or `bad`. */
  readonly key?: string;
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body?: unknown;
    readonly text?: string;
  };
  /** Names for values of the answer, used by later exchanges as `{name}`. */
  readonly capture?: Readonly<Record<string, string>>;
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

export function readFixture(name: string): readonly Exchange[] {
  const path = new URL(`../fixtures/iab/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { exchanges: Exchange[] }).exchanges;
}

/** Every `{name}` in `value` replaced by what was captured. */
export function fillIn(value: unknown, captured: ReadonlyMap<string, string>): unknown {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  return JSON.parse(
    text.replace(/\{(\w+)\}/g, (whole, name: string) => captured.get(name) ?? whole),
  ) as unknown;
}

/**
 * Whether `found` is what `expected` describes. `<string>`, `<object>` and `<array>` stand for any of the kind,
 * `<regular expression>` for a text that matches; an object with `...` may hold members besides those named.
 */
export function assertMatches(found: unknown, expected: unknown, at = 'body'): void {
  const pattern = typeof expected === 'string' ? /^<(.*)>$/s.exec(expected)?.[1] : undefined;
  if (pattern === 'object' || pattern === 'array') {
    assert.equal(Array.isArray(found), pattern === 'array', at);
    assert.equal(typeof found, 'object', at);
  } else if (pattern !== undefined) {
    assert.equal(typeof found, 'string', at);
    if (pattern !== 'string') assert.match(found as string, new RegExp(pattern), at);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(found), `${at} is no list`);
    assert.equal(found.length, expected.length, `${at} has ${found.length} entries`);
    expected.forEach((each, index) => {
      assertMatches(found[index], each, `${at}[${index}]`);
    });
  } else if (typeof expected === 'object' && expected !== null) {
    const { '...': open, ...members } = expected as Record<string, unknown>;
    assert.ok(typeof found === 'object' && found !== null, `${at} is no object`);
    if (open === undefined) assert.deepEqual(Object.keys(found).sort(), Object.keys(members).sort(), at);
    for (const [name, each] of Object.entries(members)) {
      assertMatches((found as Record<string, unknown>)[name], each, `${at}.${name}`);
    }
  } else {
    assert.deepEqual(found, expected, at);
  }
}

/** The member of `value` at a dotted path. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
