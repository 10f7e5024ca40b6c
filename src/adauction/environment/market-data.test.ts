import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdAuction, scenarioOf } from './ad-auction.ts';
import { parseHours, parsePrices, withMarketData } from './market-data.ts';

const prices = [parsePrices(JSON.stringify({ price_counter_train: [1, 5, 10, 5, 1] }), 'a.json')];
const csv = Array.from({ length: 24 }, (_, hour) => `7,1,${hour},${hour < 12 ? 0 : 0.01}`);
const hours = parseHours(['region_id,dow,hour,traffic_share', ...csv].join('\n'), 'traffic.csv');

test('hours are relative to the mean; prices to their median', () => {
  const [region] = hours.map((each) => each.map((hour) => Math.round(hour * 1e6) / 1e6));
  assert.deepEqual(region, [...new Array<number>(12).fill(0), ...new Array<number>(12).fill(2)]);
  const { market } = withMarketData(scenarioOf('drift'), { prices, hours });
  const [landscape] = market!.landscapes;
  assert.ok(Math.abs(landscape!.win(0) - 0.5) < 0.05);
  assert.ok(landscape!.win(1) > 0.99 && landscape!.win(-3) < 0.05);
});

test('a day has the prices and hours of the data, whatever else it draws, and is the same again', () => {
  const play = () => {
    const scenario = withMarketData(scenarioOf('stationary-fp'), { prices, hours });
    const env = new AdAuction({ scenario, seed: 1, episodes: 2 });
    const found: object[] = [];
    env.onDay = (metrics) => found.push(metrics);
    env.begin(0, 0);
    for (let tick = 0; tick < env.episodeSteps; tick += 1) env.step();
    return found as { overspend: number; wins: number }[];
  };
  const days = play();
  assert.deepEqual(days, play());
  for (const { overspend, wins } of days) assert.ok(overspend < 1e-3 && wins > 100);
});

for (const [what, read] of [
  ['prices that are none', () => parsePrices('{"price_counter_train":[0,0]}', 'a.json')],
  ['a file of something else', () => parsePrices('{"clk_train":1}', 'a.json')],
  ['an hour that is none', () => parseHours('region_id,dow,hour,traffic_share\n1,1,24,0.1', 'a.csv')],
  ['no traffic', () => parseHours('region_id,dow,hour,traffic_share\n', 'a.csv')],
] as const)
  test(`${what} is refused by the name of the file`, () => {
    assert.throws(read, { code: 'GV_BAD_INPUT', message: /a\.(?:json|csv)/ });
  });
