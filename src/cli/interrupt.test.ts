import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { catchInterrupts } from './interrupt.ts';

function press() {
  const target = new EventEmitter();
  const seen = { notes: 0, exits: [] as number[], now: 0 };
  const interrupt = catchInterrupts(target, {
    note: () => {
      seen.notes += 1;
    },
    exit: (code) => seen.exits.push(code),
    now: () => seen.now,
  });
  return { target, seen, interrupt };
}

test('the first Ctrl-C asks to stop, the second stops at once', () => {
  const { target, seen, interrupt } = press();
  assert.equal(interrupt.signal.aborted, false);
  target.emit('SIGINT');
  assert.equal(interrupt.signal.aborted, true);
  assert.deepEqual(seen.exits, []);
  assert.equal(seen.notes, 1);
  seen.now = 1_000;
  target.emit('SIGINT');
  assert.deepEqual(seen.exits, [130]);
});

test('one press that arrives twice is one press', () => {
  const { target, seen } = press();
  target.emit('SIGINT');
  seen.now = 50;
  target.emit('SIGINT');
  assert.deepEqual(seen.exits, []);
});

test('SIGTERM asks to stop as well', () => {
  const { target, interrupt } = press();
  target.emit('SIGTERM');
  assert.equal(interrupt.signal.aborted, true);
});

test('disposed, it leaves the signals to others', () => {
  const { target, interrupt } = press();
  interrupt[Symbol.dispose]();
  assert.equal(target.listenerCount('SIGINT') + target.listenerCount('SIGTERM'), 0);
});
