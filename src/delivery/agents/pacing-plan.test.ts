import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrafficForecast } from './pacing-forecast.ts';
import { FlightPlan } from './pacing-plan.ts';

const HOUR = 3_600_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${actual} ${expected}`);
}

function plan(hours: number, totalBudget: number, dailyBudget = totalBudget, start = MONDAY): FlightPlan {
  const flight = { start, end: start + hours * HOUR, totalBudget, dailyBudget };
  return new FlightPlan(flight, new TrafficForecast('UTC'));
}

test('without a forecast a plan is a straight line from nothing to all', () => {
  const even = plan(48, 4_800);
  close(even.plannedBy(MONDAY - HOUR), 0);
  close(even.plannedBy(MONDAY + 12.5 * HOUR), 1_250);
  close(even.plannedBy(MONDAY + 48 * HOUR), 4_800);
  close(even.plannedBy(MONDAY + 99 * HOUR), 4_800);
  close(even.plannedAfter(MONDAY + 36 * HOUR), 1_200);
  close(even.plannedBetween(MONDAY + HOUR, MONDAY + 2 * HOUR), 100);
});

test('traffic that is expected draws the plan', () => {
  const forecast = new TrafficForecast('UTC');
  for (let hour = 0; hour < 168; hour += 1) forecast.learn(hour, hour % 24 < 12 ? 100 : 300);
  const flight = { start: MONDAY, end: MONDAY + 24 * HOUR, totalBudget: 4_000, dailyBudget: 4_000 };
  close(new FlightPlan(flight, forecast).plannedBy(MONDAY + 12 * HOUR), 1_000);
});

test('no day is planned above the daily budget; what it cannot take goes to the others', () => {
  // Half a day, then two whole ones.
  const capped = plan(60, 3_000, 1_100, MONDAY + 12 * HOUR);
  close(capped.plannedBy(MONDAY + 24 * HOUR), 800);
  close(capped.plannedBetween(MONDAY + 24 * HOUR, MONDAY + 48 * HOUR), 1_100);
  close(plan(48, 10_000, 1_000).plannedAfter(MONDAY), 2_000);
});

test('a plan remade spreads what is left over the rest, within what today still allows', () => {
  const remade = plan(48, 4_800, 2_400);
  remade.replan(MONDAY + 12 * HOUR, 600, 600);
  close(remade.plannedBy(MONDAY + 12 * HOUR), 600);
  close(remade.plannedBetween(MONDAY + 12 * HOUR, MONDAY + 24 * HOUR), 1_800);
  close(remade.plannedBy(MONDAY + 48 * HOUR), 4_800);
  remade.replan(MONDAY + 30 * HOUR, 5_000, 2_600);
  close(remade.plannedAfter(MONDAY + 30 * HOUR), 0);
});

test('a larger budget given on the way is spread over the rest', () => {
  const raised = plan(48, 4_800, 10_000);
  raised.replan(MONDAY + 24 * HOUR, 2_400, 0, 7_200);
  close(raised.plannedBy(MONDAY + 48 * HOUR), 7_200);
});

test('a flight that ends before it starts plans nothing', () => {
  const never = plan(-5, 1_000);
  close(never.plannedBy(MONDAY), 0);
  close(never.plannedAfter(MONDAY), 0);
});

test('fault/D13 a day has the hours that it has: 23 and 25 of them spend one daily budget', () => {
  const zone = new TrafficForecast('Europe/Berlin');
  for (const [start, hours] of [
    ['2026-03-28T23:00:00Z', 23],
    ['2026-10-24T22:00:00Z', 25],
  ] as const) {
    const from = Date.parse(start);
    const flight = { start: from, end: from + 72 * HOUR, totalBudget: 30_000, dailyBudget: 1_000 };
    const days = new FlightPlan(flight, zone);
    close(days.plannedBetween(from, from + hours * HOUR), 1_000);
    close(days.plannedBetween(from + hours * HOUR, from + (hours + 24) * HOUR), 1_000);
  }
});

test('a plan never falls, never exceeds the budget, and adds up', () => {
  const hours = fc.double({ min: 0.01, max: 200, noNaN: true });
  const amount = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(
      hours,
      amount,
      amount,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (lasts, total, daily, when) => {
        const one = plan(lasts, total, daily, MONDAY + 5 * HOUR);
        const end = MONDAY + (5 + lasts) * HOUR;
        one.replan(MONDAY + (5 + when * lasts) * HOUR, Math.floor(total * when), 0);
        const slack = 1e-9 * total + 1e-3;
        let last = 0;
        for (let at = MONDAY; at <= end + HOUR; at += HOUR / 3) {
          const planned = one.plannedBy(at);
          assert.ok(planned >= last - slack && planned <= total + slack);
          last = planned;
          close(one.plannedBy(at) + one.plannedAfter(at), one.plannedBy(end));
        }
      },
    ),
    { numRuns: 50 },
  );
});
