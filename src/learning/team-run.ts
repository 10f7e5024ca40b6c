import type { Scenario } from '../adauction/index.ts';
import { TEAM_SCHEMA, TeamPolicy } from '../delivery/index.ts';
import { type Clock, GavotteError, type Storage } from '../kernel/index.ts';
import { type PolicyFile, type StoredNetwork, writePolicyFile } from '../neural/index.ts';
import { readCheckpoint, type TrainerState, writeCheckpoint } from './checkpoint.ts';
import { type CurvePoint, curveLines, eventFile, parseCurveLines } from './curves.ts';
import { type Contender, teamContender } from './evaluation/contenders.ts';
import { playDays } from './evaluation/play-days.ts';
import { interquartileMean, meanOf } from './evaluation/statistics.ts';
import { scenarioTrainedIn, type TeamTraining } from './team-training.ts';
import { trainInThreads } from './train-in-threads.ts';
import type { IterationFigures } from './trainer.ts';

/** Times that a training is looked at on validation days; of these looks the best is kept. */
const LOOKS = 24;
/** Validation days of a look, the first ones. */
export const LOOK_DAYS = 50;

/** What the policy was worth when it was looked at. */
export interface Look {
  readonly iteration: number;
  /** Interquartile mean of the days’ surplus, micros. */
  readonly surplus: number;
  readonly pacingError: number;
  readonly utilisation: number;
}

/** How to run one training into a folder. */
export interface TeamRunOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly folder: string;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Goes on from the folder’s checkpoint. */
  readonly resume: boolean;
  readonly onPoint: (point: CurvePoint) => void;
}

/** What a run came to so far. */
export interface TeamRun {
  readonly training: TeamTraining;
  readonly isDone: boolean;
  readonly best: Look | null;
  readonly points: readonly CurvePoint[];
}

/** What a checkpoint says of the run beside the trainer’s state. */
interface RunRecord {
  readonly training: TeamTraining;
  readonly best: Look | null;
  readonly seconds: number;
}

/**
 * Trains one team into a folder: `checkpoint.json` to go on from, `policy.json` the best so far by validation days,
 * `curves.ndjson` and a TensorBoard event file with everything that can be plotted. Ends early, with a
 * checkpoint, when `signal` aborts; a run that is resumed ends with the policy, byte for byte, of one that was not stopped.
 * @throws GV_BAD_INPUT when there is nothing to resume.
 */
export async function runTeam(training: TeamTraining, options: TeamRunOptions): Promise<TeamRun> {
  const run = await openRun(training, options);
  await run.train();
  return run.result();
}

async function readRun(
  storage: Storage,
  folder: string,
): Promise<{ record: RunRecord; state: TrainerState; points: readonly CurvePoint[] }> {
  const path = `${folder}/checkpoint.json`;
  const { run, state } = readCheckpoint(await storage.readText(path), path);
  const curves = `${folder}/curves.ndjson`;
  const points = parseCurveLines(await storage.readText(curves), curves);
  return {
    record: run as RunRecord,
    state,
    points: points.filter(({ iteration }) => iteration <= state.iteration),
  };
}

async function openRun(training: TeamTraining, options: TeamRunOptions): Promise<Run> {
  if (!options.resume) return new Run(training, options, { best: null, seconds: 0, points: [], state: null });
  const { record, state, points } = await readRun(options.storage, options.folder);
  return new Run(record.training, options, { ...record, points, state });
}

/** One training that runs. */
class Run {
  readonly #training: TeamTraining;
  readonly #options: TeamRunOptions;
  readonly #from: TrainerState | null;
  readonly #points: CurvePoint[];
  readonly #secondsBefore: number;
  readonly #startedAt: number;
  #best: Look | null;
  #reached: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    training: TeamTraining,
    options: TeamRunOptions,
    from: {
      readonly best: Look | null;
      readonly seconds: number;
      readonly points: readonly CurvePoint[];
      readonly state: TrainerState | null;
    },
  ) {
    this.#training = training;
    this.#options = options;
    this.#from = from.state;
    this.#points = [...from.points];
    this.#best = from.best;
    this.#reached = from.state?.iteration ?? 0;
    this.#secondsBefore = from.seconds;
    this.#startedAt = options.clock.monotonic();
  }

  async train(): Promise<void> {
    const { threads, signal } = this.#options;
    if (this.#reached >= this.#training.iterations) return;
    await trainInThreads(this.#training, {
      threads,
      signal,
      from: this.#from,
      every: this.#every,
      onIteration: (figures) => this.#point(figures),
      onState: (state, networks) => this.#keep(state, networks),
    });
    await this.#writing;
  }

  result(): TeamRun {
    const isDone = this.#reached >= this.#training.iterations;
    return { training: this.#training, isDone, best: this.#best, points: this.#points };
  }

  get #every(): number {
    return Math.ceil(this.#training.iterations / LOOKS);
  }

  get #seconds(): number {
    return this.#secondsBefore + (this.#options.clock.monotonic() - this.#startedAt) / 1_000;
  }

  #point({ updates, ...figures }: IterationFigures): void {
    this.#reached = figures.iteration;
    const point = { ...figures, seconds: this.#seconds, updates, look: null };
    this.#points.push(point);
    this.#options.onPoint(point);
  }

  /** Looks at the policy where a look is due; the policy of a stop in between is only kept to go on from. */
  #keep(state: TrainerState, networks: Readonly<Record<string, StoredNetwork>>): void {
    const { iteration } = state;
    const isDue = iteration % this.#every === 0 || iteration === this.#training.iterations;
    let better: PolicyFile | null = null;
    if (isDue) {
      const file = this.#policyFile(networks, iteration);
      const look = this.#look(file, iteration);
      const last = this.#points.length - 1;
      this.#points[last] = { ...this.#points[last]!, look };
      this.#options.onPoint(this.#points[last]!);
      if (this.#best === null || look.surplus > this.#best.surplus) {
        this.#best = look;
        better = file;
      }
    }
    const record: RunRecord = { training: this.#training, best: this.#best, seconds: this.#seconds };
    const checkpoint = writeCheckpoint(record, state);
    this.#writing = this.#writing.then(() => this.#write(better, checkpoint));
    // Whoever waits for the run hears of it; until then it must not end the process.
    this.#writing.catch(() => {});
  }

  #policyFile(networks: Readonly<Record<string, StoredNetwork>>, iteration: number): PolicyFile {
    const { tuning, scenario, data, seed, left, iterations, shards, shardDays, config } = this.#training;
    const learned = Object.entries(networks).filter(([role]) => !left.includes(role));
    return {
      schema: TEAM_SCHEMA,
      networks: Object.fromEntries(learned),
      tuning: { ...tuning },
      provenance: {
        scenario,
        seed,
        iteration,
        iterations,
        days: iteration * shards * shardDays,
        critic: config.centralCritic ? 'central' : 'own',
        ...(data === null ? {} : { market: 'real prices and hours' }),
      },
    };
  }

  #look(file: PolicyFile, iteration: number): Look {
    const contender = teamContender('team', this.#training.tuning, new TeamPolicy(file));
    return { iteration, ...lookAt(contender, scenarioTrainedIn(this.#training)) };
  }

  async #write(better: PolicyFile | null, checkpoint: string): Promise<void> {
    const { storage, folder } = this.#options;
    const points = [...this.#points];
    if (better !== null) await storage.writeText(`${folder}/policy.json`, writePolicyFile(better));
    await storage.writeText(`${folder}/curves.ndjson`, curveLines(points));
    await storage.writeBytes(`${folder}/events.out.tfevents.gavotte`, eventFile(points));
    // Last, as it says that the others are there.
    await storage.writeText(`${folder}/checkpoint.json`, checkpoint);
  }
}

/** What a contender is worth on the days of a look. */
export function lookAt(contender: Contender, scenario: Scenario): Omit<Look, 'iteration'> {
  const days = playDays(contender, scenario, 'validation', LOOK_DAYS);
  return {
    surplus: interquartileMean(days.map(({ surplus }) => surplus)),
    pacingError: meanOf(days.map(({ pacingError }) => pacingError)),
    utilisation: meanOf(days.map(({ utilisation }) => utilisation)),
  };
}

/** Seconds that an iteration takes here, by a few of them. */
export async function secondsPerIteration(
  training: TeamTraining,
  { threads, signal, clock }: Pick<TeamRunOptions, 'threads' | 'signal' | 'clock'>,
): Promise<number> {
  const [warmUp, measured] = [2, 3];
  const times: number[] = [];
  await trainInThreads(
    { ...training, iterations: warmUp + measured },
    {
      threads,
      signal,
      from: null,
      every: Number.MAX_SAFE_INTEGER,
      onIteration: () => times.push(clock.monotonic()),
      onState: () => {},
    },
  );
  if (signal.aborted) throw new GavotteError('GV_CANCELLED', 'stopped before training began');
  return (times.at(-1)! - times[warmUp - 1]!) / measured / 1_000;
}
