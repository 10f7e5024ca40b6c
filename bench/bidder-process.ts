import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts processor time in these units, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;
const READY_MS = 20_000;
const READY_EVERY_MS = 50;

/** A server under measurement. */
export interface Running {
  readonly port: number;
  readonly process: ChildProcess;
  stop(): void;
}

/** Whether processor time can be read, and processes bound to a core. */
export const hasProc = existsSync('/proc/self/stat');
const hasTaskset = hasProc && availableParallelism() > 1 && canRun('taskset', ['-V']);

/** Whether a command exists and ends well. */
export function canRun(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Servers run on the first core, load on the second, so that neither takes the other's time. */
export function spawnOn(
  core: 0 | 1,
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; output?: 'pipe' | 'ignore' } = {},
): ChildProcess {
  const [program, ...rest] = hasTaskset ? ['taskset', '-c', `${core}`, command, ...args] : [command, ...args];
  return spawn(program!, rest, {
    stdio: ['ignore', options.output ?? 'ignore', 'inherit'],
    env: { ...process.env, ...options.env },
  });
}

/** Starts a server on a free port, and waits until it accepts. */
export async function startServer(
  start: (port: number) => ChildProcess,
  port: number | undefined = undefined,
): Promise<Running> {
  const on = port ?? (await freePort());
  const child = start(on);
  const deadline = performance.now() + READY_MS;
  while (!(await accepts(on))) {
    if (child.exitCode !== null)
      throw new Error(`the server ended with ${child.exitCode} before it listened`);
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server does not listen after ${READY_MS} ms`);
    }
    await sleep(READY_EVERY_MS);
  }
  return { port: on, process: child, stop: () => child.kill('SIGKILL') };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** User and system µs of a process and all its children so far. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name, in brackets, may hold anything; after it come state, ppid and so on: utime and stime are 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return children === ''
    ? own
    : children.split(' ').reduce((sum, child) => sum + cpuMicros(Number(child)), own);
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1] ?? 0) * 1024;
}
