import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type OutcomeRecord, outcomeId } from '../../src/outcomes/index.ts';
import {
  anyOutcome,
  billing,
  billings,
  type CheckLog,
  checkLogOn,
  idsOf,
  type PrepareLog,
  take,
} from './outcomes.harness.ts';

/** Every promise of the `OutcomeLog` port. */
export function outcomeLogContract(kind: string, prepare: PrepareLog): void {
  const check = checkLogOn(kind, prepare);
  appendRules(check);
  consumerRules(check);
  poisonRules(check);
  findRules(check);
}

function appendRules(check: CheckLog): void {
  check('any record is read as it was written', async ({ open, waitMs }) => {
    const log = await open();
    const reader = await log.consumer('reader');
    const property = fc.asyncProperty(
      fc.array(anyOutcome, { minLength: 1, maxLength: 20 }),
      async (records) => {
        await log.append(records);
        const entries = await take(reader, records.length, waitMs);
        const byText = (list: readonly OutcomeRecord[]) => list.map((each) => JSON.stringify(each)).sort();
        assert.deepEqual(byText(entries.map(({ record }) => record)), byText(records));
      },
    );
    await fc.assert(property, { numRuns: 30 });
    await log.close();
  });

  check('the records of a campaign keep their order, in offsets that rise', async ({ open, waitMs }) => {
    const log = await open();
    const campaigns = ['a', 'b', 'c'];
    const records = Array.from({ length: 300 }, (_unused, index) =>
      billing(`r${index}`, { campaign: campaigns[index % 3]! }),
    );
    for (let at = 0; at < records.length; at += 50) await log.append(records.slice(at, at + 50));
    const entries = await take(await log.consumer('reader'), records.length, waitMs);
    for (const campaign of campaigns) {
      const of = entries.filter(({ record }) => record.campaign === campaign);
      const wanted = records.filter((record) => record.campaign === campaign);
      assert.deepEqual(
        idsOf(of),
        wanted.map((record) => record.id),
      );
      assert.equal(new Set(of.map(({ partition }) => partition)).size, 1);
      assert.ok(of.every(({ offset }, index) => index === 0 || offset > of[index - 1]!.offset));
    }
    await log.close();
  });

  check('records as large as they may be, and batches of many, are read whole and found', async (world) => {
    const { open, waitMs } = world;
    const log = await open();
    // Three bytes a character in UTF-8.
    const large = Array.from({ length: 8 }, (_unused, index) =>
      billing(`large-${index}`, { creative: '税'.repeat(index === 0 ? 2_666_500 : 150_000) }),
    );
    await log.append(large);
    const entries = await take(await log.consumer('reader'), large.length, waitMs);
    assert.deepEqual(
      entries.map(({ record }) => record),
      large,
    );
    assert.deepEqual(await log.find('large-0'), large[0]);
    await log.close();
  });

  check('a hundred who append at once lose nothing and write nothing twice', async ({ open, waitMs }) => {
    const log = await open();
    await Promise.all(Array.from({ length: 100 }, (_unused, index) => log.append(billings(`w${index}-`, 5))));
    const entries = await take(await log.consumer('reader'), 501, waitMs);
    assert.equal(entries.length, 500);
    assert.equal(new Set(idsOf(entries)).size, 500);
    await log.close();
  });

  check(
    'a batch with a record that is none is refused whole, with its id and the rule',
    async ({ open, waitMs }) => {
      const log = await open();
      const wrong: readonly [object, RegExp][] = [
        [{ version: 2 }, /version 2 is not known/],
        [{ kind: 'rumour' }, /kind "rumour"/],
        [{ kind: '__proto__' }, /kind "__proto__"/],
        [{ id: '' }, /id must be a text of 1/],
        [{ parent: 5 }, /parent/],
        [{ at: Number.NaN }, /at must be a whole number/],
        [{ cost: { amountMicros: 0.5, currency: 'USD' } }, /cost must be whole micros/],
        [{ cost: { amountMicros: 1, currency: 'dollars' } }, /currency of three capitals/],
      ];
      for (const [change, message] of wrong)
        await assert.rejects(
          log.append([billing('good'), { ...billing('bad'), ...change } as OutcomeRecord]),
          { code: 'GV_OUTCOME_REFUSED', message },
        );
      await log.append([]);
      await log.append([billing('last')]);
      assert.deepEqual(idsOf(await take(await log.consumer('reader'), 2, waitMs)), ['last']);
      await log.close();
    },
  );

  check('a log that is closed takes nothing', async ({ open }) => {
    const log = await open();
    await log.close();
    await assert.rejects(log.append([billing('x')]), { code: 'GV_OUTCOMES_UNAVAILABLE' });
  });
}

function consumerRules(check: CheckLog): void {
  check('what was committed does not come again, what was not does', async ({ open, waitMs }) => {
    const first = await open();
    await first.append(billings('r', 10));
    const reader = await first.consumer('reader');
    assert.equal((await take(reader, 4, waitMs)).length, 4);
    await reader.commit();
    assert.equal((await take(reader, 3, waitMs)).length, 3);
    await reader.close();
    await first.close();
    const second = await open();
    await second.append(billings('s', 2));
    const again = await second.consumer('reader');
    const ids = idsOf(await take(again, 8, waitMs));
    assert.deepEqual(ids, ['r4', 'r5', 'r6', 'r7', 'r8', 'r9', 's0', 's1']);
    await again.close();
    await second.close();
  });

  check('each consumer reads for itself, from the oldest record on', async ({ open, waitMs }) => {
    const log = await open();
    await log.append(billings('r', 3));
    const [a, b] = [await log.consumer('a'), await log.consumer('b')];
    assert.equal((await take(a, 3, waitMs)).length, 3);
    await a.commit();
    assert.deepEqual(idsOf(await take(b, 3, waitMs)), ['r0', 'r1', 'r2']);
    await a.close();
    const anew = await log.consumer('a', { from: 'start' });
    assert.deepEqual(idsOf(await take(anew, 3, waitMs)), ['r0', 'r1', 'r2']);
    await log.close();
  });

  check('a poll waits for what comes, and no longer than it was told', async ({ open, waitMs }) => {
    const log = await open();
    const reader = await log.consumer('reader');
    assert.deepEqual(await reader.poll({ max: 10, waitMs: 20 }), []);
    const waiting = take(reader, 1, waitMs);
    await log.append([billing('late')]);
    assert.deepEqual(idsOf(await waiting), ['late']);
    await log.close();
  });

  check('a consumer knows how far it is behind', async ({ open, waitMs }) => {
    const log = await open();
    const reader = await log.consumer('reader');
    await log.append(billings('r', 25));
    assert.equal(await reader.lag(), 25);
    await take(reader, 20, waitMs);
    assert.equal(await reader.lag(), 5);
    await take(reader, 5, waitMs);
    assert.equal(await reader.lag(), 0);
    await log.close();
  });

  check('a name that could not be a file or a group is refused', async ({ open }) => {
    const log = await open();
    for (const name of ['', '../x', 'A', 'a b', 'x'.repeat(101)])
      await assert.rejects(log.consumer(name), { code: 'GV_BAD_INPUT' });
    await log.close();
  });
}

function poisonRules(check: CheckLog): void {
  check('fault/D6: poison goes to the dead letters with its reason, and holds up nothing', async (world) => {
    const log = await world.open();
    await log.append(billings('a', 2));
    await log.close();
    const poison: readonly [string, RegExp][] = [
      ['not json', /no JSON/],
      [JSON.stringify({ ...billing('x'), version: 9 }), /version 9 is not known; this program reads 1/],
      [JSON.stringify({ ...billing('x'), kind: 'bribe' }), /kind "bribe"/],
      [JSON.stringify({ ...billing('x'), cost: null }), /cost must be/],
      ['null', /no object/],
    ];
    for (const [body] of poison) await world.poison(body);
    const again = await world.open();
    await again.append(billings('b', 2));
    const reader = await again.consumer('reader');
    assert.deepEqual(idsOf(await take(reader, 4, world.waitMs)).toSorted(), ['a0', 'a1', 'b0', 'b1']);
    await reader.commit();
    const letters = await again.deadLetters();
    assert.deepEqual(letters.map(({ body }) => body).toSorted(), poison.map(([body]) => body).toSorted());
    for (const [body, reason] of poison) {
      const letter = letters.find((each) => each.body === body)!;
      assert.match(letter.reason, reason);
      assert.equal(letter.consumer, 'reader');
    }
    assert.equal(await reader.lag(), 0);
    await again.close();
  });

  check('fault/D16: a field that a later program added is kept, not refused', async (world) => {
    const later = { ...billing('later'), seat: 'x' };
    await world.poison(JSON.stringify(later));
    const log = await world.open();
    const [entry] = await take(await log.consumer('reader'), 1, world.waitMs);
    assert.deepEqual(entry?.record, later);
    assert.deepEqual(await log.deadLetters(), []);
    await log.close();
  });
}

function findRules(check: CheckLog): void {
  check('a record is found by its id, also by a process that starts later', async ({ open }) => {
    const log = await open();
    const wanted = billing('win:b-9', { creative: 'ü'.repeat(3_000) });
    await log.append([...billings('r', 500), wanted, ...billings('s', 500)]);
    assert.deepEqual(await log.find('win:b-9'), wanted);
    assert.equal(await log.find('win:b-10'), undefined);
    await log.close();
    const again = await open();
    assert.deepEqual(await again.find('win:b-9'), wanted);
    assert.equal((await again.find('s499'))?.id, 's499');
    await again.close();
  });

  check(
    'fault/D7: a conversion may come before its impression, which is found once it has come',
    async (world) => {
      const { open, waitMs } = world;
      const log = await open();
      const impression = outcomeId('impression', 'b-1');
      const { cost: value, exchange: _exchange, deal: _deal, creative: _creative, ...head } = billing('x');
      const conversion = {
        ...head,
        kind: 'conversion',
        id: 'order-7',
        parent: impression,
        action: 'buy',
        value,
      } as const;
      await log.append([conversion]);
      const [entry] = await take(await log.consumer('reader'), 1, waitMs);
      assert.deepEqual(entry?.record, conversion);
      assert.equal(await log.find(impression), undefined);
      const { cost: _cost, ...ofBid } = billing(impression);
      await log.append([{ ...ofBid, kind: 'impression' }]);
      assert.equal((await log.find(entry.record.parent!))?.kind, 'impression');
      await log.close();
    },
  );
}
