import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { countingListener } from '../counting-listener.ts';
import { bidderWorld } from '../testing/bidder-world.ts';
import { campaignOf, creativeOf, impOf, requestOf } from '../testing/request.ts';

const withFloor = (bidfloor: number) => requestOf({ imps: [impOf({ bidfloor })] });

test('ortb/F6 a bid equal to the floor is a bid; a micro below it is none', async () => {
  const { ask } = await bidderWorld({ campaigns: [campaignOf()] });
  assert.deepEqual(
    ask(withFloor(5_000_000)).map(({ price }) => price),
    [5],
  );
  assert.deepEqual(ask(withFloor(5_000_001)), []);
});

test('ortb/F5 where fees come on top, the floor is raised by them', async () => {
  const profile = { floorGrossUpMillionths: 1_250_000 };
  const { ask } = await bidderWorld({ campaigns: [campaignOf()], profile });
  assert.equal(ask(withFloor(4_000_000)).length, 1);
  assert.equal(ask(withFloor(4_000_001)).length, 0);
});

test('ortb/P9 what is remembered of a bid has no consent string, and no address or id of the device', async () => {
  const request = requestOf();
  const { ask, purse } = await bidderWorld({ campaigns: [campaignOf()] });
  const device = { ...request.device, ip: '198.51.100.77', ifa: 'DEVICE-ID' };
  assert.equal(ask({ ...request, user: { ...request.user, consent: 'CONSENT-STRING' }, device }).length, 1);
  const remembered = inspect(purse.bid(0), { depth: 20, maxArrayLength: null });
  assert.match(remembered, /campaign-1/);
  assert.doesNotMatch(remembered, /CONSENT-STRING|198\.51\.100\.77|DEVICE-ID/);
});

test('ortb/Q5 a creative that an exchange disapproves is not bid there any more; another one is', async () => {
  const creatives = [creativeOf({ id: 'first' }), creativeOf({ id: 'second' })];
  const { ask, purse, campaigns, simulation } = await bidderWorld({ campaigns: [campaignOf({ creatives })] });
  const { clock } = simulation.peer('desk');
  const heard = countingListener(
    campaigns,
    { won() {}, lost() {}, billed() {}, clicked() {} },
    { billedFor() {} },
    null,
  );
  const shown = () => ask(requestOf()).map(({ crid }) => crid);
  assert.deepEqual(shown(), ['first']);
  const notice = { lossCode: 202, exchange: 'exchange', at: clock.now(), campaign: 'campaign-1' };
  heard.lost(purse.bid(0), notice as Parameters<typeof heard.lost>[1]);
  assert.deepEqual(shown(), ['second']);
  heard.lost(purse.bid(1), notice as Parameters<typeof heard.lost>[1]);
  assert.deepEqual(shown(), []);
});
