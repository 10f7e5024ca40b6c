import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlayedTape, TapeRecorder } from './tape.ts';

const reading = fc.oneof(
  fc.record({ kind: fc.constant('flag' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('whole' as const), value: fc.nat({ max: Number.MAX_SAFE_INTEGER }) }),
  fc.record({ kind: fc.constant('number' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ unit: 'grapheme', maxLength: 20 }) }),
);

function recorded(readings: readonly { kind: string; value: unknown }[]): Buffer {
  const tape = new TapeRecorder();
  tape.flag(true);
  tape.whole(5);
  tape.begin();
  for (const { kind, value } of readings) tape[kind as 'flag'](value as boolean);
  const bytes = Buffer.alloc(tape.length + 10);
  return bytes.subarray(0, tape.writeTo(bytes, 0));
}

test('what is played is what was recorded, and then it is over', () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 30 }), (readings) => {
      const tape = new PlayedTape(recorded(readings));
      for (const { kind, value } of readings) assert.deepEqual(tape[kind](), value);
      assert.ok(tape.isOver);
    }),
  );
});

test('who reads more than was recorded is refused', () => {
  const tape = new PlayedTape(recorded([{ kind: 'flag', value: true }]));
  tape.flag();
  for (const kind of ['flag', 'whole', 'number', 'text'] as const) assert.throws(() => tape[kind]());
});

test('a decision that reads more than a tape holds is marked, and cannot be played', () => {
  const many = Array.from({ length: 600 }, (_, index) => ({ kind: 'number', value: index }));
  assert.throws(() => new PlayedTape(recorded(many)), /more than a tape holds/);
});
