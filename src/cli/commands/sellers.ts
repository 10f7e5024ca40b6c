import type { Command } from 'commander';
import { checkSeller, type SellerReport } from '../../deals/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { safeText } from '../safe-text.ts';
import { table } from '../table.ts';
import {
  type DeskOptions,
  openDesk,
  readKeysFile,
  registryOf,
  withCallOptions,
  withSellerOptions,
} from './common.ts';

type CallOptions = Omit<DeskOptions, 'ledger'>;

/** `gavotte sellers list` and `gavotte sellers check URL`. */
export function configure(command: Command, context: CommandContext): void {
  withSellerOptions(withCallOptions(command.command('list')))
    .description('every seller that can be found, and who was left out and why')
    .option('--media-type <type>', 'only those that sell it, such as ctv')
    .action(context.action((options: CallOptions & { mediaType?: string }) => runList(options)));
  withCallOptions(command.command('check'))
    .description('grade a seller in ten seconds; books nothing')
    .argument('<url>', 'the seller’s base URL')
    .action(context.action((url: string, options: CallOptions) => runCheck(url, options)));
}

async function runList(options: CallOptions & { mediaType?: string }): Promise<Report> {
  const { world } = await openDesk(options);
  try {
    const query = options.mediaType === undefined ? {} : { mediaType: options.mediaType };
    const discovery = await registryOf(options, world).discoverSellers(query);
    const columns = ['id', 'name', 'url', 'trust', 'sells', 'found in'].map((title) => ({
      title,
      align: 'left' as const,
      maxWidth: 44,
    }));
    const rows = discovery.sellers.map((seller) => [
      seller.sellerId,
      seller.name,
      seller.url,
      seller.discoverOnly === null ? seller.trustLevel : `not bookable: ${seller.discoverOnly}`,
      seller.capabilities.join(', '),
      [...new Set(seller.provenance.map(({ origin }) => origin))].join(', '),
    ]);
    const excluded = discovery.excluded.map(
      (each) => `left out: ${safeText(each.name)}: ${safeText(each.reason)}`,
    );
    const warnings = discovery.warnings.map((warning) => `warning: ${safeText(warning)}`);
    return { json: discovery, text: [...table(columns, rows), ...excluded, ...warnings].join('\n') };
  } finally {
    await world.network.close();
  }
}

async function runCheck(url: string, options: CallOptions): Promise<Report> {
  const { world } = await openDesk(options);
  try {
    const keys = await readKeysFile(world, options.keys);
    const apiKey = keys[url.replace(/\/+$/, '')];
    const report = await checkSeller({ world, url, ...(apiKey === undefined ? {} : { apiKey }) });
    return {
      json: report,
      text: showReport(report).join('\n'),
      failed: report.grade === 'F' || report.grade === 'D',
    };
  } finally {
    await world.network.close();
  }
}

const MARKS = { pass: '✓', warn: '!', fail: '✗' } as const;

function showReport(report: SellerReport): readonly string[] {
  const columns = [
    { title: '', align: 'left' as const },
    { title: 'check', align: 'left' as const },
    { title: 'what was seen', align: 'left' as const, maxWidth: 120 },
  ];
  const { calls, p50Ms, p95Ms } = report.latency;
  return [
    ...table(
      columns,
      report.checks.map(({ check, status, detail }) => [MARKS[status], check, detail]),
    ),
    '',
    `${report.url}: grade ${report.grade}, ${calls} calls, ${Math.round(p50Ms)} ms median, ${Math.round(p95Ms)} ms at 95 %. Nothing was booked.`,
  ];
}
