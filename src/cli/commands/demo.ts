import type { Command } from 'commander';
import type { World } from '../../kernel/index.ts';
import { type OutcomeLog, openSegmentedLog } from '../../outcomes/index.ts';
import type { CommandContext } from '../command.ts';
import { runDemo } from '../demo/run-demo.ts';
import { runShiftDemo } from '../demo/shift-demo.ts';

/** Most of what three minutes leave beside the market’s days. */
const TRAIN_SECONDS = 60;
/** Days of a million records; the demo reads them as they come. */
const openLog = (world: World, folder: string): Promise<OutcomeLog> =>
  openSegmentedLog({ world, folder, sync: 'never', retention: { maxBytes: 256 * 2 ** 20, maxAgeMs: null } });

interface DemoOptions {
  readonly seed: string;
  readonly liars?: boolean;
  readonly shift?: boolean;
}

/** `gavotte demo`: the main job in one minute, with nothing to set up. */
export function configure(command: Command, context: CommandContext): void {
  command
    .option('--seed <seed>', 'fixes the market', '7')
    .option('--liars', 'add one seller of every kind of liar')
    .option('--shift', 'instead: a market that changes half way, and agents that are trained anew for it')
    .action(
      context.action((options: DemoOptions) =>
        options.shift === true
          ? runShiftDemo({ trainSeconds: TRAIN_SECONDS, openLog }, context)
          : runDemo({ seed: options.seed, liars: options.liars === true }, context),
      ),
    );
}
