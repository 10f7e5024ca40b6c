import type { Command } from 'commander';
import { bookPlan, parseFx, parsePlan } from '../../campaign/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { safeText } from '../safe-text.ts';
import { showDeals } from '../show-deals.ts';
import { type DeskOptions, openDesk, openLedgerFile, withDeskOptions } from './common.ts';

interface BookOptions extends DeskOptions {
  readonly fx?: string;
}

/** `gavotte book PLAN`: books it or refuses; run again, it continues where it stopped. */
export function configure(command: Command, context: CommandContext): void {
  withDeskOptions(command)
    .argument('<plan>', 'the file that plan wrote')
    .option('--fx <file>', 'today’s FX rates; the plan is refused when they are not its own')
    .action(context.action((plan: string, options: BookOptions) => runBook(plan, options, context)));
}

async function runBook(
  planPath: string,
  options: BookOptions,
  { output, signal }: CommandContext,
): Promise<Report> {
  const { world, dealsClientFactory } = await openDesk(options);
  const plan = parsePlan(await world.storage.readText(planPath), planPath);
  const fx =
    options.fx === undefined ? {} : { fx: parseFx(await world.storage.readText(options.fx), options.fx) };
  const ledger = await openLedgerFile(world, options.ledger);
  try {
    const booked = await bookPlan(plan, {
      world,
      ledger,
      dealsClientFactory,
      quoteTimeout: options.quoteTimeout,
      signal,
      ...fx,
    });
    for (const warning of booked.warnings) output.note(`warning: ${safeText(warning)}`);
    return { json: booked, text: showDeals(booked).join('\n'), failed: booked.failedBookings.length > 0 };
  } finally {
    await ledger.close();
    await world.network.close();
  }
}
