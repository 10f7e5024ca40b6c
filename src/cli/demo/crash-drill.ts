import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../../campaign/index.ts';
import { type BookingIntent, readIntent } from '../../deals/index.ts';
import { GavotteError, type World } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { RunningMarket } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';

/** What the drill left: contracts in the seller's own books, debits in our ledger, contracts nobody here knows of. */
export interface CrashCount {
  readonly contracts: number;
  readonly debits: number;
  readonly orphans: number;
  readonly sellerId: string;
}

export interface DrillParts {
  readonly world: World;
  readonly market: RunningMarket;
  readonly ledger: Ledger;
  readonly folder: string;
  readonly context: CommandContext;
  /** Sets who hears of the market's next contract, before its buyer does. */
  readonly onceBooked: (listener: (sellerId: string, dealId: string) => Promise<void>) => void;
  readonly planTopUp: () => Promise<Plan>;
}

/**
 * Kills a booking process, with SIGKILL, between the seller's commit and ours, starts it again, and counts.
 * @throws GV_INTERNAL when the restarted booking does not end.
 */
export async function crashDrill(parts: DrillParts): Promise<{ crash: CrashCount; plan: Plan }> {
  const { world, folder, context } = parts;
  const plan = await parts.planTopUp();
  const pick = plan.channels[0]?.picks[0];
  if (pick === undefined)
    throw new GavotteError('GV_INTERNAL', 'the market has nothing left for the crash drill');
  const planFile = join(folder, 'top-up.json');
  const keysFile = join(folder, 'keys.json');
  await world.storage.writeText(planFile, JSON.stringify(plan));
  await world.storage.writeText(
    keysFile,
    JSON.stringify(Object.fromEntries(parts.market.sellers.map(({ url, apiKey }) => [url, apiKey]))),
  );
  const args = [
    'book',
    planFile,
    '--ledger',
    join(folder, 'ledger.db'),
    '--keys',
    keysFile,
    '--json',
    '--allow-private',
    ...parts.market.origins,
  ];

  context.output.note(
    'Crash drill: booking one more deal in a process of its own, and killing it between the seller’s acknowledgement and our commit.',
  );
  const doomed = startBooker(args);
  const doomedEnd = ended(doomed);
  parts.onceBooked(async () => {
    parts.onceBooked(() => Promise.resolve());
    doomed.kill('SIGKILL');
    await doomedEnd;
  });
  await doomedEnd;
  if (doomed.signalCode !== 'SIGKILL')
    throw new GavotteError(
      'GV_INTERNAL',
      `the booking process ended by itself (${doomed.exitCode}) before it was killed`,
    );

  context.output.note('It is dead. Starting it again.');
  const restarted = startBooker(args);
  await ended(restarted);
  if (restarted.exitCode !== 0)
    throw new GavotteError(
      'GV_INTERNAL',
      `the restarted booking process failed with exit code ${restarted.exitCode}`,
    );
  return { plan, crash: await count(parts, pick.sellerId, pick.quoteId) };
}

async function count({ market, ledger }: DrillParts, sellerId: string, quoteId: string): Promise<CrashCount> {
  const intents = (await ledger.reservations({ state: 'reserved' })).flatMap(
    ({ memo }) => readIntent(memo) ?? [],
  );
  const books = [...market.books()].flatMap(([id, book]) =>
    book.liveContracts().map((contract) => ({ id, contract })),
  );
  const isOfDrill = (intent: BookingIntent) =>
    intent.sellerId === sellerId && intent.expected.quoteId === quoteId;
  return {
    sellerId,
    contracts: books.filter(({ id, contract }) => id === sellerId && contract.quoteId === quoteId).length,
    debits: intents.filter(isOfDrill).length,
    orphans: books.filter(
      ({ id, contract }) =>
        !intents.some((intent) => intent.sellerId === id && intent.expected.quoteId === contract.quoteId),
    ).length,
  };
}

function startBooker(args: readonly string[]): ChildProcess {
  const main = fileURLToPath(
    new URL(`../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );
  return spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
}
