import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Blackboard,
  type Claim,
  type ContractNetKind,
  ContractNetManager,
  type ContractNetOutcome,
  ContractNetWorker,
  InProcessBlackboard,
  type TaskState,
} from '../../src/coordination/index.ts';
import { type Clock, GavotteError, type RandomStream, Simulation } from '../../src/kernel/index.ts';

const SEEDS = 400;
const DEADLINE_MS = 1_000;
/** The longest that a question to the board, or its answer, is under way. */
const WIRE_MS = 20;
const LIMIT_MS = 120_000;

interface Task {
  readonly campaignId: string;
}
interface Result {
  readonly by: string;
}

const KIND: ContractNetKind<Task, Result> = {
  net: 'tranches',
  readTask: (value) => value as Task,
  readResult: (value) => value as Result,
};

/** What a worker does with the task it won. */
const HABITS = [
  'works',
  'works slowly',
  'dies with the award',
  'dies at work',
  'fails',
  'sleeps too long',
] as const;

/** What one seed's world did. */
interface Story {
  readonly outcomes: ContractNetOutcome<Result>[];
  /** Each result that was taken, by who handed it in. */
  readonly taken: { readonly worker: string; readonly fence: number }[];
  readonly fences: number[];
  /** When each round was announced. */
  readonly rounds: { readonly round: number; readonly at: number }[];
}

/** A board at the end of a slow wire that loses some questions and some answers; who asks after `diesAt` is dead. */
function wired(
  board: Blackboard,
  clock: Clock,
  random: RandomStream,
  lossOf: number,
  diesAt = Infinity,
): Blackboard {
  const over = async <T>(act: () => Promise<T>): Promise<T> => {
    await clock.sleep(random.int(WIRE_MS));
    if (clock.monotonic() > diesAt) return new Promise(() => {});
    if (random.float() < lossOf) throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the question was lost');
    const answer = act();
    answer.catch(() => {});
    await clock.sleep(random.int(WIRE_MS));
    if (random.float() < lossOf) throw new GavotteError('GV_BLACKBOARD_UNAVAILABLE', 'the answer was lost');
    return answer;
  };
  return {
    write: (key, value, options) => over(() => board.write(key, value, options)),
    read: (key, options) => over(() => board.read(key, options)),
    list: (prefix) => over(() => board.list(prefix)),
    remove: (key, options) => over(() => board.remove(key, options)),
    watch: (prefix, listener) => board.watch(prefix, listener),
    mirror: (prefix) => board.mirror(prefix),
    close: () => Promise.resolve(),
  };
}

async function play(seed: number, lossOf: number): Promise<Story> {
  const simulation = new Simulation({ seed });
  const { clock, random } = simulation.peer('world');
  const board = new InProcessBlackboard({ clock });
  const story: Story = { outcomes: [], taken: [], fences: [], rounds: [] };
  await board.watch('net/tranches/task/', (_key, entry) => {
    const state = entry?.value as TaskState | undefined;
    if (state?.kind === 'announced') story.rounds.push({ round: state.round, at: clock.monotonic() });
  });
  for (let n = 0; n < 1 + random.int(5); n += 1)
    await startWorker(`w${n}`, wired(board, clock, random.split(`wire ${n}`), lossOf), story, {
      clock,
      random,
    });
  const managers = Array.from({ length: 1 + random.int(3) }, async (_, n) => {
    // One of them lives on; the others die with the task half done.
    const diesAt = n === 0 ? Number.POSITIVE_INFINITY : random.int(8 * DEADLINE_MS);
    const blackboard = wired(board, clock, random.split(`manager ${n}`), lossOf, diesAt);
    const manager = new ContractNetManager({ blackboard, clock, kind: KIND, limitOf: () => 100 });
    await clock.sleep(random.int(2 * DEADLINE_MS));
    story.outcomes.push(await manager.run('t1', { campaignId: 'c1' }, { deadlineMs: DEADLINE_MS }));
  });
  await simulation.run(managers[0]!, LIMIT_MS);
  // Who slept wakes up, and finds that it is too late.
  await simulation.pass(20 * DEADLINE_MS);
  return story;
}

async function startWorker(
  name: string,
  blackboard: Blackboard,
  story: Story,
  { clock, random }: { clock: Clock; random: RandomStream },
): Promise<void> {
  const worker = new ContractNetWorker({ blackboard, kind: KIND, worker: name });
  const habit = HABITS[random.int(HABITS.length)]!;
  const value = random.int(10) === 0 ? 1e12 : random.int(5);
  const never = () => new Promise<never>(() => {});
  await blackboard.watch('net/tranches/task/', (_key, entry) => {
    const state = entry?.value as TaskState | undefined;
    if (state?.kind === 'announced') {
      const { round, deadlineMs } = state;
      void worker.propose({ taskId: 't1', round, deadlineMs }, value).catch(() => {});
    } else if (state?.kind === 'awarded' && state.worker === name) {
      void (habit === 'dies with the award' ? never() : work()).catch(() => {});
    }
  });
  async function work(): Promise<void> {
    const claim = await worker.claim('t1');
    if (claim === undefined) return;
    story.fences.push(claim.fence);
    if (habit === 'dies at work') return;
    if (habit === 'fails') return void (await worker.fail(claim, 'no money'));
    if (habit === 'works slowly') await clock.sleep(0.3 * DEADLINE_MS);
    if (habit === 'sleeps too long') await clock.sleep(5 * DEADLINE_MS);
    await handIn(claim);
  }
  async function handIn(claim: Claim<Task>): Promise<void> {
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        if (await worker.inform(claim, { by: name })) story.taken.push({ worker: name, fence: claim.fence });
        return;
      } catch {
        // Not known: it is asked again, which changes nothing if it was taken.
      }
    }
  }
}

/** One executor or none, and everybody agrees who. */
function checkStory({ outcomes, taken, fences }: Story, seed: string): void {
  const [first] = outcomes;
  for (const outcome of outcomes) assert.deepEqual(outcome, first, seed);
  assert.ok(taken.length <= 1, `${seed}: ${JSON.stringify(taken)}`);
  if (first?.kind === 'none') assert.deepEqual(taken, [], seed);
  else assert.deepEqual(taken, [{ worker: first!.worker, fence: first!.fence }], seed);
  assert.deepEqual(
    fences,
    [...new Set(fences)].sort((a, b) => a - b),
    `${seed}: fences rise`,
  );
}

test('fault/D15 in every seed’s world of winners that die, fail and sleep, one executor or none, and all agree', async () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const story = await play(seed, 0);
    checkStory(story, `seed ${seed}`);
    kinds.add(`${story.outcomes[0]!.kind} after ${story.outcomes[0]!.rounds}`);
    for (const [index, { round, at }] of story.rounds.entries()) {
      if (index === 0) continue;
      const waited = at - story.rounds[index - 1]!.at;
      assert.ok(waited <= 2 * DEADLINE_MS, `seed ${seed}: round ${round} came after ${waited} ms`);
    }
  }
  assert.ok(
    kinds.has('done after 1') && kinds.has('done after 3') && kinds.has('none after 2'),
    [...kinds].join(),
  );
});

test('fault/D15 also when one question or answer in ten is lost', async () => {
  for (let seed = 0; seed < SEEDS; seed += 1) checkStory(await play(seed, 0.1), `seed ${seed}`);
});
