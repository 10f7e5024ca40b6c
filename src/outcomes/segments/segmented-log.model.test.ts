import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SimulatedProcess, Simulation } from '../../kernel/index.ts';
import type { OutcomeConsumer, OutcomeLog } from '../log.ts';
import { billing } from '../testing/records.ts';
import type { SyncPolicy } from './segment-writer.ts';
import { openSegmentedLog, readSegmentedLog } from './segmented-log.ts';

const LIMIT_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CONSUMERS = ['a', 'b'];

type Step =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'poll' | 'commit'; readonly who: number; readonly max: number }
  | { readonly do: 'hour' | 'restart' | 'crash' | 'powerCut' }
  | { readonly do: 'die'; readonly after: number; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('poll' as const, 'commit' as const),
      who: fc.nat({ max: 1 }),
      max: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('hour' as const, 'restart' as const, 'crash' as const, 'powerCut' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      after: fc.nat({ max: 12 }),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
);

/** The log under test, beside what it has promised. */
class Model {
  readonly #simulation: Simulation;
  readonly #disk: ReturnType<Simulation['disk']>;
  readonly #sync: SyncPolicy;
  #process!: SimulatedProcess;
  #log!: OutcomeLog;
  #consumers: OutcomeConsumer[] = [];
  #made = 0;
  /** By the log's word, in order. */
  readonly acknowledged: string[] = [];
  /** What each consumer has been given since it last committed, and what it committed before. */
  readonly given: string[][] = CONSUMERS.map(() => []);
  readonly committed: string[][] = CONSUMERS.map(() => []);

  private constructor(seed: number, sync: SyncPolicy) {
    this.#simulation = new Simulation({ seed });
    this.#sync = sync;
    this.#disk = this.#simulation.disk();
  }

  static async start(seed: number, sync: SyncPolicy): Promise<Model> {
    const model = new Model(seed, sync);
    await model.#open();
    return model;
  }

  async #open(): Promise<void> {
    this.#process = this.#simulation.boot('log', this.#disk);
    const { world } = this.#process;
    this.#log = await this.#run(openSegmentedLog({ world, folder: 'log', sync: this.#sync }));
    this.#consumers = await Promise.all(CONSUMERS.map((name) => this.#log.consumer(name)));
    for (const given of this.given) given.length = 0;
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'append') await this.#append(step.count);
    else if (step.do === 'poll') await this.#poll(step.who, step.max);
    else if (step.do === 'commit') await this.#commit(step.who);
    else if (step.do === 'hour') await this.#simulation.pass(HOUR_MS);
    else {
      if (step.do === 'restart') await this.#run(this.#log.close());
      else await this.#kill(step.do === 'die' ? step : { after: 0, count: 1 });
      if (step.do === 'powerCut') this.#simulation.cutPower(this.#disk);
      await this.#open();
    }
  }

  /** Everything acknowledged is there, in order and found, and a consumer goes on where it committed. */
  async check(): Promise<void> {
    const { world } = this.#simulation.boot('reader', this.#disk);
    const source = await this.#run(readSegmentedLog({ world, folder: 'log' }));
    const reader = await source.consumer('check', { from: 'start' });
    const all = (await this.#run(reader.poll({ max: 100_000, waitMs: 0 }))).map(({ record }) => record.id);
    assert.equal(new Set(all).size, all.length, 'a record is there twice');
    const promised = new Set(this.acknowledged);
    assert.deepEqual(
      all.filter((id) => promised.has(id)),
      this.acknowledged,
    );
    for (const id of this.acknowledged.slice(-3)) assert.equal((await this.#run(source.find(id)))?.id, id);
    for (const [who, name] of CONSUMERS.entries()) {
      const rest = await (await source.consumer(name)).poll({ max: 100_000, waitMs: 0 });
      const done = this.committed[who]!;
      const seen = [...done, ...rest.map(({ record }) => record.id)];
      assert.deepEqual(
        seen.filter((id) => promised.has(id)),
        this.acknowledged,
        name,
      );
    }
    assert.deepEqual(await this.#run(source.deadLetters()), []);
  }

  #records(count: number) {
    return Array.from({ length: count }, () => billing(`r${this.#made++}`));
  }

  async #append(count: number): Promise<void> {
    const records = this.#records(count);
    await this.#run(this.#log.append(records));
    this.acknowledged.push(...records.map(({ id }) => id));
  }

  async #poll(who: number, max: number): Promise<void> {
    const entries = await this.#run(this.#consumers[who]!.poll({ max, waitMs: 0 }));
    assert.ok(entries.length <= max);
    this.given[who]!.push(...entries.map(({ record }) => record.id));
  }

  async #commit(who: number): Promise<void> {
    await this.#run(this.#consumers[who]!.commit());
    this.committed[who]!.push(...this.given[who]!.splice(0));
  }

  /** Dies some places into an append, which may have got through. */
  async #kill({ after, count }: { after: number; count: number }): Promise<void> {
    const from = this.#process.passed.length;
    this.#process.crashWhen((_point, index) => index >= from + after);
    const records = this.#records(count);
    const appended = this.#log
      .append(records)
      .then(() => this.acknowledged.push(...records.map(({ id }) => id)));
    // An append that passes fewer places is followed by more, until the process is dead.
    const more = appended.then(() => this.#process.world.clock.sleep(1)).then(() => this.#log.close());
    await this.#run(Promise.race([more.catch(() => {}), this.#process.crashed]));
  }

  #run<T>(work: Promise<T>): Promise<T> {
    return this.#simulation.run(work, LIMIT_MS);
  }
}

test('whatever is done, and wherever it dies: what was acknowledged is there once, in order, for every consumer', async () => {
  const property = fc.asyncProperty(
    fc.nat(),
    fc.constantFrom<SyncPolicy>('batch', { groupMs: 5 }),
    fc.array(step, { minLength: 1, maxLength: 30 }),
    async (seed, sync, steps) => {
      const model = await Model.start(seed, sync);
      for (const each of steps) await model.take(each);
      await model.check();
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
