import type { Command } from 'commander';
import type { World } from '../../kernel/index.ts';
import { type OutcomeLog, openKafkaLog, openSegmentedLog, openSpooledLog } from '../../outcomes/index.ts';
import type { CommandContext } from '../command.ts';
import { runDemo } from '../demo/run-demo.ts';
import { runShiftDemo } from '../demo/shift-demo.ts';

/** Most of what three minutes leave beside the market’s days. */
const TRAIN_SECONDS = 60;
/** Days of a hundred thousand records; the demo reads them as they come. */
/** Of a day. A broker takes some ten thousand records a second from one process that does all the rest, too. */
const IMPRESSIONS = 12_000;
const KAFKA_IMPRESSIONS = 4_000;
const KEPT_BYTES = 256 * 2 ** 20;

/** The log of the demo: segments on our disk, or a topic of its own on a broker, with our disk before it. */
function logOf(broker: string | undefined): (world: World, folder: string) => Promise<OutcomeLog> {
  const retention = { maxBytes: KEPT_BYTES, maxAgeMs: null };
  if (broker === undefined)
    return (world, folder) => openSegmentedLog({ world, folder, sync: 'never', retention });
  return async (world, folder) => {
    const topic = `gavotte.demo.${world.clock.now()}`;
    const target = await openKafkaLog({ clock: world.clock, brokers: [broker], topic });
    return openSpooledLog({ world, folder, target });
  };
}

interface DemoOptions {
  readonly seed: string;
  readonly liars?: boolean;
  readonly shift?: boolean;
  readonly kafka?: string;
}

/** `gavotte demo`: the main job in one minute, with nothing to set up. */
export function configure(command: Command, context: CommandContext): void {
  command
    .option('--seed <seed>', 'fixes the market', '7')
    .option('--liars', 'add one seller of every kind of liar')
    .option('--shift', 'instead: a market that changes half way, and agents that are trained anew for it')
    .option('--kafka <host:port>', 'the same as --shift, with the outcomes over a broker')
    .action(
      context.action((options: DemoOptions) =>
        options.shift === true || options.kafka !== undefined
          ? runShiftDemo(
              {
                trainSeconds: TRAIN_SECONDS,
                impressions: options.kafka === undefined ? IMPRESSIONS : KAFKA_IMPRESSIONS,
                openLog: logOf(options.kafka),
              },
              context,
            )
          : runDemo({ seed: options.seed, liars: options.liars === true }, context),
      ),
    );
}
