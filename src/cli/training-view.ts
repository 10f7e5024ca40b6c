import type { Clock } from '../kernel/index.ts';
import type { CurvePoint, TeamRun, TeamTraining } from '../learning/index.ts';
import { LiveBlock } from './live-block.ts';
import type { Output } from './output.ts';
import { stderrScreen } from './progress.ts';
import { table } from './table.ts';

/** Heights of a bar. */
const BARS = '▁▂▃▄▅▆▇█';
/** Width of the curve. */
const CURVE = 48;

/** What trainings look like while they run: on a terminal a block that is drawn anew, elsewhere a line for each look. */
export class TrainingView {
  readonly #output: Output;
  readonly #live = new LiveBlock(stderrScreen);
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #trainings: readonly TeamTraining[];
  #index = 0;
  #looks: CurvePoint[] = [];
  #startedAt = 0;
  #firstIteration: number | null = null;

  constructor(
    output: Output,
    run: { readonly clock: Clock; readonly folder: string; readonly trainings: readonly TeamTraining[] },
  ) {
    this.#output = output;
    this.#clock = run.clock;
    this.#folder = run.folder;
    this.#trainings = run.trainings;
  }

  begin(index: number): void {
    this.#index = index;
    this.#looks = [];
    this.#firstIteration = null;
    this.#startedAt = this.#clock.monotonic();
    const { scenario, seed, iterations } = this.#training;
    this.#output.note(
      `Training ${index + 1} of ${this.#trainings.length}: ${scenario}, seed ${seed}, ${iterations} iterations, into ${this.#folder}`,
    );
  }

  update(point: CurvePoint): void {
    this.#firstIteration ??= point.iteration;
    if (point.look !== null) this.#looks.push(point);
    if (this.#live.isWatched) this.#live.draw(this.#lines(point));
    else if (point.look !== null) this.#output.note(this.#line(point));
  }

  end({ isDone, best }: TeamRun): void {
    const end = isDone ? 'Done' : 'Stopped';
    this.#output.note(
      best === null
        ? `${end} before the first look at validation days.`
        : `${end}. Best on validation days: ${dollars(best.surplus)} after ${best.iteration} iterations.`,
    );
  }

  get #training(): TeamTraining {
    return this.#trainings[this.#index]!;
  }

  /** Iterations a second of this sitting, and seconds left of this training. */
  #pace(point: CurvePoint): { readonly steps: number; readonly left: number } {
    const seconds = (this.#clock.monotonic() - this.#startedAt) / 1_000;
    const done = point.iteration - this.#firstIteration! + 1;
    const perIteration = seconds / done;
    const steps = point.agentSteps / point.iteration / perIteration;
    return { steps, left: (this.#training.iterations - point.iteration) * perIteration };
  }

  #line(point: CurvePoint): string {
    const { iterations } = this.#training;
    const { steps, left } = this.#pace(point);
    const look = point.look!;
    return [
      `  ${point.iteration} of ${iterations}`,
      `surplus of a validation day ${dollars(look.surplus)}`,
      `pacing error ${look.pacingError.toFixed(3)}`,
      `${Math.round(steps).toLocaleString('en')} agent-steps/s`,
      `${duration(left)} left`,
    ].join('  ');
  }

  #lines(point: CurvePoint): readonly string[] {
    const { iterations } = this.#training;
    const { steps, left } = this.#pace(point);
    const roles = Object.keys(point.rewards);
    const figure = (role: string, name: 'valueLoss' | 'entropy' | 'kl') =>
      point.updates[role]?.[name].toFixed(3) ?? '–';
    const look = this.#looks.at(-1)?.look;
    const curve = this.#looks.slice(-CURVE).map(({ look: each }) => each!.surplus);
    const share = point.iteration / iterations;
    const bar = '█'.repeat(Math.round(30 * share)).padEnd(30, '░');
    return [
      `  ${bar} ${point.iteration} of ${iterations} iterations, ${duration(left)} left`,
      `  ${(point.agentSteps / 1e6).toFixed(1)} million agent-steps, ${Math.round(steps).toLocaleString('en')} a second`,
      '',
      ...table(
        ['role', 'reward', 'value loss', 'entropy', 'moved (KL)'].map((title, column) => ({
          title,
          align: column === 0 ? ('left' as const) : ('right' as const),
        })),
        roles.map((role) => [
          role,
          point.rewards[role]!.toFixed(4),
          figure(role, 'valueLoss'),
          figure(role, 'entropy'),
          figure(role, 'kl'),
        ]),
      ).map((line) => `  ${line}`),
      '',
      ...(look === null || look === undefined
        ? ['  first look at validation days to come']
        : [
            `  validation days: surplus ${dollars(look.surplus)}, pacing error ${look.pacingError.toFixed(3)}, ${(100 * look.utilisation).toFixed(1)} % spent`,
            `  ${sparkline(curve)}`,
          ]),
    ];
  }
}

/** Micros as dollars. */
export function dollars(micros: number): string {
  return `$${(micros / 1e6).toFixed(2)}`;
}

/** Values as bars, from the least to the greatest of them. */
export function sparkline(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = most > least ? (BARS.length - 1) / (most - least) : 0;
  return values.map((value) => BARS[Math.round((value - least) * scale)]!).join('');
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
