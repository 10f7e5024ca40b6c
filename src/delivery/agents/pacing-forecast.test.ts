import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrafficForecast } from './pacing-forecast.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');

/** Shows the forecast `hours` of traffic, a look a minute. */
function watch(
  forecast: TrafficForecast,
  from: number,
  hours: number,
  perMinute: (at: number) => number,
): void {
  for (let at = from; at <= from + hours * HOUR; at += 60 * SECOND) forecast.observe(at, perMinute(at));
}

test('at first every hour is expected to be alike', () => {
  const forecast = new TrafficForecast('UTC');
  for (let hour = 0; hour < 168; hour += 1) assert.equal(forecast.weight(hour), 1);
});

test('hours are those that clocks show in the zone', () => {
  assert.equal(new TrafficForecast('UTC').hourOfWeek(MONDAY), 0);
  assert.equal(new TrafficForecast('Europe/Berlin').hourOfWeek(MONDAY), 1);
  assert.equal(new TrafficForecast('America/New_York').hourOfWeek(MONDAY), 6 * 24 + 19);
});

test('what an hour brought is expected of it again, and of its hour of day on days not seen', () => {
  const forecast = new TrafficForecast('UTC');
  watch(forecast, MONDAY, 24.1, (at) => (Math.floor(at / HOUR) % 24 === 12 ? 300 : 100));
  assert.ok(Math.abs(forecast.weight(12) / forecast.weight(11) - 3) < 0.1);
  assert.ok(Math.abs(forecast.weight(3 * 24 + 12) / forecast.weight(3 * 24 + 11) - 3) < 0.1);
});

test('an hour seen in part counts in proportion, and one hardly seen not at all', () => {
  const forecast = new TrafficForecast('UTC');
  watch(forecast, MONDAY, 1, () => 100);
  watch(forecast, MONDAY + HOUR, 0.25, () => 100);
  watch(forecast, MONDAY + 2 * HOUR, 0.1, () => 9_000);
  forecast.observe(MONDAY + 3 * HOUR, 0);
  assert.ok(Math.abs(forecast.weight(1) / forecast.weight(0) - 1) < 0.05);
  assert.ok(Math.abs(forecast.weight(2) / forecast.weight(0) - 1) < 0.05);
});

test('fault/D13 a flood moves the expectation of its hour by a bounded factor', () => {
  const forecast = new TrafficForecast('UTC');
  for (let hour = 0; hour < 168; hour += 1) forecast.learn(hour, 100);
  forecast.learn(5, 2_000);
  assert.ok(forecast.weight(5) < 2);
});

test('fault/D13 hours without traffic keep a weight above 0, and a dead week is uniform', () => {
  const forecast = new TrafficForecast('UTC');
  for (let hour = 0; hour < 168; hour += 1) forecast.learn(hour, 0);
  assert.equal(forecast.weight(7), 1);
  forecast.learn(8, 100);
  assert.ok(forecast.weight(7) > 0 && Number.isFinite(forecast.weight(8)));
});

test('whatever is told, weights are finite and above 0', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -5, max: 200 }), fc.double())), (told) => {
      const forecast = new TrafficForecast('UTC');
      for (const [hour, requests] of told) forecast.learn(hour, requests);
      for (let hour = 0; hour < 168; hour += 1)
        assert.ok(forecast.weight(hour) > 0 && Number.isFinite(forecast.weight(hour)));
    }),
  );
});

test('a zone that does not exist is refused with its name', () => {
  assert.throws(() => new TrafficForecast('Mars/Olympus'), {
    code: 'GV_BAD_INPUT',
    message: /Mars\/Olympus/,
  });
});

test('an hour is expected to bring what it brought, or its hour of day did; of others nothing is known', () => {
  const forecast = new TrafficForecast('UTC');
  assert.equal(forecast.requests(34), undefined);
  forecast.learn(34, 500);
  forecast.learn(58, 700);
  assert.equal(forecast.requests(34), 500);
  assert.equal(forecast.requests(10), 600);
  assert.equal(forecast.requests(11), undefined);
});
