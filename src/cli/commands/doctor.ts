import type { Command } from 'commander';
import { createRealWorld } from '../../kernel/index.ts';
import type { CommandContext } from '../command.ts';
import { type CheckResult, nodeCheck, runChecks, sqliteCheck, writeCheck } from '../doctor/checks.ts';
import { postgresCheck } from '../doctor/postgres.ts';
import type { Output } from '../output.ts';
import { safeText } from '../safe-text.ts';

/** `gavotte doctor`: whether this machine can run Gavotte; exit 1 when anything is wrong. */
export function configure(command: Command, context: CommandContext): void {
  command
    .option('--data <folder>', 'where the ledger and plans are kept', '.gavotte')
    .option('--postgres <url>', 'also check this PostgreSQL server')
    .action(
      context.action(async (options: { data: string; postgres?: string }) => {
        const { storage } = createRealWorld();
        const results = await runChecks([
          nodeCheck(process.versions.node),
          sqliteCheck(storage),
          writeCheck(storage, options.data),
          ...(options.postgres === undefined ? [] : [postgresCheck(options.postgres)]),
        ]);
        const failed = results.some(({ ok }) => !ok);
        return { json: { ok: !failed, checks: results }, text: show(results, context.output), failed };
      }),
    );
}

function show(results: readonly CheckResult[], { style }: Output): string {
  const lines = results.flatMap(({ name, ok, found, fix }) => [
    `${ok ? style('green', '✓') : style('red', '✗')} ${name}: ${safeText(found)}`,
    ...(fix === '' ? [] : [`    ${safeText(fix)}`]),
  ]);
  return lines.join('\n');
}
