import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMs } from '../kernel/index.ts';
import { type BusEvent, InMemoryEventBus } from './event-bus.ts';

const event = (eventType: string): BusEvent => ({
  eventId: `id of ${eventType}`,
  eventType,
  timestamp: 0 as EpochMs,
  payload: {},
});

test('subscribers hear their own type, and "*" hears all, in the order of publishing', async () => {
  const bus = new InMemoryEventBus();
  const heard: string[] = [];
  bus.subscribe('deal.booked', ({ eventType }) => heard.push(`booked:${eventType}`));
  bus.subscribe('*', ({ eventType }) => heard.push(`all:${eventType}`));
  await bus.publish(event('quote.received'));
  await bus.publish(event('deal.booked'));
  assert.deepEqual(heard, ['all:quote.received', 'booked:deal.booked', 'all:deal.booked']);
  assert.deepEqual(
    bus.events.map(({ eventType }) => eventType),
    ['quote.received', 'deal.booked'],
  );
});

test('a subscriber that throws keeps the event from nobody, and publish rejects rather than throws (law 6)', async () => {
  const bus = new InMemoryEventBus();
  let heard = 0;
  bus.subscribe('*', () => {
    throw new Error('listener broke');
  });
  bus.subscribe('*', () => {
    heard += 1;
  });
  const published = bus.publish(event('deal.booked'));
  await assert.rejects(published, { message: 'listener broke' });
  assert.equal(heard, 1);
  assert.equal(bus.events.length, 1);
});

test('an event with no subscriber is kept', async () => {
  const bus = new InMemoryEventBus();
  await bus.publish(event('deal.booked'));
  assert.equal(bus.events.length, 1);
});
