import { Command, CommanderError } from 'commander';
import { GavotteError } from '../kernel/index.ts';
import type { CommandContext, CommandEntry } from './command.ts';
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, type Output, type Report } from './output.ts';

/** What commander wrote instead of running an action. */
interface Spoken {
  out: string;
  err: string;
}

const ASKED_FOR = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

function createProgram(commands: readonly CommandEntry[], version: string, spoken: Spoken): Command {
  const program = new Command('gavotte')
    .description('The open buy side of advertising.')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print one JSON object on stdout, errors included')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => {
        spoken.out += text;
      },
      writeErr: (text) => {
        spoken.err += text;
      },
    })
    .exitOverride();
  for (const { name, summary } of commands) program.command(name).description(summary);
  return program;
}

/** The command that the arguments name, also after `help`. */
function named(args: readonly string[], commands: readonly CommandEntry[]): CommandEntry | undefined {
  const words = args.filter((argument) => !argument.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  return commands.find((entry) => entry.name === name);
}

/** commander's own complaint as an error with a way out: "error: unknown command 'demp'\n(Did you mean demo?)". */
function usageError(spoken: Spoken): GavotteError {
  const text = spoken.err.trim().replace(/^error: /, '');
  const suggestion = /\(Did you mean (.+)\?\)/.exec(text)?.[1];
  if (text.startsWith('Usage:')) {
    return new GavotteError('GV_BAD_INPUT', 'no command was given', { fix: 'gavotte --help lists them.' });
  }
  return new GavotteError('GV_BAD_INPUT', text.split('\n')[0] ?? text, {
    fix: suggestion === undefined ? 'gavotte --help shows what can be said.' : `Did you mean ${suggestion}?`,
  });
}

function afterCommander(thrown: unknown, output: Output, spoken: Spoken, began: boolean): number {
  if (!(thrown instanceof CommanderError)) {
    // A value that an option's own parser refuses is wrong usage, as an option that does not exist is.
    const isUsage = !began && thrown instanceof GavotteError && thrown.code === 'GV_BAD_INPUT';
    return output.fail(thrown, isUsage ? EXIT_USAGE : EXIT_FAILED);
  }
  if (!ASKED_FOR.has(thrown.code) || spoken.out === '') {
    if (spoken.err.startsWith('Usage:') && !output.json) output.note(spoken.err.trimEnd());
    else output.fail(usageError(spoken), EXIT_USAGE);
    return EXIT_USAGE;
  }
  const text = spoken.out.trimEnd();
  return output.finish({
    json: thrown.code === 'commander.version' ? { version: text } : { help: text },
    text,
  });
}

/**
 * Runs one command line (without `node` and the script's path, and without `--json`, which `output` knows).
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage. Never throws.
 */
export async function runCommand(
  args: readonly string[],
  options: {
    commands: readonly CommandEntry[];
    version: string;
    output: Output;
    signal: AbortSignal;
    env: Readonly<Record<string, string | undefined>>;
  },
): Promise<number> {
  const { commands, output } = options;
  const spoken: Spoken = { out: '', err: '' };
  let exitCode: number = EXIT_DONE;
  let began = false;
  const context: CommandContext = {
    output,
    signal: options.signal,
    env: options.env,
    action:
      <Args extends readonly unknown[]>(work: (...given: Args) => Promise<Report>) =>
      async (...given: Args) => {
        began = true;
        exitCode = output.finish(await work(...given));
      },
  };
  try {
    const program = createProgram(commands, options.version, spoken);
    const entry = named(args, commands);
    if (entry !== undefined) {
      const command = program.commands.find((candidate) => candidate.name() === entry.name)!;
      (await entry.load()).configure(command, context);
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    return afterCommander(thrown, output, spoken, began);
  }
}
