import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TEST_KEYS, type TestAnswer, testSeller } from '../../src/market/testing.ts';
import { fillIn, valueAt } from './fixtures.ts';
import { comparable, readRecorded, readRecordedLines, recordedFolder, shapeOf } from './recorded.ts';
import { CTV_QUOTE, RECORDED_PARTS, type Replay } from './recorded-replays.ts';

const found = recordedFolder();
const skip = 'skip' in found ? found.skip : false;
const folder = 'folder' in found ? found.folder : '';

/** Asks `seller` what the real one was asked; captured ids stand for those of the recording. */
async function ask(
  seller: ReturnType<typeof testSeller>,
  replay: Replay,
  captured: Map<string, string>,
): Promise<TestAnswer> {
  const { get, post, body } = fillIn(replay, captured) as Replay;
  const key = replay.key === undefined || replay.key === 'bad' ? replay.key : TEST_KEYS[replay.key];
  const answer = await (get === undefined
    ? seller.ask('POST', post ?? '', body, key)
    : seller.ask('GET', get, undefined, key));
  for (const [name, at] of Object.entries(replay.capture ?? {}))
    captured.set(name, String(valueAt(answer.body, at)));
  return answer;
}

if (skip) test('the seller against recordings of a real one', { skip }, () => {});

RECORDED_PARTS.forEach((replays, index) => {
  if (skip) return;
  suite(`the seller answers as a real one was recorded, part ${index + 1}`, () => {
    const seller = testSeller();
    const recorded = readRecorded(folder, index + 1);
    const captured = new Map<string, string>();
    for (const replay of replays) {
      test(replay.label || 'a question whose answer was not recorded', async () => {
        const answer = await ask(seller, replay, captured);
        if (replay.unrecorded) return;
        const real = recorded.get(replay.label);
        assert.ok(real, `no recording is labelled "${replay.label}"`);
        assert.equal(answer.status, real.status);
        const view = replay.shapeOnly ? shapeOf : comparable;
        assert.deepEqual(view(answer.body), view(real.body));
      });
    }
  });
});

suite('the seller’s figures are those of a real one', { skip }, () => {
  test('every tier and volume', async () => {
    const seller = testSeller();
    const keys: Readonly<Record<string, string | undefined>> = {
      public: undefined,
      seat: TEST_KEYS.seat,
      agency: TEST_KEYS.agency,
      adv: TEST_KEYS.advertiser,
      advonly: TEST_KEYS.advertiserOnly,
    };
    let compared = 0;
    for (const line of readRecordedLines(folder, 2)) {
      const row =
        /^(public|seat|agency|adv|advonly) (\d+) (\w+) ([\d.]+) ([\d.]+) ([\d.]+) (Base price.*) \{'inventory_available': (\w+)/.exec(
          line,
        );
      if (row === null) continue;
      const [, who, impressions, tier, tierPct, volumePct, cpm, rationale, available] = row;
      const body = { idempotency_key: line.slice(0, 40), ...CTV_QUOTE, impressions: Number(impressions) };
      const { quote } = (await seller.ask('POST', '/api/v1/quotes', body, keys[who!])).body;
      assert.deepEqual(
        [quote.buyer_tier, quote.pricing.tier_discount_pct, quote.pricing.volume_discount_pct],
        [tier, Number(tierPct), Number(volumePct)],
      );
      assert.equal(quote.pricing.final_cpm.amount_micros, Math.round(Number(cpm) * 1_000_000));
      assert.equal(quote.pricing.rationale, rationale);
      assert.equal(quote.availability.inventory_available, available === 'True');
      compared += 1;
    }
    assert.equal(compared, 25);
  });

  test('every step of every negotiation', async () => {
    const keys: Readonly<Record<string, string | undefined>> = {
      None: undefined,
      seat: TEST_KEYS.seat,
      ag: TEST_KEYS.agency,
      adv: TEST_KEYS.advertiser,
    };
    const seller = testSeller();
    let key: string | undefined;
    let quote = '';
    let steps = 0;
    const lines = readRecordedLines(folder, 3);
    for (const [index, line] of lines.entries()) {
      if (line === 'TIER') {
        key = keys[lines[index + 1]!.trim()];
        const opened = await seller.ask(
          'POST',
          '/api/v1/quotes',
          { idempotency_key: `q${index}`, ...CTV_QUOTE },
          key,
        );
        quote = opened.body.quote.quote_id;
      }
      const step = /^ {3}\((\d+), ([\d.]+), '(\w+)', ([\d.]+), ([\d.]+), ([\d.]+), '(\w+)', (\d+)\)/.exec(
        line,
      );
      if (step === null) continue;
      const [round, buyer, action, price, concession, cumulative, status, left] = step.slice(1);
      const body = {
        idempotency_key: `m${index}`,
        action: 'counter',
        quote_id: quote,
        buyer_price: { amount_micros: Number(buyer) * 1_000_000 },
      };
      const reply = (await seller.ask('POST', '/api/v1/negotiations/messages', body, key)).body;
      assert.deepEqual(
        [reply.round.round_number, reply.round.action, reply.status, reply.rounds_remaining],
        [Number(round), action, status, Number(left)],
      );
      assert.equal(reply.round.seller_price.amount_micros, Math.round(Number(price) * 1_000_000));
      assert.ok(Math.abs(reply.round.concession_pct - Number(concession)) < 1e-12);
      assert.ok(Math.abs(reply.round.cumulative_concession_pct - Number(cumulative)) < 1e-12);
      steps += 1;
    }
    assert.equal(steps, 33);
  });
});
