import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { runDemo } from '../demo/run-demo.ts';

interface DemoOptions {
  readonly seed: string;
  readonly liars?: boolean;
}

/** `gavotte demo`: the main job in one minute, with nothing to set up. */
export function configure(command: Command, context: CommandContext): void {
  command
    .option('--seed <seed>', 'fixes the market', '7')
    .option('--liars', 'add one seller of every kind of liar')
    .action(
      context.action((options: DemoOptions) =>
        runDemo({ seed: options.seed, liars: options.liars === true }, context),
      ),
    );
}
