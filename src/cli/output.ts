import { GavotteError } from '../kernel/index.ts';
import { safeText } from './safe-text.ts';
import { createStyle, type Style } from './style.ts';

/** The part of a stream that the command line writes to. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** How a command ended. */
export interface Report {
  /** The one object that `--json` prints. */
  readonly json: object;
  /** What a person sees on stdout instead; may be empty when all was printed on the way. */
  readonly text: string;
  /** The work was done and its answer is bad news: exit code 1. @defaultValue false */
  readonly failed?: boolean;
}

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/**
 * The two streams of a command. stdout carries data and nothing else: under `--json` exactly one JSON object,
 * errors included, otherwise what `print` and the report say. Everything else goes to stderr.
 */
export class Output {
  readonly json: boolean;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Styles for stdout. */
  readonly style: Style;
  /** Styles for stderr. */
  readonly noteStyle: Style;
  #exitCode: number | undefined;

  constructor(options: {
    json: boolean;
    stdout: OutputStream;
    stderr: OutputStream;
    env: Readonly<Record<string, string | undefined>>;
  }) {
    this.json = options.json;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.style = createStyle(options.stdout, options.env);
    this.noteStyle = createStyle(options.stderr, options.env);
  }

  /** Columns that a table on stdout may fill; undefined when nobody watches. */
  get width(): number | undefined {
    return this.stdout.isTTY === true ? this.stdout.columns : undefined;
  }

  /** Data for people, ahead of the report; silent under `--json`. */
  print(text: string): void {
    if (!this.json) this.stdout.write(`${text}\n`);
  }

  /** Progress, warnings, hints: stderr. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /**
   * Ends a command that did its work; one that goes on serving may end so early. @returns the exit code
   */
  finish(report: Report): number {
    return this.#end(report.failed === true ? EXIT_FAILED : EXIT_DONE, report.json, () => {
      if (report.text !== '') this.stdout.write(`${report.text}\n`);
    });
  }

  /** Ends a command that could not, with the reason and the way out. @returns the exit code */
  fail(thrown: unknown, exitCode: typeof EXIT_FAILED | typeof EXIT_USAGE = EXIT_FAILED): number {
    const error = GavotteError.from(thrown);
    return this.#end(exitCode, { error: error.toJSON() }, () => {
      this.note(`${this.noteStyle('red', 'error')} ${safeText(error.message)} (${error.code})`);
      if (error.fix !== '') this.note(`  ${safeText(error.fix)}`);
      if (error.code === 'GV_INTERNAL' && error.cause instanceof Error) this.note(error.cause.stack ?? '');
    });
  }

  /** A command ends once; the first ending counts, so stdout never carries two objects. */
  #end(exitCode: number, json: object, tellPeople: () => void): number {
    if (this.#exitCode !== undefined) return this.#exitCode;
    this.#exitCode = exitCode;
    if (this.json) this.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    else tellPeople();
    return exitCode;
  }
}
