import fc from 'fast-check';
import { REQUEST } from '../read/shapes.ts';
import type { Key, Shape } from '../read/source.ts';

const SPACE = fc.constantFrom('', '', '', '', ' ', '\n', '\t\r ');
const NUMBER_TEXTS = [
  '0',
  '-0',
  '1',
  '-1',
  '2',
  '3',
  '7',
  '300',
  '0.5',
  '1.10',
  '-0.0',
  '0.000001',
  '0.0000001',
  '1e3',
  '1E-2',
  '2.5e+1',
  '1e400',
  '-1e400',
  '123456789',
  '1234567890',
  '2147483648',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1234567890123456',
  '999999999.999999',
  '1e-400',
  '1.7976931348623157e308',
  '4503599627370497.5',
] as const;
const TEXTS = [
  'a',
  'b',
  'USD',
  'IAB7-39',
  'usa',
  'video/mp4',
  'x'.repeat(12),
  'x'.repeat(13),
  'x'.repeat(40),
  'é',
  '日本',
  '😀',
  '\u007f',
  '/',
].map((text) => `"${text}"`);
const ESCAPED = [
  '"\\u0041"',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  '"é\\u00e9"',
] as const;
/** Each makes the text that has it invalid. */
const BROKEN = [
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '1e+',
  '-',
  '--1',
  '0x1',
  'NaN',
  'Infinity',
  'tru',
  'nulll',
  'True',
  "'a'",
  '"a',
  '"\\x"',
  '"\\u12g4"',
  '"\u0001"',
  '"\t"',
  '[1,]',
  '[,1]',
  '[1 2]',
  '{"a":1,}',
  '{,}',
  '{"a"}',
  '{a:1}',
  '{"a" 1}',
  '',
  ']',
  '}',
  '\u00a0',
  '\ufeff1',
  '[1',
  '{"a":1',
  '1 1',
] as const;

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NUMBER_TEXTS) },
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom(...ESCAPED) },
  { weight: 2, arbitrary: fc.constantFrom('null', 'true', 'false', '""', '[]', '{}') },
  { weight: 1, arbitrary: fc.string().map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.double().map((value) => JSON.stringify(value)) },
);

const listTextOf = (entry: fc.Arbitrary<string>) =>
  fc.tuple(fc.array(fc.tuple(SPACE, entry, SPACE), { maxLength: 4 }), SPACE).map(([entries, space]) => {
    return `[${entries.length === 0 ? space : entries.map((parts) => parts.join('')).join(',')}]`;
  });

const objectTextOf = (pair: fc.Arbitrary<readonly [string, string]>, most: number) =>
  fc.tuple(fc.array(fc.tuple(SPACE, pair, SPACE), { maxLength: most }), SPACE).map(([pairs, space]) => {
    const texts = pairs.map(
      ([before, [key, value], after]) => `${before}${key}${after}:${before}${value}${after}`,
    );
    return `{${texts.length === 0 ? space : texts.join(',')}}`;
  });

/** Any JSON, three levels deep. */
const { anything } = fc.letrec<{ anything: string }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    listTextOf(tie('anything')),
    objectTextOf(fc.tuple(fc.constantFrom('"id"', '"a"', '"w"', '"ext"'), tie('anything')), 3),
  ),
}));

const texts = fc.constantFrom(...TEXTS);
const numbers = fc.constantFrom(...NUMBER_TEXTS);
const oftenTexts = fc.oneof({ weight: 9, arbitrary: texts }, { weight: 1, arbitrary: scalar });

/** What belongs at a key, and at times what does not. */
function valueTextOf(key: Key): fc.Arbitrary<string> {
  const proper = key.child === undefined ? plainTextOf(key) : childTextOf(key, key.child);
  return fc.oneof({ weight: 30, arbitrary: proper }, { weight: 1, arbitrary: anything });
}

function plainTextOf(key: Key): fc.Arbitrary<string> {
  if (!key.list) return key.name === 'id' ? oftenTexts : scalar;
  return fc.oneof(listTextOf(texts), listTextOf(numbers), listTextOf(oftenTexts), scalar);
}

function childTextOf(key: Key, child: Shape): fc.Arbitrary<string> {
  const fitting = objectOf(child);
  return key.list ? listTextOf(fc.oneof({ weight: 30, arbitrary: fitting }, anything)) : fitting;
}

const OTHER_KEYS = [
  '"foo"',
  '"__proto__"',
  '"constructor"',
  '"idx"',
  '""',
  '"playbackmethodologies"',
  '"é"',
  '"ID"',
  '"i"',
];

function objectOf(shape: Shape): fc.Arbitrary<string> {
  const pairs = Object.values(shape).map((key) => fc.tuple(fc.constant(`"${key.name}"`), valueTextOf(key)));
  const foreign = fc.tuple(fc.constantFrom(...OTHER_KEYS), anything);
  return objectTextOf(fc.oneof(...pairs, foreign), pairs.length);
}

/**
 * Texts in the shape of requests: known keys in any order and number of times, values that fit and that do not,
 * escapes, characters of all lengths, numbers of all forms. All are JSON.
 */
export const requestTexts: fc.Arbitrary<string> = fc
  .tuple(objectOf(REQUEST), fc.boolean())
  // Half of them get what every request needs, in front, so that what comes after still counts.
  .map(([text, needed]) =>
    needed ? text.replace(/^\{\s*(?=(\S))/, (_all, next) => `{${NEEDED}${next === '}' ? '' : ','}`) : text,
  );
const NEEDED = '"id":"r","imp":[{"id":"1","banner":{"w":1,"h":1}}]';

/** The same with one place broken. */
export const brokenTexts: fc.Arbitrary<string> = fc
  .tuple(requestTexts, fc.constantFrom(...BROKEN), fc.nat())
  .map(([text, broken, place]) => {
    const colons = [...text.matchAll(/:/g)].map((match) => match.index + 1);
    const at = colons[place % Math.max(1, colons.length)] ?? 0;
    return text.slice(0, at) + broken + text.slice(at);
  });
