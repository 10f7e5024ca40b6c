import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { briefJsonSchema } from './json-schema.ts';
import { parseBrief } from './parse-brief.ts';
import { SAMPLE_BRIEF } from './sample.ts';
import { arbitraryBrief } from './testing/arbitrary-brief.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly [key: string]: unknown;
}

const published = briefJsonSchema() as Node;
// Read back by a reader of JSON Schema, so that what is compared is the published text and not its source.
const byPublished = z.fromJSONSchema(JSON.parse(JSON.stringify(published)) as z.core.JSONSchema.JSONSchema);

/** The keys without a description, at any depth. */
function silent(node: Node, path = ''): readonly string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, each]) => [
    ...(each.description === undefined ? [`${path}${key}`] : []),
    ...silent(each, `${path}${key}.`),
  ]);
  const inner = [node.items, ...((node.oneOf ?? []) as Node[]), ...((node.anyOf ?? []) as Node[])];
  return [...own, ...inner.flatMap((each) => (each === undefined ? [] : silent(each as Node, path)))];
}

test('the published schema is draft 2020-12 and describes every field', () => {
  assert.equal(published.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.deepEqual(silent(published), []);
});

test('the published schema takes what the reader takes', () => {
  fc.assert(
    fc.property(arbitraryBrief, (brief) => {
      parseBrief(JSON.stringify(brief));
      const found = byPublished.safeParse(brief);
      assert.ok(found.success, found.error?.message);
    }),
  );
});

test('the published schema and the reader refuse the same missing and unknown fields', () => {
  fc.assert(
    fc.property(
      arbitraryBrief,
      fc.constantFrom('budget', 'flight', 'channels', 'campaign', 'advertiser'),
      (brief, key) => {
        const { [key]: _gone, ...without } = brief as Record<string, unknown>;
        for (const wrong of [without, { ...brief, [`${key}s`]: 1 }]) {
          assert.throws(() => parseBrief(JSON.stringify(wrong)), { code: 'GV_BAD_INPUT' });
          assert.equal(byPublished.safeParse(wrong).success, false);
        }
      },
    ),
  );
});

test('the sample names only what the schema has', () => {
  const known = Object.keys(published.properties ?? {});
  const keys = [...SAMPLE_BRIEF.matchAll(/^(?:# )?([a-z]\w*):(?: |$)/gm)].map(([, key]) => key!);
  for (const key of keys) assert.ok(known.includes(key), key);
  assert.ok(keys.length >= 15);
});
