import type { Command } from 'commander';
import type { Output, Report } from './output.ts';

/** What every command is handed. */
export interface CommandContext {
  readonly output: Output;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Makes a commander action of `work`: what it returns is printed, what it throws is explained.
   * `work` gets commander's positional arguments, then the options.
   */
  action<Args extends readonly unknown[]>(
    work: (...args: Args) => Promise<Report>,
  ): (...args: Args) => Promise<void>;
}

/** A file of `commands/`: adds arguments, options, subcommands and actions to a command that has its name. */
export interface CommandModule {
  configure(command: Command, context: CommandContext): void;
}

/** One line of the table of commands; the module is loaded only when its command is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}
