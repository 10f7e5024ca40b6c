import type { Command } from 'commander';
import { serveEnvironment } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { port } from './common.ts';

interface EnvironmentOptions {
  readonly port: number;
  readonly host: string;
  readonly untilEof?: boolean;
}

/** `gavotte serve environment`. */
export function configureEnvironment(command: Command, context: CommandContext): void {
  command
    .description('AdAuction for trainers in other languages; python/ of the checkout has a client')
    .option('--port <n>', 'where it listens; 0 takes a free one', port, 4300)
    .option('--host <address>', 'and on which address; nothing is authenticated', '127.0.0.1')
    .option('--until-eof', 'end when standard input closes, as it does when whoever started this ends')
    .action(context.action((options: EnvironmentOptions) => runEnvironment(options, context)));
}

async function runEnvironment(options: EnvironmentOptions, context: CommandContext): Promise<Report> {
  const { output, signal } = context;
  const environments = await serveEnvironment(options);
  const { address } = environments;
  const report = { json: { address }, text: `AdAuction at ${address}` };
  output.finish(report);
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (options.untilEof === true) process.stdin.on('end', resolve).on('error', resolve).resume();
    else output.note('Serving until Ctrl-C.');
  });
  await environments.close();
  return report;
}
