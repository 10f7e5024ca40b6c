import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../../kernel/index.ts';
import { DriftDetector } from './drift.ts';

/** Observations around a mean that changes by `shift` deviations after `before`; returns when the alarm came, or −1. */
function alarmAt(seed: number, before: number, shift: number, most: number): number {
  const draws = new Draws(seed, 0);
  const detector = new DriftDetector();
  for (let at = 0; at < most; at += 1)
    if (detector.observe(draws.normal(at) + (at < before ? 0 : shift)).isAlarm) return at;
  return -1;
}

test('a lasting change of two deviations is found within ten observations, nearly always', () => {
  let found = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const at = alarmAt(seed, 20, 2, 30);
    if (at >= 20) found += 1;
  }
  assert.ok(found >= 170, `${found} of 200`);
});

test('where nothing changes, an alarm within twenty observations is rare', () => {
  let alarms = 0;
  for (let seed = 0; seed < 200; seed += 1) if (alarmAt(seed, 99, 0, 25) >= 0) alarms += 1;
  assert.ok(alarms <= 20, `${alarms} of 200`);
});

test('an alarm says by how much and since when, stays, and ends with a restart', () => {
  const detector = new DriftDetector(0.1);
  for (let at = 0; at < 8; at += 1) detector.observe(1);
  for (let at = 0; at < 6; at += 1) detector.observe(1.5);
  const { isAlarm, change, since } = detector.state;
  assert.ok(isAlarm);
  assert.ok(change > 0.4 && change <= 0.5, `${change}`);
  assert.ok(since >= 5 && since <= 6, `${since}`);
  assert.equal(detector.observe(1).isAlarm, true);
  detector.restart();
  assert.equal(detector.state.isAlarm, false);
  assert.equal(detector.state.seen, 0);
});

test('a change whose time is known is measured over it, and drawn towards none by as much as it may be chance', () => {
  const detector = new DriftDetector(0.1);
  for (const value of [1, 1.1, 0.9, 1, 1, 1.1, 0.9]) detector.observe(value);
  for (const value of [1.4, 1.4]) detector.observe(value);
  const change = detector.changeOverLast(2);
  assert.ok(change > 0.25 && change < 0.4, `${change}`);
  assert.ok(detector.changeOverLast(1) < change + 0.05);
  assert.equal(new DriftDetector().changeOverLast(3), 0);
});

test('fault/D13 what is no number is passed over', () => {
  const detector = new DriftDetector();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1]) detector.observe(value);
  assert.equal(detector.state.seen, 1);
});
