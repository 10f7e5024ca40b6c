import type { SellerProgress } from '../deals/index.ts';
import { safeText } from './safe-text.ts';

/** Where progress is drawn: stderr, or a stand-in for tests. */
export interface ProgressScreen {
  readonly isTerminal: boolean;
  readonly rows: number;
  write(text: string): void;
}

export const stderrScreen: ProgressScreen = {
  isTerminal: process.stderr.isTTY === true,
  rows: process.stderr.rows ?? 24,
  write: (text) => void process.stderr.write(text),
};

const MARKS = { asked: '…', quoted: '✓', failed: '✗' } as const;

/**
 * One row per seller that says what is waited for. On a terminal the rows are redrawn in place; elsewhere each
 * change is a plain line. With more sellers than rows, those still waited for are shown and the rest counted.
 */
export class SellerProgressView {
  readonly #screen: ProgressScreen;
  readonly #rows = new Map<string, SellerProgress>();
  #drawn = 0;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  update(progress: SellerProgress): void {
    this.#rows.set(progress.sellerId, progress);
    if (this.#screen.isTerminal) this.#redraw();
    else if (progress.state !== 'asked') this.#screen.write(`${describe(progress)}\n`);
  }

  /** Leaves the last picture standing. */
  end(): void {
    this.#drawn = 0;
  }

  #redraw(): void {
    const room = Math.max(3, this.#screen.rows - 4);
    const all = [...this.#rows.values()];
    const waiting = all.filter((row) => row.state === 'asked');
    const shown = all.length <= room ? all : waiting.slice(0, room - 1);
    const lines = shown.map(describe);
    if (all.length > room)
      lines.push(`${all.length - waiting.length} of ${all.length} sellers have answered`);
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    this.#screen.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    this.#drawn = lines.length;
  }
}

function describe({ state, name, detail }: SellerProgress): string {
  const words = { asked: 'asked', quoted: 'quoted', failed: 'no quote' }[state];
  return `  ${MARKS[state]} ${safeText(name).slice(0, 32).padEnd(32)} ${words}${detail === '' ? '' : `: ${safeText(detail).slice(0, 90)}`}`;
}
