import type { Command } from 'commander';
import { z } from 'zod';
import {
  createDealsClientFactory,
  type DealsClientFactory,
  ProbingRegistry,
  RegistryClient,
  type SellerRegistry,
  StaticRegistry,
} from '../../deals/index.ts';
import { createRealWorld, GavotteError, parseJsonFile, type World } from '../../kernel/index.ts';
import { type Ledger, openLedger, postgresStore, sqliteStore } from '../../ledger/index.ts';

/** Options that every command which talks to sellers shares. */
export interface DeskOptions {
  readonly ledger: string;
  readonly registry?: readonly string[];
  readonly seller?: readonly string[];
  readonly keys?: string;
  readonly allowPrivate?: readonly string[];
  readonly quoteTimeout: number;
}

/** A commander argument parser. @throws GV_BAD_INPUT */
export function positiveInt(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new GavotteError('GV_BAD_INPUT', `${JSON.stringify(text)} must be a whole number above 0`, {
    fix: 'Give a whole number.',
  });
}

/** The same for a number that need not be whole. @throws GV_BAD_INPUT */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new GavotteError('GV_BAD_INPUT', `${JSON.stringify(text)} must be a number above 0`, {
    fix: 'Give a number, such as 10 or 0.5.',
  });
}

/** The same for a port to listen on; 0 takes a free one. @throws GV_BAD_INPUT */
export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new GavotteError('GV_BAD_INPUT', `${JSON.stringify(text)} must be a port, from 0 to 65535`, {
    fix: 'Give a port, or 0 for a free one.',
  });
}

export function withDeskOptions(command: Command): Command {
  return withCallOptions(command).option(
    '--ledger <file>',
    'the ledger: an SQLite file',
    '.gavotte/ledger.db',
  );
}

export function withCallOptions(command: Command): Command {
  return command
    .option('--keys <file>', 'JSON file: seller base URL or id → API key')
    .option('--allow-private <origin...>', 'origins that may be called although they are not public https')
    .option('--quote-timeout <ms>', 'longest wait for one seller', positiveInt, 30_000);
}

export function withSellerOptions(command: Command): Command {
  return command
    .option('--registry <url...>', 'registries to find sellers in')
    .option('--seller <url...>', 'sellers to ask besides');
}

/** What a command works with: made once, from its options. */
export interface Desk {
  readonly world: World;
  readonly dealsClientFactory: DealsClientFactory;
}

export async function openDesk(options: Omit<DeskOptions, 'ledger'>): Promise<Desk> {
  const world = createRealWorld({ allowPrivate: options.allowPrivate ?? [] });
  const apiKeys = await readKeysFile(world, options.keys);
  return {
    world,
    dealsClientFactory: createDealsClientFactory({ world, apiKeys, quoteTimeoutMs: options.quoteTimeout }),
  };
}

export function openLedgerFile(world: World, path: string): Promise<Ledger> {
  return openLedger({ store: sqliteStore(world.storage.openDatabase(path)), clock: world.clock });
}

/** A ledger by the path of its SQLite file or the URL of its PostgreSQL database. */
export async function openLedgerAt(place: string, world: World): Promise<Ledger> {
  if (!/^postgres(?:ql)?:/.test(place)) return openLedgerFile(world, place);
  return openLedger({ store: await postgresStore({ url: place }), clock: world.clock });
}

/** The sellers a command may ask: every `--registry`, and every `--seller` as a list of the operator's own. */
export function registryOf(options: Pick<DeskOptions, 'registry' | 'seller'>, world: World): SellerRegistry {
  const { registry = [], seller = [] } = options;
  if (registry.length + seller.length === 0) {
    throw new GavotteError('GV_BAD_INPUT', 'neither --registry nor --seller was given', {
      fix: 'Give --registry URL, or start a market to try with: gavotte serve market',
    });
  }
  const sources = registry.map((url) => new ProbingRegistry({ url, world }));
  return new RegistryClient({
    world,
    sources: seller.length === 0 ? sources : [...sources, new StaticRegistry(seller)],
  });
}

/** The sellers' API keys; none without a file. @throws GV_BAD_INPUT */
export async function readKeysFile(
  world: World,
  path: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  return path === undefined ? {} : readKeys(await world.storage.readText(path), path);
}

function readKeys(text: string, source: string): Readonly<Record<string, string>> {
  const fix = 'Write {"https://seller.example": "ask_live_…"}.';
  const value = parseJsonFile(text, source, fix);
  const parsed = z.record(z.string(), z.string()).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${source} must be an object of texts: ${z.prettifyError(parsed.error)}`,
    { fix },
  );
}
