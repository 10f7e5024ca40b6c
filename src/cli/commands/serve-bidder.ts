import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openSampleBooks } from '../../campaign/index.ts';
import { type Blackboard, redisBlackboard } from '../../coordination/index.ts';
import { type DeliveryPlan, parseDeliveryPlan, prepareLedger } from '../../delivery/index.ts';
import { createRealWorld, type EpochMs, GavotteError, money, type World } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { type BidderSettings, parseBidderSettings, serveBidder } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { openLedgerAt, positiveInt } from './common.ts';
import { carriedToKafka, WRITE_OUTCOMES, writtenOutcomes } from './outcomes-option.ts';
import { agentsOf, agentsOfStore, POLICIES_HELP, POLICY_HELP, policyLine } from './policy-option.ts';
import { SAMPLE_EXCHANGE, sampleSettings } from './sample-exchange.ts';

interface BidderOptions {
  readonly plan?: string;
  readonly settings?: string;
  readonly ledger?: string;
  readonly spool?: string;
  readonly blackboard?: string;
  readonly policy?: string;
  readonly policies?: string;
  readonly outcomes?: string;
  readonly kafka?: string;
  readonly keepNoBids: number;
  readonly name: string;
  readonly port: number;
  readonly sharePort?: boolean;
  readonly host: string;
}

const DAY_MS = 86_400_000;
const LEAST_KEY_CHARS = 32;
const SAMPLE_BUDGET_MICROS = 500_000_000;

/** `gavotte serve bidder`. */
export function configureBidder(command: Command, context: CommandContext): void {
  command
    .description('a bidder over HTTP: bids, notices, /livez, /readyz, /status, /metrics')
    .option('--plan <file>', 'campaigns and deals to run; without it, a sample on a ledger of its own')
    .option('--settings <file>', 'exchanges and rules; needed with --plan')
    .option('--ledger <file or URL>', 'the ledger: an SQLite file or postgres://…; needed with --plan')
    .option('--spool <file>', 'where bills wait while the ledger is away; keep it over restarts')
    .option('--blackboard <URL>', 'share what agents publish with other bidders: redis://…')
    .option('--policy <file>', POLICY_HELP)
    .option('--policies <folder>', POLICIES_HELP)
    .option('--outcomes <folder>', WRITE_OUTCOMES)
    .option('--kafka <brokers>', 'carry it on to Kafka as well, at HOST:PORT,…; it waits while that is away')
    .option('--keep-no-bids <n>', 'of no-bids, write down one in so many', positiveInt, 100)
    .option('--name <name>', 'what the bidder is called in the ledger', 'b1')
    .option('--port <n>', 'where it listens', positiveInt, 4200)
    .option('--host <address>', 'and on which address', '127.0.0.1')
    .option(
      '--share-port',
      'let other bidders of this machine listen there too; the kernel spreads connections',
    )
    .addHelpText(
      'after',
      '\nGAVOTTE_NOTICE_KEY holds the secret that notice URLs are signed with, of 32 characters or more, the same for all\nbidders. Without it the bidder makes one up, and notices of its bids die with it.',
    )
    .action(context.action((options: BidderOptions) => runBidder(options, context)));
}

async function runBidder(options: BidderOptions, context: CommandContext): Promise<Report> {
  const { output, signal } = context;
  const world = createRealWorld();
  const followed = options.policies === undefined ? undefined : await agentsOfStore(options.policies, world);
  const chosen = followed?.chosen ?? (await agentsOf(options.policy, world.storage));
  const folder = await mkdtemp(join(tmpdir(), 'gavotte-bidder-'));
  const ledger = await openLedgerAt(options.ledger ?? join(folder, 'ledger.db'), world);
  const blackboard = await openBoard(options.blackboard, world);
  const outcomes = await writtenOutcomes(options.outcomes, options.keepNoBids, world);
  const carried = await carriedToKafka(options.kafka, outcomes?.log, world);
  try {
    const { plan, settings } = await setUp(options, world, ledger);
    await prepareLedger(ledger, plan, `bidder:${options.name}`);
    const bidder = await serveBidder({
      world,
      ledger,
      // Another name at each start: the leases of the last run are still its own.
      holder: `${options.name}-${world.random
        .split('run')
        .int(36 ** 6)
        .toString(36)}`,
      plan,
      settings,
      noticeKeys: [noticeKey(context, world)],
      agents: chosen.agents,
      ...(followed === undefined ? {} : { team: followed.team }),
      ...(blackboard === undefined ? {} : { blackboard }),
      ...(outcomes === undefined ? {} : { outcomes }),
      spoolPath: options.spool ?? join(folder, 'spool.db'),
      port: options.port,
      host: options.host,
      ...(options.sharePort === true ? { reusePort: true } : {}),
      onTrouble: (error) => output.note(`warning: ${error.message}`),
    });
    const report: Report = {
      json: {
        url: bidder.url,
        campaigns: plan.campaigns.length,
        deals: plan.deals.length,
        policy: chosen.policy,
      },
      text: `Bidding at ${bidder.url}/openrtb2/bid/EXCHANGE for ${plan.campaigns.length} campaigns and ${plan.deals.length} deals; ${bidder.url}/status tells how it goes.${policyLine(chosen)}`,
    };
    output.finish(report);
    output.note('Serving until Ctrl-C.');
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await bidder.close();
    return report;
  } finally {
    await carried?.close();
    await outcomes?.log.close();
    await blackboard?.close();
    await ledger.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function openBoard(url: string | undefined, { clock }: World): Promise<Blackboard | undefined> {
  return url === undefined ? undefined : redisBlackboard({ url, clock });
}

async function setUp(
  options: BidderOptions,
  world: World,
  ledger: Ledger,
): Promise<{ readonly plan: DeliveryPlan; readonly settings: BidderSettings }> {
  const { plan, settings, ledger: books, spool } = options;
  if (plan === undefined) {
    const start = world.clock.now();
    const end = (start + DAY_MS) as EpochMs;
    const budget = money(SAMPLE_BUDGET_MICROS, 'USD');
    return {
      plan: await openSampleBooks(ledger, { budget, start, end, exchange: SAMPLE_EXCHANGE }),
      settings: sampleSettings('https://bidder.example'),
    };
  }
  if (settings === undefined || books === undefined || spool === undefined)
    throw new GavotteError('GV_BAD_INPUT', '--plan needs --settings, --ledger and --spool', {
      fix: 'Say on which exchanges it runs, where its money is, and where bills wait when that is away: --settings FILE --ledger FILE --spool FILE.',
    });
  return {
    plan: parseDeliveryPlan(await world.storage.readText(plan), plan),
    settings: parseBidderSettings(await world.storage.readText(settings), settings),
  };
}

function noticeKey({ env, output }: CommandContext, world: World): Uint8Array {
  const given = env.GAVOTTE_NOTICE_KEY;
  if (given === undefined) {
    output.note(
      'GAVOTTE_NOTICE_KEY is not set: the notices of this run’s bids can be read by this run only.',
    );
    const random = world.random.split('notice key');
    return Uint8Array.from({ length: LEAST_KEY_CHARS }, () => random.int(256));
  }
  if (given.length >= LEAST_KEY_CHARS) return new TextEncoder().encode(given);
  throw new GavotteError('GV_BAD_INPUT', `GAVOTTE_NOTICE_KEY has ${given.length} characters`, {
    fix: `Give it ${LEAST_KEY_CHARS} or more, from a generator of random ones.`,
  });
}
