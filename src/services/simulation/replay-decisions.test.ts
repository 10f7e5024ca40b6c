import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classicalAgents,
  DecisionReplay,
  type DeliveryPlan,
  decisionIdOf,
  explainDecision,
  funnelOf,
  type LoadedDecision,
  loadDecision,
  type ProcessFunnel,
  readFunnel,
} from '../../delivery/index.ts';
import { money } from '../../kernel/index.ts';
import { noticeExchange, wasmReader } from '../../openrtb/index.ts';
import { type OutcomeRecord, writeOutcome } from '../../outcomes/index.ts';
import { SIMULATION_NOTICE_KEY } from './simulate-delivery.ts';
import { deliverSample } from './testing/sample-market.ts';

/** All that the bidders of a market wrote down, by id. */
async function writtenBy(seed: number): Promise<ReadonlyMap<string, OutcomeRecord>> {
  const all = new Map<string, OutcomeRecord>();
  const append = async (records: readonly OutcomeRecord[]) => {
    // What is read is what was written.
    for (const record of records) all.set(record.id, JSON.parse(writeOutcome(record)) as OutcomeRecord);
  };
  await deliverSample({ seed, outcomes: { noBidsPerKept: 5, log: { append } } });
  return all;
}

/** Makes a decision again, by a plan that may have been changed since. */
function remade({ setup, record, states }: LoadedDecision, change: (plan: DeliveryPlan) => DeliveryPlan) {
  const { noticeUrl: baseUrl, exchanges, plan } = setup;
  const notices = {
    baseUrl,
    keys: [SIMULATION_NOTICE_KEY],
    exchanges: exchanges.map((each) => noticeExchange(each)),
  };
  const parts = { reader: wasmReader(), notices, agents: classicalAgents };
  return new DecisionReplay({ ...setup, plan: change(plan) }, parts).decide(record, states);
}

const written = await writtenBy(5);
const log = { find: (id: string) => Promise.resolve(written.get(id)) };
const decisions = [...written.values()].filter((each) => each.kind === 'decision' && each.inputs !== null);

test('decisions of two bidders, made again from the log, end with the same bytes', async () => {
  const count = { bid: 0, 'no-bid': 0, refused: 0 };
  for (const { id } of decisions.filter((_, index) => index % 8 === 0)) {
    const loaded = await loadDecision(log, id);
    const { isSame, difference, bids } = remade(loaded, (plan) => plan);
    assert.ok(isSame, `${id}: ${difference}`);
    count[loaded.record.outcome] += 1;
    for (const { bidId } of bids) assert.equal(written.get(bidId)?.parent, id);
  }
  assert.ok(count.bid > 50 && count['no-bid'] > 5, JSON.stringify(count));
});

test('a decision is found by a bid it made, with what became of the bid', async () => {
  const billed = [...written.values()].find(({ kind }) => kind === 'billing')!;
  const { record, followed } = await loadDecision(log, billed.parent!);
  assert.equal(record.outcome, 'bid');
  assert.ok(followed.some(({ id }) => id === billed.id));
});

test('a plan that was changed since makes other bytes, and the difference is named', async () => {
  const dearer = (plan: DeliveryPlan): DeliveryPlan => ({
    ...plan,
    campaigns: plan.campaigns.map((each) => ({
      ...each,
      goal: { ...each.goal, value: money(2 * each.goal.value.amountMicros, 'USD') },
    })),
  });
  let changed = 0;
  for (const { id } of decisions.filter((_, index) => index % 40 === 0)) {
    const { isSame, difference } = remade(await loadDecision(log, id), dearer);
    if (!isSame) changed += 1;
    assert.equal(isSame, difference === null);
  }
  assert.ok(changed > 5, `${changed} differ`);
});

test('a record beside its request is no longer than 200 bytes on average', () => {
  const sizes = decisions.map((each) => Buffer.from((each as { data: string }).data, 'base64url').length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  assert.ok(mean <= 200, `${mean} bytes`);
});

test('an id of a no-bid that was not sampled says so', async () => {
  const known = new Set(decisions.map(({ id }) => id));
  const missing = Array.from({ length: 50 }, (_, number) => decisionIdOf('b1', number)).find(
    (id) => !known.has(id),
  )!;
  await assert.rejects(loadDecision(log, missing), /not sampled/);
  await assert.rejects(loadDecision(log, 'nobody/d1'), /has nothing called/);
});

test('an explanation has the request, the campaigns that were asked, and the bid', async () => {
  const bid = [...written.values()].findLast(({ kind }) => kind === 'bid')!;
  const loaded = await loadDecision(log, bid.id);
  const made = remade(loaded, (plan) => plan);
  const { body } = loaded.record;
  const read = wasmReader().read(body, 0, body.length);
  const text = JSON.stringify(explainDecision({ ...loaded, made, read }));
  for (const part of [bid.id, bid.campaign, 'blackboard, version', 'pacing', 'the same bytes'])
    assert.ok(text.includes(part), part);
});

test('the funnel of a campaign adds up to what was billed', () => {
  const newest = new Map<string, ProcessFunnel>();
  for (const record of written.values()) {
    const funnel = readFunnel(record);
    if (funnel !== undefined) newest.set(funnel.holder, funnel);
  }
  const [{ campaign }] = [...written.values()].filter(({ kind }) => kind === 'billing') as [OutcomeRecord];
  const { steps, losses, first } = funnelOf(campaign, [...newest.values()])!;
  const billed = [...written.values()].filter(
    (each) => each.kind === 'billing' && each.campaign === campaign,
  );
  assert.equal(steps.at(-1)!.count, billed.length);
  assert.equal(steps[0]!.count - losses.reduce((sum, { count }) => sum + count, 0), billed.length);
  assert.ok(first !== null && first.couldSpend > 0);
});
