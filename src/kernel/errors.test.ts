import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode, GavotteError, assert as mustHold } from './errors.ts';

test('an error carries its code, what to do, and what is known of the act', () => {
  const cause = new Error('socket hang up');
  const error = new GavotteError('GV_NETWORK_LOST', 'lost', {
    fix: 'Ask the seller.',
    details: { a: 1 },
    cause,
  });
  assert.equal(error.recovery, 'transient');
  assert.equal(error.outcome, 'unknown');
  assert.equal(error.cause, cause);
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    code: 'GV_NETWORK_LOST',
    message: 'lost',
    recovery: 'transient',
    fix: 'Ask the seller.',
    details: { a: 1 },
  });
});

test('without details and cause there are none', () => {
  const error = new GavotteError('GV_BAD_INPUT', 'x');
  assert.deepEqual(error.toJSON(), { code: 'GV_BAD_INPUT', message: 'x', recovery: 'correctable', fix: '' });
  assert.equal('cause' in error, false);
});

test('inv/law3: only what is certain to have had no effect is called failed', () => {
  // The codes that can follow an act which may have reached the peer. Anything new must be placed here on purpose.
  const maybe: readonly ErrorCode[] = [
    'GV_LEDGER_UNAVAILABLE',
    'GV_NETWORK_LOST',
    'GV_OUTCOMES_UNAVAILABLE',
    'GV_TIMEOUT',
    'GV_CANCELLED',
    'GV_RESPONSE_TOO_LARGE',
    'GV_RESPONSE_INVALID',
    'GV_SELLER_ERROR',
    'GV_DEAL_MISMATCH',
    'GV_BLACKBOARD_UNAVAILABLE',
    'GV_BOOKING_UNKNOWN',
    'GV_INTERNAL',
  ];
  const unknown = Object.entries(ERROR_CODES)
    .filter(([, { outcome }]) => outcome === 'unknown')
    .map(([code]) => code);
  assert.deepEqual(unknown.sort(), [...maybe].sort());
});

test('anything thrown becomes a GavotteError, whatever it is', () => {
  const own = new GavotteError('GV_TIMEOUT', 'late');
  assert.equal(GavotteError.from(own), own);
  const hostile = {
    toString: () => {
      throw new Error('no');
    },
  };
  const lying = Object.defineProperty(new Error(), 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  for (const thrown of [
    new TypeError('x'),
    'text',
    undefined,
    null,
    7,
    Symbol('s'),
    Object.create(null),
    hostile,
    lying,
  ]) {
    const error = GavotteError.from(thrown);
    assert.equal(error.code, 'GV_INTERNAL');
    assert.equal(error.cause, thrown);
  }
  assert.equal(GavotteError.from(new TypeError('x is not a function')).message, 'x is not a function');
});

test('assert throws GV_INTERNAL with its message', () => {
  assert.doesNotThrow(() => mustHold(1, 'fine'));
  assert.throws(() => mustHold(0, 'must be set'), { code: 'GV_INTERNAL', message: 'must be set' });
});
