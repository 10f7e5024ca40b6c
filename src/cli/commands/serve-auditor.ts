import type { Command } from 'commander';
import type { AuditorStatus, Difference } from '../../audit/index.ts';
import { createRealWorld, GavotteError } from '../../kernel/index.ts';
import { type AuditorParts, openAuditor, serveAuditor } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { safeText } from '../safe-text.ts';
import { openLedgerAt, port } from './common.ts';
import { READ_OUTCOMES } from './outcomes-option.ts';

interface AuditorOptions {
  readonly ledger: string;
  readonly outcomes: readonly string[];
  readonly state?: string;
  readonly once?: boolean;
  readonly port: number;
  readonly host: string;
}

/** `gavotte serve auditor`. */
export function configureAuditor(command: Command, context: CommandContext): void {
  command
    .description('compares the outcome log with the ledger, all the time: /livez, /readyz, /status, /metrics')
    .requiredOption('--ledger <file or URL>', 'the ledger: an SQLite file or postgres://…')
    .requiredOption('--outcomes <folder...>', `${READ_OUTCOMES}; one for each bidder`)
    .option('--state <folder>', 'what the auditor keeps over restarts; without it, audit in the first folder')
    .option('--once', 'compare once and end, with exit code 1 if anything differs')
    .option('--port <n>', 'where it listens; 0 takes a free one', port, 4300)
    .option('--host <address>', 'and on which address', '127.0.0.1')
    .action(context.action((options: AuditorOptions) => runAuditor(options, context)));
}

async function runAuditor(options: AuditorOptions, context: CommandContext): Promise<Report> {
  const world = createRealWorld();
  for (const folder of options.outcomes)
    if (!(await world.storage.list(folder)).includes('segments'))
      throw new GavotteError('GV_BAD_INPUT', `${folder} holds no outcome log`, {
        fix: 'Name the folder that a bidder writes to with --outcomes.',
      });
  const ledger = await openLedgerAt(options.ledger, world);
  const parts: AuditorParts = {
    world,
    ledger,
    folders: options.outcomes,
    state: options.state ?? `${options.outcomes[0]}/audit`,
    onDifference: (difference) => context.output.note(alertOf(difference)),
  };
  try {
    return options.once === true ? await once(parts) : await serve(parts, options, context);
  } finally {
    await ledger.close();
  }
}

async function once(parts: AuditorParts): Promise<Report> {
  const { auditor, rounds, close } = await openAuditor(parts);
  try {
    await rounds.once({ isOver: false });
    return reportOf(auditor.status);
  } finally {
    await close();
  }
}

async function serve(
  parts: AuditorParts,
  { port, host }: AuditorOptions,
  { output, signal }: CommandContext,
): Promise<Report> {
  let trouble = '';
  const auditor = await serveAuditor({
    ...parts,
    port,
    host,
    onTrouble: ({ message }) => {
      if (message !== trouble) output.note(`warning: ${safeText(message)}`);
      trouble = message;
    },
  });
  output.finish({ json: { url: auditor.url }, text: `Auditing; ${auditor.url}/status tells what it found.` });
  output.note('Serving until Ctrl-C.');
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const status = auditor.status();
  await auditor.close();
  return reportOf(status);
}

function reportOf(status: AuditorStatus): Report {
  const { differences } = status;
  return {
    json: status,
    failed: differences.length > 0,
    text: [auditLine(status), ...differences.map(alertOf)].join('\n'),
  };
}

/** What the auditor came to, in a line. */
export function auditLine({ moneyEvents, billings, differences }: AuditorStatus): string {
  return `Auditor: ${moneyEvents} money events, ${billings} billings, ${differences.length} differences.`;
}

/** Ids of exchanges are strangers' text. */
function alertOf({ kind, detail }: Difference): string {
  return `ALERT ${kind}: ${safeText(detail)}`;
}
