import type { ProgressScreen } from './progress.ts';
import { cutToWidth } from './text-width.ts';

/** Some lines that are drawn again and again in the same place of a terminal; nothing where nobody watches. */
export class LiveBlock {
  readonly #screen: ProgressScreen;
  #drawn = 0;

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  /** Whether somebody watches: elsewhere say less, in lines of their own. */
  get isWatched(): boolean {
    return this.#screen.isTerminal;
  }

  draw(lines: readonly string[]): void {
    if (!this.#screen.isTerminal) return;
    const shown = lines
      .slice(0, this.#screen.rows - 1)
      .map((line) => cutToWidth(line, this.#screen.columns - 1));
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r` : '\r';
    this.#screen.write(`${up}\u001b[J${shown.join('\n')}\n`);
    this.#drawn = shown.length;
  }
}
