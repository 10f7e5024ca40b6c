import type { SellerProgress } from '../deals/index.ts';
import type { Clock } from '../kernel/index.ts';
import { safeText } from './safe-text.ts';
import { cutToWidth, padToWidth } from './text-width.ts';

/** Where progress is drawn: stderr, or a stand-in for tests. */
export interface ProgressScreen {
  readonly isTerminal: boolean;
  readonly rows: number;
  readonly columns: number;
  write(text: string): void;
}

/** Asked anew for each picture, as a window may be resized. */
export const stderrScreen: ProgressScreen = {
  get isTerminal() {
    return process.stderr.isTTY === true;
  },
  get rows() {
    return process.stderr.rows ?? 24;
  },
  get columns() {
    return process.stderr.columns ?? 80;
  },
  write: (text) => void process.stderr.write(text),
};

/** What makes waiting visible: how long a seller may take, and the clock that says how long it has taken. */
export interface Countdown {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

interface Row {
  readonly progress: SellerProgress;
  readonly askedAt: number;
}

const MARKS = { asked: '…', quoted: '✓', failed: '✗' } as const;
const WORDS = { asked: 'asked', quoted: 'quoted', failed: 'no quote' } as const;
const NAME_WIDTH = 32;
const TICK_MS = 1_000;

/**
 * One row per seller that says what is waited for. On a terminal the rows are redrawn in place, with the seconds
 * left; elsewhere each answer is a plain line. With more sellers than rows, those still
 * waited for are shown and the rest counted.
 */
export class SellerProgressView {
  readonly #screen: ProgressScreen;
  readonly #countdown: Countdown;
  readonly #rows = new Map<string, Row>();
  readonly #ended = new AbortController();
  #ticking = false;
  #drawn = 0;

  constructor(screen: ProgressScreen, countdown: Countdown) {
    this.#screen = screen;
    this.#countdown = countdown;
  }

  update(progress: SellerProgress): void {
    if (this.#ended.signal.aborted) return;
    const before = this.#rows.get(progress.sellerId);
    const askedAnew = progress.state === 'asked' && before?.progress.state !== 'asked';
    const askedAt = before === undefined || askedAnew ? this.#countdown.clock.monotonic() : before.askedAt;
    this.#rows.set(progress.sellerId, { progress, askedAt });
    if (this.#screen.isTerminal) {
      this.#redraw();
      void this.#tick();
    } else if (progress.state !== 'asked') this.#screen.write(`${this.#describe({ progress, askedAt })}\n`);
  }

  /** Leaves the last picture standing; what comes later is not shown. */
  end(): void {
    this.#ended.abort();
  }

  /** Counts down while anybody is waited for, and no longer: a timer left over would keep the process alive. */
  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    const { signal } = this.#ended;
    while (this.#waiting().length > 0 && !signal.aborted) {
      await this.#countdown.clock.sleep(TICK_MS, signal).catch(() => {});
      if (!signal.aborted) this.#redraw();
    }
    this.#ticking = false;
  }

  #waiting(): readonly Row[] {
    return [...this.#rows.values()].filter(({ progress }) => progress.state === 'asked');
  }

  #redraw(): void {
    const room = Math.max(3, this.#screen.rows - 4);
    const all = [...this.#rows.values()];
    const waiting = this.#waiting();
    const shown = all.length <= room ? all : waiting.slice(0, room - 1);
    const lines = shown.map((row) => this.#describe(row));
    if (all.length > room) {
      lines.push(`  ${all.length - waiting.length} of ${all.length} sellers have answered`);
    }
    // A line that wraps would be two, and the next picture would be drawn one row too low.
    const fitting = lines.map((line) => cutToWidth(line, this.#screen.columns - 1));
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    this.#screen.write(`${up}${fitting.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    this.#drawn = lines.length;
  }

  #describe({ progress: { state, name, detail }, askedAt }: Row): string {
    const shortName = cutToWidth(safeText(name), NAME_WIDTH);
    const left = state === 'asked' ? this.#secondsLeft(askedAt) : safeText(detail);
    const words = left === '' ? WORDS[state] : `${WORDS[state]}: ${left}`;
    return `  ${MARKS[state]} ${padToWidth(shortName, NAME_WIDTH, 'left')} ${words}`;
  }

  #secondsLeft(askedAt: number): string {
    if (!this.#screen.isTerminal) return '';
    const { clock, timeoutMs } = this.#countdown;
    return `${Math.max(0, Math.ceil((askedAt + timeoutMs - clock.monotonic()) / 1000))} s left`;
  }
}
