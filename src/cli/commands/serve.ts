import type { Command } from 'commander';
import { realClock } from '../../kernel/index.ts';
import { type RunningMarket, serveMarket } from '../../services/index.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../output.ts';
import { table } from '../table.ts';
import { positiveInt } from './common.ts';
import { configureAuditor } from './serve-auditor.ts';
import { configureBidder } from './serve-bidder.ts';
import { configureEnvironment } from './serve-environment.ts';
import { configureExchange } from './serve-exchange.ts';
import { configureLearner } from './serve-learner.ts';

interface MarketOptions {
  readonly sellers: number;
  readonly seed: string;
  readonly port: number;
  readonly liars?: boolean;
}

/** `gavotte serve ROLE`. */
export function configure(command: Command, context: CommandContext): void {
  command
    .command('market')
    .description('a registry and sellers over real HTTP on 127.0.0.1, to try things against')
    .option('--sellers <n>', 'how many honest sellers', positiveInt, 12)
    .option('--seed <seed>', 'fixes inventory, prices and latencies', '7')
    .option('--port <n>', 'the registry’s port; sellers take the ports after it', positiveInt, 4100)
    .option('--liars', 'add one seller of every kind of liar')
    .action(context.action((options: MarketOptions) => runMarket(options, context)));
  configureBidder(command.command('bidder'), context);
  configureAuditor(command.command('auditor'), context);
  configureExchange(command.command('exchange'), context);
  configureEnvironment(command.command('environment'), context);
  configureLearner(command.command('learner'), context);
}

/** The report goes out as soon as the market listens, for people and for programs that start it. */
async function runMarket(options: MarketOptions, { output, signal }: CommandContext): Promise<Report> {
  const market = await serveMarket({ ...options, clock: realClock, liars: options.liars === true });
  const report = { json: addresses(market), text: showMarket(market) };
  output.finish(report);
  output.note('Serving until Ctrl-C.');
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await market.close();
  return report;
}

function addresses(market: RunningMarket): object {
  return {
    registryUrl: market.registryUrl,
    sellers: market.sellers.map(({ id, name, url, apiKey, liar }) => ({
      id,
      name,
      url,
      apiKey,
      liar: liar ?? null,
    })),
    allowPrivate: market.origins,
  };
}

function showMarket(market: RunningMarket): string {
  const columns = ['id', 'name', 'url', 'API key', 'liar'].map((title) => ({
    title,
    align: 'left' as const,
    maxWidth: 60,
  }));
  const rows = market.sellers.map((seller) => [
    seller.id,
    seller.name,
    seller.url,
    seller.apiKey,
    seller.liar ?? '',
  ]);
  return [
    `Registry ${market.registryUrl}`,
    '',
    ...table(columns, rows),
    '',
    'These are private addresses; buyers must allow them with',
    `  --allow-private ${market.origins.join(' ')}`,
  ].join('\n');
}
