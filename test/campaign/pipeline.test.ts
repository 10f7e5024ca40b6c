import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignDesk, CampaignState, WaitsFor } from '../../src/campaign/index.ts';
import { DeskWorld, twoChannels } from './desk-world.ts';

const HOUR = 3_600_000;
const ID = 'acme/spring';
const ANN = { actor: 'ann', reason: 'looks good' };

/** Takes a campaign to where it runs; a person grants what is asked. */
async function toActive(desk: CampaignDesk, brief: string): Promise<CampaignState> {
  desk.create({ tenant: 'agency', brief }, ANN);
  for (;;) {
    const waits = await desk.advance(ID);
    if (waits.kind !== 'approval') return desk.get(ID);
    const { approval, planHash } = waits;
    desk.decide(ID, { approval, planHash, isGranted: true }, ANN);
  }
}

/** One process on a world of its own. */
async function opened(brief = twoChannels(), world = new DeskWorld('pipeline')) {
  const { desk, ledger } = await world.boot().open();
  return {
    world,
    desk,
    ledger,
    run: <T>(work: Promise<T>) => world.simulation.run(work, HOUR),
    create: () => desk.create({ tenant: 'agency', brief }, ANN),
    advance: (): Promise<WaitsFor> => world.simulation.run(desk.advance(ID), HOUR),
  };
}

test('a campaign goes from its brief over two approvals to deals that deliver', async () => {
  const { world, desk, ledger, run } = await opened();
  const state = await run(toActive(desk, twoChannels()));
  assert.equal(state.status, 'active');
  assert.deepEqual(
    state.deals.map(({ channel, status }) => [channel, status]),
    [
      ['ctv', 'delivering'],
      ['ctv', 'delivering'],
      ['display', 'delivering'],
    ],
  );
  assert.deepEqual(
    state.deals.map(({ dealId }) => dealId).sort(),
    world.contracts.map(({ dealId }) => dealId).sort(),
  );
  assert.deepEqual(state.creatives, { ctv: ['any'], display: ['box'] });
  const committed = state.deals.reduce((sum, deal) => sum + deal.committed.amountMicros, 0);
  assert.equal((await ledger.account(ID))!.reserved, committed);
  const moves = desk.entries(0).flatMap(({ fact, actor, reason }) => {
    assert.ok(actor !== '' && reason !== '');
    return fact.kind === 'moved' ? [`${fact.from}→${fact.to}`] : [];
  });
  assert.deepEqual(moves, ['draft→planning', 'planning→booking', 'booking→ready', 'ready→active']);
});

test('nothing is reserved or booked before the plan is approved, nor after it was rejected', async () => {
  const { world, desk, ledger, create, advance } = await opened();
  create();
  const waits = await advance();
  assert.ok(waits.kind === 'approval' && waits.stage === 'plan');
  const { approval, planHash } = waits;
  desk.decide(ID, { approval, planHash, isGranted: false }, ANN);
  assert.deepEqual(await advance(), { kind: 'plan', why: 'the approval of the plan is rejected' });
  assert.equal(world.contracts.length, 0);
  assert.equal(await ledger.account('acme'), undefined);
});

test('an approval is for one plan: it does not count for the next', async () => {
  const { desk, create, advance, run } = await opened();
  create();
  const first = await advance();
  assert.ok(first.kind === 'approval');
  await run(desk.plan(ID, ANN));
  const second = await advance();
  assert.ok(second.kind === 'approval' && second.planHash !== first.planHash);
  const mixed = { approval: second.approval, planHash: first.planHash, isGranted: true };
  assert.throws(() => desk.decide(ID, mixed, ANN), { code: 'GV_PLAN_CHANGED' });
  desk.decide(ID, { ...first, isGranted: true }, ANN);
  assert.deepEqual(await advance(), second);
});

test('an approval is given once, and in time', async () => {
  const { world, desk, create, advance } = await opened();
  create();
  const waits = await advance();
  assert.ok(waits.kind === 'approval');
  const { approval, planHash } = waits;
  await world.simulation.pass(7 * 24 * HOUR);
  assert.throws(() => desk.decide(ID, { approval, planHash, isGranted: true }, ANN), /is expired/);
  assert.deepEqual(await advance(), { kind: 'plan', why: 'the approval of the plan is expired' });
});

test('a granted approval that waits too long expires as well, and money is not touched', async () => {
  const { world, desk, create, advance } = await opened();
  create();
  const waits = await advance();
  assert.ok(waits.kind === 'approval');
  desk.decide(ID, { ...waits, isGranted: true }, ANN);
  await world.simulation.pass(8 * 24 * HOUR);
  assert.equal((await advance()).kind, 'plan');
  assert.equal(world.contracts.length, 0);
});

test('a plan whose quotes have changed goes back to planning, and says why', async () => {
  const { world, desk, create, advance, run } = await opened();
  create();
  const waits = await advance();
  assert.ok(waits.kind === 'approval');
  desk.decide(ID, { ...waits, isGranted: true }, ANN);
  // The sellers' quotes live for a day.
  await world.simulation.pass(25 * HOUR);
  const then = await advance();
  assert.ok(then.kind === 'plan', then.kind);
  assert.match(then.why, /nothing was booked/);
  assert.equal(desk.get(ID).status, 'planning');
  await run(desk.plan(ID, ANN));
  assert.equal((await advance()).kind, 'approval');
});

test('the same brief again is the same campaign; another brief of that name is refused', async () => {
  const { desk, create } = await opened();
  assert.equal(create(), create());
  const other = twoChannels({ budget: { amount: '50001.00', currency: 'USD' } });
  assert.throws(() => desk.create({ tenant: 'agency', brief: other }, ANN), { code: 'GV_ID_CONFLICT' });
});

test('an advertiser belongs to the tenant who came first', async () => {
  const { desk, create } = await opened();
  create();
  const brief = twoChannels({ campaign: 'autumn' });
  assert.throws(() => desk.create({ tenant: 'other', brief }, ANN), /not one of yours/);
});

test('where nobody sells what is asked, the campaign waits and says so', async () => {
  const brief = twoChannels({
    channels: [
      {
        channel: 'linear_tv',
        budget: { amount: '10.00', currency: 'USD' },
        dealType: 'PG',
        impressions: 1_000,
      },
    ],
  });
  const { world, create, advance } = await opened(brief);
  create();
  const waits = await advance();
  assert.ok(waits.kind === 'plan');
  assert.match(waits.why, /linear_tv: no seller offers/);
  assert.equal(world.contracts.length, 0);
});

test('what is booked waits for creatives that fit', async () => {
  const world = new DeskWorld('pipeline');
  const { desk } = await world.boot().open([]);
  const state = await world.simulation.run(toActive(desk, twoChannels()), HOUR);
  assert.equal(state.status, 'booking');
  assert.deepEqual(await desk.advance(ID), {
    kind: 'creatives',
    why: 'no creative fits channel ctv, display',
  });
});

test('only legal moves: what runs is not planned again, what is paused goes on, what has ended stays so', async () => {
  const { desk, run } = await opened();
  await run(toActive(desk, twoChannels()));
  await assert.rejects(desk.plan(ID, ANN), { code: 'GV_MOVE_FORBIDDEN' });
  assert.equal(desk.move(ID, 'paused', ANN).status, 'paused');
  assert.throws(() => desk.complete(ID, ANN), { code: 'GV_MOVE_FORBIDDEN' });
  assert.equal(desk.move(ID, 'active', ANN).status, 'active');
  const done = desk.complete(ID, ANN);
  assert.equal(done.status, 'completed');
  assert.ok(done.deals.every(({ status }) => status === 'completed'));
  assert.throws(() => desk.move(ID, 'active', ANN), { code: 'GV_MOVE_FORBIDDEN' });
});

test('two desks on one journal: whoever acts on what is old learns of it', async () => {
  const { world, desk, create } = await opened();
  create();
  const { desk: other } = await world.boot().open();
  const [a, b] = await world.simulation.run(
    Promise.allSettled([desk.plan(ID, ANN), other.plan(ID, ANN)]),
    HOUR,
  );
  assert.deepEqual([a.status, b.status].sort(), ['fulfilled', 'rejected']);
  assert.deepEqual(desk.get(ID), other.get(ID));
});

test('inv/I9 killed at any call and started again: the same deals, one debit each, approvals asked once', async () => {
  const calm = new DeskWorld('crash');
  const first = calm.boot();
  const program = async ({ open }: ReturnType<DeskWorld['boot']>) => {
    const { desk, ledger } = await open();
    const state = await toActive(desk, twoChannels());
    return { state, ledger, desk };
  };
  const { state: wanted } = await calm.simulation.run(program(first), HOUR);
  const bought = (state: CampaignState) =>
    state.deals.map(({ channel, sellerId, committed }) => [channel, sellerId, committed.amountMicros]);
  const places = first.process.passed.length;
  assert.ok(places > 100, `${places} places`);
  for (let place = 0; place < places; place += 1) {
    const world = new DeskWorld('crash');
    const dying = world.boot();
    dying.process.crashWhen((_point, index) => index === place);
    await world.simulation.run(Promise.race([program(dying), dying.process.crashed]), HOUR);
    // What was sent when it died arrives.
    await world.simulation.pass(60_000);
    const { state, ledger, desk } = await world.simulation.run(program(world.boot()), HOUR);
    const where = `place ${place}`;
    assert.equal(state.status, 'active', where);
    assert.deepEqual(bought(state), bought(wanted), where);
    assert.equal(world.contracts.length, wanted.deals.length, where);
    const held = (await ledger.account(ID))!.reserved;
    assert.equal(
      held,
      state.deals.reduce((sum, deal) => sum + deal.committed.amountMicros, 0),
      where,
    );
    assert.deepEqual((await ledger.audit()).violations, [], where);
    const used = desk.entries(0).filter(({ fact }) => fact.kind === 'approval-used');
    assert.equal(used.length, 2, where);
  }
});
