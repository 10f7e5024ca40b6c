import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EpochMs, money } from '../../kernel/index.ts';
import type { OutcomeRecord } from '../../outcomes/index.ts';
import { BidJoin, type BidNews } from './bid-join.ts';

const HEAD = { version: 1, campaign: 'spring', exchange: 'north', deal: '', creative: 'a' } as const;

/** A bid and all that can become of it when it is won. */
function story(id: string): readonly OutcomeRecord[] {
  const at = (ms: number) => ms as EpochMs;
  const usd = (micros: number) => money(micros, 'USD');
  const choice = { valueCpm: 5, propensity: 0.5, segment: '', exposures: 0, market: 'm' };
  return [
    { ...HEAD, id, parent: 'd', at: at(1), kind: 'bid', cpm: usd(3_000_000), choice },
    { ...HEAD, id: `win:${id}`, parent: id, at: at(2), kind: 'win', cpm: usd(2_000_000), minToWin: null },
    { ...HEAD, id: `billing:${id}`, parent: id, at: at(3), kind: 'billing', cost: usd(2_000) },
    { ...HEAD, id: `click:${id}`, parent: id, at: at(4), kind: 'click' },
    {
      version: 1,
      campaign: 'spring',
      id: `conversion:${id}`,
      parent: id,
      at: at(9),
      kind: 'conversion',
      action: 'sale',
      value: usd(700),
    },
  ];
}

test('fault/D8 in whatever order and however often records come, each thing is told once', () => {
  const stories = [story('b1'), story('b2')].flat();
  const shuffled = fc.shuffledSubarray([...stories, ...stories], { minLength: 2 * stories.length });
  fc.assert(
    fc.property(shuffled, (records) => {
      const join = new BidJoin();
      const news: BidNews[] = [];
      for (const record of records) join.take(record, (each) => news.push(each));
      const count = (kind: BidNews['kind']) => news.filter((each) => each.kind === kind).length;
      assert.equal(count('billed'), 2);
      assert.equal(count('clicked'), 2);
      assert.ok(count('won') <= 2);
      const [first] = news;
      assert.equal(first!.joined.end, 'won');
      assert.equal(first!.joined.paid, 2_000);
    }),
  );
});

test('a click before its bid waits for it; one whose bid nobody wrote is an orphan in the end', () => {
  const join = new BidJoin();
  const [bid, , , click] = story('b1');
  const news: BidNews['kind'][] = [];
  join.take(click!, ({ kind }) => news.push(kind));
  assert.equal(news.length, 0);
  join.take(bid!, ({ kind }) => news.push(kind));
  assert.deepEqual(news, ['clicked']);
  for (let index = 0; index <= 100_000; index += 1) join.take(story(`x${index}`)[3]!, () => {});
  assert.equal(join.orphans, 1);
});

test('memory is bounded: the oldest bids are forgotten', () => {
  const join = new BidJoin(100);
  for (let index = 0; index < 500; index += 1) join.take(story(`b${index}`)[0]!, () => {});
  assert.equal(join.size, 100);
});
