import { test } from 'node:test';
import fc from 'fast-check';
import type { EpochMs, Micros } from '../../src/kernel/index.ts';
import { currency } from '../../src/kernel/index.ts';
import {
  type BillingOutcome,
  DEAL_EVENTS,
  DECISIONS,
  MONEY_MOVES,
  type OutcomeConsumer,
  type OutcomeEntry,
  type OutcomeLog,
  type OutcomeRecord,
} from '../../src/outcomes/index.ts';

/** A fresh, empty outcome log, in a world whose time may be virtual. */
export interface LogWorld {
  /** Opens the log, as a process does that starts; the one before must be closed. */
  open(): Promise<OutcomeLog>;
  /** Puts something into the log that is not a record of ours. */
  poison(body: string): Promise<void>;
  /** Lets time run until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>;
  /** How long a poll waits for what was just appended. */
  readonly waitMs: number;
  dispose(): Promise<void>;
}

/** Makes a world; each test has its own. */
export type PrepareLog = () => Promise<LogWorld>;
/** Runs one test of the contract in a fresh world. */
export type CheckLog = (name: string, body: (world: LogWorld) => Promise<void>) => void;

/** Names each test by the kind of log. */
export function checkLogOn(kind: string, prepare: PrepareLog): CheckLog {
  return (name, body) => {
    test(`${kind}: ${name}`, async () => {
      const world = await prepare();
      try {
        await world.run(body(world));
      } finally {
        await world.dispose();
      }
    });
  };
}

/** An impression that is paid. */
export function billing(id: string, more: Partial<BillingOutcome> = {}): BillingOutcome {
  return {
    version: 1,
    kind: 'billing',
    id,
    parent: `win:${id}`,
    at: Date.UTC(2026, 10, 23, 12) as EpochMs,
    campaign: 'spring',
    exchange: 'adx-1',
    deal: '',
    creative: 'cr-7',
    cost: { amountMicros: 2_450 as Micros, currency: currency('USD') },
    ...more,
  };
}

/** Ids `${prefix}0`, `${prefix}1`, … */
export function billings(prefix: string, count: number): readonly OutcomeRecord[] {
  return Array.from({ length: count }, (_unused, index) => billing(`${prefix}${index}`));
}

/** Polls until `count` records have come, or one poll brings none. */
export async function take(
  consumer: OutcomeConsumer,
  count: number,
  waitMs: number,
): Promise<readonly OutcomeEntry[]> {
  const entries: OutcomeEntry[] = [];
  while (entries.length < count) {
    const more = await consumer.poll({ max: count - entries.length, waitMs });
    if (more.length === 0) break;
    entries.push(...more);
  }
  return entries;
}

/** The ids of entries. */
export const idsOf = (entries: readonly OutcomeEntry[]): readonly string[] =>
  entries.map(({ record }) => record.id);

const text = fc.string({ unit: 'binary', maxLength: 40 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const money = fc.record({
  amountMicros: fc.maxSafeInteger().map((amount) => amount as Micros),
  currency: fc.constantFrom('USD', 'EUR', 'JPY').map(currency),
});
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const head = {
  version: fc.constant(1 as const),
  id,
  parent: maybe(id),
  at: fc.nat({ max: 4e12 }).map((at) => at as EpochMs),
  campaign: text,
};
const ofBid = { exchange: text, deal: text, creative: text };
const kind = <K extends string>(name: K) => ({ kind: fc.constant(name) });

const choice = fc.record({
  valueCpm: fc.nat(),
  propensity: fc.double({ min: 0.001, max: 1, noNaN: true }),
  segment: text,
  exposures: fc.nat(),
  market: text,
});

/** Any record of any kind. */
export const anyOutcome: fc.Arbitrary<OutcomeRecord> = fc.oneof(
  fc.record({
    ...head,
    ...kind('decision'),
    about: fc.constantFrom(...DECISIONS),
    reason: text,
    data: text,
    inputs: maybe(text),
  }),
  fc.record({ ...head, ...kind('bid'), ...ofBid, cpm: money, choice: maybe(choice) }),
  fc.record({ ...head, ...kind('win'), ...ofBid, cpm: maybe(money), minToWin: maybe(money) }),
  fc.record({ ...head, ...kind('loss'), ...ofBid, reason: maybe(fc.nat()), minToWin: maybe(money) }),
  fc.record({ ...head, ...kind('billing'), ...ofBid, cost: money }),
  fc.record({ ...head, ...kind('impression'), ...ofBid }),
  fc.record({ ...head, ...kind('click'), ...ofBid }),
  fc.record({ ...head, ...kind('conversion'), action: text, value: maybe(money) }),
  fc.record({
    ...head,
    ...kind('deal'),
    event: fc.constantFrom(...DEAL_EVENTS),
    deal: text,
    seller: text,
    cpm: maybe(money),
    impressions: maybe(fc.nat()),
  }),
  fc.record({
    ...head,
    ...kind('money'),
    move: fc.constantFrom(...MONEY_MOVES),
    account: text,
    amount: money,
    bill: maybe(id),
    entry: fc.nat(),
    after: fc.nat(),
    changes: fc.array(
      fc.record({ account: text, reserved: fc.integer(), leased: fc.integer(), settled: fc.integer() }),
    ),
  }),
);
