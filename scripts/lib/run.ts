import { spawnSync } from 'node:child_process';
import { root } from './node24.mjs';

/** Runs a program on our terminal. @throws with the command line when it does not end with 0. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; timeoutMs?: number } = {},
): void {
  const ended = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: options.timeoutMs,
  });
  if (ended.status !== 0) throw new Error(failure(command, args, ended));
}

/** Runs a program and returns its stdout; its stderr is shown only when it fails. @throws as `run`. */
export function capture(command: string, args: readonly string[], options: { cwd?: string } = {}): string {
  const ended = spawnSync(command, args, { cwd: options.cwd ?? root, encoding: 'utf8' });
  if (ended.status !== 0) {
    throw new Error(`${failure(command, args, ended)}\n${ended.stdout}${ended.stderr}`);
  }
  return ended.stdout;
}

function failure(
  command: string,
  args: readonly string[],
  ended: { status: number | null; signal: string | null; error?: Error },
): string {
  const how = ended.error?.message ?? ended.signal ?? `exit code ${ended.status}`;
  return `${[command, ...args].join(' ')} failed: ${how}`;
}
