import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutcomeRecord } from './record.ts';
import { readOutcome, writeOutcome } from './record-text.ts';
import { billing, win } from './testing/records.ts';

const usd = { amountMicros: 1, currency: 'USD' };
const head = { version: 1, id: 'x', parent: null, at: 1, campaign: 'c' };
const ofBid = { exchange: 'e', deal: '', creative: '' };
const chosen = { valueCpm: 1, propensity: 0.5, segment: '', exposures: 0, market: 'm' };

/** One of each kind, with what must not stand in each of its fields. */
const KINDS: readonly [object, Readonly<Record<string, readonly unknown[]>>][] = [
  [
    { ...head, kind: 'decision', about: 'bid', reason: 'r', data: 'd', inputs: null },
    { about: ['guess', undefined], reason: [1, null], data: [null], inputs: [1, undefined] },
  ],
  [
    { ...head, ...ofBid, kind: 'bid', cpm: usd, choice: chosen },
    {
      exchange: [null],
      deal: [undefined],
      creative: [1],
      cpm: [null, 5, { amountMicros: Number.NaN, currency: 'USD' }, { amountMicros: 1, currency: 'usd' }],
      choice: [
        undefined,
        1,
        { ...chosen, propensity: 0 },
        { ...chosen, propensity: 1.1 },
        { ...chosen, exposures: -1 },
      ],
    },
  ],
  [
    { ...head, ...ofBid, kind: 'win', cpm: null, minToWin: usd },
    { cpm: [undefined], minToWin: [1] },
  ],
  [
    { ...head, ...ofBid, kind: 'loss', reason: 102, minToWin: null },
    { reason: [-1, '102'], minToWin: [undefined] },
  ],
  [
    { ...head, ...ofBid, kind: 'billing', cost: usd },
    { cost: [null, { amountMicros: 0.5, currency: 'USD' }] },
  ],
  [{ ...head, ...ofBid, kind: 'impression' }, { deal: [null] }],
  [{ ...head, ...ofBid, kind: 'click' }, { exchange: [undefined] }],
  [
    { ...head, kind: 'conversion', action: 'buy', value: null },
    { action: [null], value: [undefined, 1] },
  ],
  [
    { ...head, kind: 'deal', event: 'booked', deal: 'd', seller: 's', cpm: usd, impressions: 5 },
    { event: ['lost'], deal: [1], seller: [null], cpm: [undefined], impressions: [0.5, -1] },
  ],
  [
    {
      ...head,
      kind: 'money',
      move: 'spend',
      account: 'a/b',
      amount: usd,
      bill: 'bill:adx:b1-1',
      entry: 7,
      after: 5,
      changes: [{ account: 'a/b', reserved: 0, leased: -5, settled: 5 }],
    },
    {
      move: ['steal'],
      account: [null],
      amount: [null],
      bill: ['', undefined],
      entry: [-1, '7'],
      after: [0.5],
      changes: [null, [null], [{ account: 'a/b', reserved: 0, leased: -5 }]],
    },
  ],
];
const OF_ALL = {
  version: [0, 2, '1', undefined],
  kind: ['rumour', undefined, 'constructor'],
  id: ['', 1, 'x'.repeat(513)],
  parent: ['', undefined],
  at: [-1, 0.5, Number.NaN, '1'],
  campaign: [null],
};

test('every field of every kind is checked, when it is written and when it is read', () => {
  for (const [whole, fields] of KINDS) {
    assert.deepEqual(readOutcome(writeOutcome(whole as OutcomeRecord)), { ok: true, record: whole });
    for (const [name, values] of Object.entries({ ...OF_ALL, ...fields }))
      for (const value of values) {
        const wrong = { ...whole, [name]: value } as unknown as OutcomeRecord;
        const said = `${wrong.kind}.${name} = ${JSON.stringify(value)}`;
        assert.throws(() => writeOutcome(wrong), { code: 'GV_OUTCOME_REFUSED' }, said);
        assert.equal(readOutcome(JSON.stringify(wrong)).ok, false, said);
      }
  }
});

test('a refusal names the record, the field and the rule', () => {
  const wrong = {
    ...billing('b-7'),
    cost: { amountMicros: 1, currency: 'dollars' },
  } as unknown as OutcomeRecord;
  assert.throws(() => writeOutcome(wrong), {
    message: 'the record "b-7": cost must have a currency of three capitals',
  });
});

test('a record that could never be read again for its size is refused', () => {
  const large = win('w', { campaign: 'ü'.repeat(4_000_000) });
  assert.throws(() => writeOutcome(large), { code: 'GV_OUTCOME_REFUSED', message: /8000000 bytes/ });
});
