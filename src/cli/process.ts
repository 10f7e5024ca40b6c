import { readFileSync } from 'node:fs';
import { COMMANDS } from './commands/index.ts';
import { catchInterrupts } from './interrupt.ts';
import { Output } from './output.ts';
import { runCommand } from './program.ts';

/** A command that ended but left a handle open would hang its caller; after this long it is ended. */
const LINGER_MS = 2_000;

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** `--json` may stand anywhere before `--`. */
export function takeJsonFlag(args: readonly string[]): { json: boolean; rest: readonly string[] } {
  const end = args.indexOf('--');
  const limit = end === -1 ? args.length : end;
  const rest = args.filter((argument, index) => argument !== '--json' || index > limit);
  return { json: rest.length < args.length, rest };
}

/** Runs the command line of this process, and sets its exit code. */
export async function runProcess(): Promise<void> {
  const { json, rest } = takeJsonFlag(process.argv.slice(2));
  const output = new Output({ json, stdout: process.stdout, stderr: process.stderr, env: process.env });
  // A reader that went away (`gavotte plan | head`) is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('uncaughtException', (error) => {
    process.exitCode = output.fail(error);
    setTimeout(() => process.exit(), LINGER_MS).unref();
  });
  const interrupt = catchInterrupts(process, {
    note: (text) => output.note(text),
    exit: (code) => process.exit(code),
    now: () => performance.now(),
  });
  process.exitCode = await runCommand(rest, {
    commands: COMMANDS,
    version: version(),
    output,
    signal: interrupt.signal,
    env: process.env,
  });
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
