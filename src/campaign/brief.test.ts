import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseBrief } from './brief.ts';

const example = JSON.parse(
  readFileSync(new URL('../../examples/brief.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

function refuse(changes: Record<string, unknown>, message: RegExp): void {
  assert.throws(() => parseBrief(JSON.stringify({ ...example, ...changes })), {
    code: 'GV_BAD_INPUT',
    message,
  });
}

test('the example brief is read', () => {
  const brief = parseBrief(JSON.stringify(example));
  assert.equal(brief.budget.amountMicros, 100_000_000_000);
  assert.deepEqual(
    brief.channels.map((each) => [each.channel, each.maxDeals]),
    [
      ['ctv', 5],
      ['video', 2],
    ],
  );
});

test('a bare number is no money: the error names the field, the value and the form', () => {
  refuse({ budget: 25_000 }, /budget: 25000 must be an amount with its currency.*\{"amount"/);
});

test('unknown fields, bad dates and bad names are named', () => {
  refuse({ budgett: 1 }, /budgett/);
  refuse({ flight: { start: '2027-3-1', end: '2027-03-31' } }, /flight\.start/);
  refuse({ campaign: '../x' }, /campaign: must be 1 to 64/);
});

test('every problem is told at once', () => {
  refuse({ budget: 1, campaign: '', flight: {} }, /4 problem\(s\)/);
});

test('sums and order are checked', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  refuse({ budget: usd('99.00') }, /add up to more than budget/);
  refuse({ budget: usd('300000.00') }, /above advertiser\.cap/);
  refuse({ flight: { start: '2027-03-31', end: '2027-03-01' } }, /before flight\.start/);
  refuse({ budget: { amount: '100000.00', currency: 'EUR' } }, /not the budget's currency EUR/);
});

test('what is not JSON is refused with the parser’s words', () => {
  assert.throws(() => parseBrief('{', 'brief.json'), {
    code: 'GV_BAD_INPUT',
    message: /brief\.json is not JSON/,
  });
});
