import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is kept of what a server says, for the message when it does not start. */
const LOG_CHARS = 4_000;

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits for what the server called `name` says when it listens, on either of its outputs that is a pipe.
 * @throws an Error with the last it said when it ends instead, or takes longer than `timeoutMs`.
 */
export async function untilReady(
  server: ChildProcess,
  { name, says, timeoutMs }: { readonly name: string; readonly says: RegExp; readonly timeoutMs: number },
): Promise<void> {
  let log = '';
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-LOG_CHARS);
      if (says.test(log)) resolve();
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) => reject(new Error(`${name} ended with exit code ${code}: ${log}`)));
    server.once('error', reject);
  });
  const late = sleep(timeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`${name} was not ready within ${timeoutMs} ms: ${log}`);
  });
  await Promise.race([ready, late]);
}

/** Ends a server by a signal, and waits until it is gone. */
export async function stopServer(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}
