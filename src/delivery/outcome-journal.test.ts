import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currency, type EpochMs, type Micros, Simulation } from '../kernel/index.ts';
import type { Notice } from '../openrtb/index.ts';
import { type OutcomeRecord, openSegmentedLog } from '../outcomes/index.ts';
import type { WrittenSetup } from './decisions/decision-outcomes.ts';
import type { DecisionRecorder } from './decisions/decision-recorder.ts';
import { OutcomeJournal } from './outcome-journal.ts';

const notice = (bidId: string, more: Partial<Notice> = {}): Notice =>
  ({
    bidId,
    campaign: 'spring',
    exchange: 'north',
    dealId: '',
    creative: 'cr-7',
    at: 1_795_000_000_000 as EpochMs,
    price: 2_450_000 as Micros,
    currency: currency('USD'),
    ...more,
  }) as Notice;

async function journalOver(
  log: { append(records: readonly OutcomeRecord[]): Promise<void> },
  recorder: Pick<DecisionRecorder, 'take' | 'dropped'> | null = null,
) {
  const { clock } = new Simulation({ seed: 1 }).peer('p');
  const setup = { holder: 'b1-x' } as WrittenSetup;
  const funnel = () =>
    ({ holder: 'b1-x', at: 0, available: 0, campaigns: [], deals: [], refused: {} }) as never;
  return new OutcomeJournal({ log, setup, recorder, clock, funnel });
}

test('a record that the log refuses is counted, and holds up none of the others', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { world } = simulation.boot('p', simulation.disk());
  const log = await simulation.run(openSegmentedLog({ world, folder: 'outcomes', sync: 'never' }), 1_000);
  const journal = await journalOver(log);
  journal.won(undefined, notice('b-1'));
  journal.lost(undefined, notice('b-2', { lossCode: -3 }));
  journal.lost(undefined, notice('b-3', { lossCode: 102 }));
  await assert.rejects(journal.flush(), { code: 'GV_OUTCOME_REFUSED', message: /loss:b-2/ });
  await journal.flush();
  assert.equal(journal.dropped, 1);
  assert.equal(journal.waiting, 0);
  assert.equal((await log.find('win:b-1'))?.kind, 'win');
  assert.equal((await log.find('loss:b-3'))?.kind, 'loss');
  assert.equal(await log.find('loss:b-2'), undefined);
});

test('a decision that there was no room to record counts among what is dropped', async () => {
  const journal = await journalOver({ append: () => Promise.resolve() }, { take: () => [], dropped: 2 });
  await journal.flush();
  assert.equal(journal.dropped, 2);
});

test('what was billed is written when the journal says so, also what came in during a write', async () => {
  const written: string[] = [];
  let go = () => {};
  const journal = await journalOver({
    append: async (records) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      written.push(...records.filter(({ kind }) => kind === 'billing').map(({ id }) => id));
    },
  });
  journal.billed(undefined, notice('b-1'), 2_450);
  const first = journal.written();
  await Promise.resolve();
  journal.billed(undefined, notice('b-2'), 2_450);
  let isSecond = false;
  const second = journal.written().then(() => {
    isSecond = true;
  });
  go();
  await first;
  assert.deepEqual([written, isSecond], [['billing:b-1'], false]);
  while (!isSecond) {
    go();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await second;
  assert.deepEqual(written, ['billing:b-1', 'billing:b-2']);
});

test('fault/D7 of a bill that another has paid the record is written again, of our own it is not', async () => {
  const written: string[] = [];
  const journal = await journalOver({
    append: async (records) => void written.push(...records.map(({ id }) => id)),
  });
  journal.billed(undefined, notice('b-1'), 2_450);
  journal.repeated(notice('b-1'), 2_450);
  journal.repeated(notice('b-2'), 2_450);
  journal.repeated(notice('b-2'), 2_450);
  await journal.written();
  assert.deepEqual(
    written.filter((id) => id.startsWith('billing')),
    ['billing:b-1', 'billing:b-2'],
  );
});
