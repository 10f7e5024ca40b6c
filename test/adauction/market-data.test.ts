import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseHours, parsePrices, scenarioOf, withMarketData } from '../../src/adauction/index.ts';

const data = process.env.GAVOTTE_DATA;
const skip = data === undefined || data === '' ? 'GAVOTTE_DATA is not set' : false;
const text = (...path: string[]) => readFileSync(join(data!, ...path), 'utf8');

test('published prices and hours are read: half of the auctions cost no more than the median, 114 regions', {
  skip,
}, () => {
  const prices = [parsePrices(text('ipinyou', 'info', '2997.json'), '2997.json')];
  const hours = parseHours(text('avito-bat', 'traffic_share.csv'), 'traffic_share.csv');
  const { market } = withMarketData(scenarioOf('drift'), { prices, hours });
  assert.ok(Math.abs(market!.landscapes[0]!.win(0) - 0.5) < 0.03);
  assert.equal(market!.curves.length, 114);
  for (const curve of market!.curves)
    assert.ok(Math.abs(curve.reduce((sum, each) => sum + each, 0) / curve.length - 1) < 1e-9);
});
