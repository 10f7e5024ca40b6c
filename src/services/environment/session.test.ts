import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from '../../kernel/index.ts';
import { FRAMES, frameOf, jsonFrame } from './frames.ts';
import { Session } from './session.ts';

const HELLO = { protocol: 1, environment: 'cartpole', episodes: 3 };
/** A conversation as it should be. */
const GOOD = Buffer.concat([
  jsonFrame(FRAMES.hello, HELLO),
  frameOf(FRAMES.begin, new Uint8Array(Uint32Array.of(0, 3).buffer)),
  frameOf(FRAMES.step, new Uint8Array(Float32Array.of(1, 0, 1).buffer)),
]);

/** Kinds of the answers to these bytes, and the error that ended them, if one did. */
function answered(bytes: Uint8Array): { readonly kinds: readonly number[]; readonly error: unknown } {
  const kinds: number[] = [];
  try {
    for (const answer of new Session().answers(Buffer.from(bytes))) kinds.push(answer[4]!);
  } catch (error) {
    return { kinds, error };
  }
  return { kinds, error: null };
}

function isRefusal(error: unknown): boolean {
  return (
    error === null || (error instanceof GavotteError && error.code === 'GV_BAD_INPUT' && error.fix !== '')
  );
}

test('a conversation as it should be has an answer to each question', () => {
  assert.deepEqual(answered(GOOD), { kinds: [FRAMES.welcome, FRAMES.view, FRAMES.view], error: null });
});

test('whatever bytes come, the session answers, waits or refuses', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isRefusal(answered(bytes).error)));
});

test('whichever byte of a conversation is another, the session answers, waits or refuses', () => {
  const places = fc.tuple(fc.nat(GOOD.length - 1), fc.nat(255));
  fc.assert(
    fc.property(places, ([at, byte]) => isRefusal(answered(Uint8Array.from(GOOD).with(at, byte)).error)),
    { numRuns: 1_000 },
  );
});
