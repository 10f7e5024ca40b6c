import type { Command } from 'commander';
import { type VerifyReport, verify } from '../../verify/index.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';
import { positiveInt } from './common.ts';

interface VerifyOptions {
  readonly seeds: number;
  readonly firstSeed: number;
}

/** `gavotte verify`: the money rules under a simulated world. */
export function configure(command: Command, context: CommandContext): void {
  const { output, signal } = context;
  command
    .option('--seeds <n>', 'how many worlds', positiveInt, 1000)
    .option('--first-seed <n>', 'the first seed; with --seeds 1 it replays one world', positiveInt, 1)
    .action(
      context.action(async (options: VerifyOptions) => {
        const report = await verify({ ...options, signal, onProgress: (text) => output.note(text) });
        return { json: report, text: showReport(report).join('\n'), failed: !report.ok };
      }),
    );
}

function showReport(report: VerifyReport): readonly string[] {
  const violations = report.violations
    .slice(0, 20)
    .map((each) => `  seed ${each.seed}: ${each.rule}: ${each.detail}`);
  const placeColumns = [
    { title: 'killed', align: 'left' as const, maxWidth: 60 },
    { title: 'times', align: 'right' as const },
    { title: 'violations', align: 'right' as const },
  ];
  const bugColumns = ['planted bug', 'met in', 'caught by', 'seed'].map((title) => ({
    title,
    align: 'left' as const,
    maxWidth: 60,
  }));
  const end = report.ok ? 'Every promise held, and every planted bug was caught.' : 'FAILED';
  return [
    `${report.seeds} worlds (${report.seedsPerMinute} a minute), ${report.crashes} crashes, ${report.faults} network faults, ${report.bids} bids, ${report.billed} impressions billed: ${report.violations.length} violations`,
    ...violations,
    '',
    ...table(
      placeColumns,
      report.crashPoints.map((each) => [each.name, String(each.times), String(each.violations)]),
    ),
    '',
    ...table(
      bugColumns,
      report.plantedBugs.map((bug) => [
        bug.name,
        bug.origin,
        bug.caughtBy ?? 'NOT CAUGHT',
        String(bug.seed ?? ''),
      ]),
    ),
    '',
    end,
    ...(report.failingSeed === null
      ? []
      : [`Replay it: gavotte verify --seeds 1 --first-seed ${report.failingSeed}`]),
  ];
}
