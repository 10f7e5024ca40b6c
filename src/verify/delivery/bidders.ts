import type { Blackboard } from '../../coordination/index.ts';
import { ClassicalAgents, type EngineAgents, type EngineOptions } from '../../delivery/index.ts';
import { type Clock, type EpochMs, GavotteError, money, type SimulatedProcess } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import {
  type Creative,
  decodePlainPrice,
  jsonReader,
  type NoticeConfig,
  noticeReader,
  readProfile,
} from '../../openrtb/index.ts';
import { GUARANTEED, PREFERRED } from './auction-house.ts';
import type { DeliveryScenario } from './scenario.ts';

/** The campaign's account; its deals have theirs below. */
export const CAMPAIGN_ACCOUNT = 'acme/spring/web';
/** A campaign beside it, which competes for the money and buys nowhere: so there is something to agree on. */
const OTHER_ACCOUNT = 'acme/spring/print';
const OTHER_BUDGET = 100_000;
/** Agreed CPMs of the deals, in micros. */
export const DEAL_CPMS: Readonly<Record<string, number>> = {
  [GUARANTEED]: 9_000_000,
  [PREFERRED]: 7_000_000,
};

const DAY_MS = 86_400_000;

/** What exchange and bidders agreed for notices. */
export const NOTICES: NoticeConfig = {
  baseUrl: 'https://bid.acme.example',
  keys: [new Uint8Array(32).fill(9)],
  exchanges: [
    {
      name: 'exchange',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the macro's own text
      priceMacro: '${AUCTION_PRICE}',
      decodePrice: decodePlainPrice,
      macros: [],
    },
  ],
};

const CREATIVE: Creative = {
  id: 'creative-1',
  format: 'banner',
  adomain: ['acme.example'],
  cat: ['IAB1'],
  cattax: 1,
  attr: [],
  w: 300,
  h: 250,
  duration: 0,
  mime: 'text/html',
  protocol: 0,
  bitrate: 0,
  apis: [],
  btype: 2,
  language: 'en',
  bundle: '',
  assetUrl: 'https://cdn.acme.example/a.png',
  clickUrl: 'https://acme.example/',
  imageUrl: 'https://cdn.acme.example/a.png',
  native: undefined,
};

/**
 * Takes part in everything at a price that differs from bid to bid, as what is proved is the money and not the
 * judgement; beside it the real agents agree with those of the other bidders, through whatever befalls the blackboard.
 */
function plainAgents(classical: ClassicalAgents): EngineAgents {
  let turn = 0;
  return {
    admits: () => true,
    choose: (_campaign, creatives) => ({ creative: creatives[0]!, propensity: 1, valueCpm: 4_000_000 }),
    most: (_campaign, { maxCpm }) => maxCpm,
    price: (_campaign, { floorCpm, maxCpm }) => {
      turn += 1;
      return Math.min(maxCpm, Math.max(floorCpm, 2_000_000 + ((turn * 7_919) % 3_000_000)));
    },
    won: () => {},
    lost: () => {},
    billed: () => {},
    clicked: () => {},
    tick: async () => {
      try {
        await classical.tick();
      } catch (error) {
        if (GavotteError.from(error).recovery !== 'transient') throw error;
      }
    },
    expired: () => {},
    messages: () => classical.messages(),
    get makeGoods() {
      return classical.makeGoods;
    },
    close: () => classical.close().catch(() => {}),
  };
}

/** The options of one bidder process; what the scenario calls for is in the plan. */
export function engineOptions(
  scenario: DeliveryScenario,
  process: SimulatedProcess,
  ledger: Ledger,
  holder: string,
  startAt: number,
  news: { readonly blackboard: Blackboard; readonly onAgents: (agents: ClassicalAgents) => void },
): EngineOptions {
  const start = (startAt - DAY_MS) as EpochMs;
  const end = (startAt + DAY_MS) as EpochMs;
  const usd = (micros: number) => money(micros, 'USD');
  const deals = dealsOf(scenario).map(({ dealId, impressions }) => ({
    exchange: 'exchange',
    dealId,
    type: dealId === GUARANTEED ? ('PG' as const) : ('PD' as const),
    campaign: 'campaign-1',
    account: `${CAMPAIGN_ACCOUNT}/${dealId}`,
    reservation: `book-${dealId}`,
    cpm: usd(DEAL_CPMS[dealId]!),
    impressions,
    start,
    end,
    countries: [],
    format: null,
    publishers: [],
    seat: 'seat-1',
    paused: false,
  }));
  const budget = usd(scenario.budget).amountMicros;
  const campaign = {
    id: 'campaign-1',
    account: CAMPAIGN_ACCOUNT,
    currency: usd(0).currency,
    start,
    end,
    totalBudget: budget,
    dailyBudget: budget,
    hourlyLimit: null,
    maxCpm: usd(6_000_000).amountMicros,
    goal: { kind: 'impressions' as const, value: usd(4_000) },
    frequencyCap: { impressions: 30, windowMs: 3_600_000 },
    targeting: {
      countries: [],
      inventory: [],
      domains: [],
      excludedDomains: [],
      deviceTypes: [],
      languages: [],
      segments: [],
    },
    creatives: [CREATIVE],
    seats: { exchange: 'seat-1' },
    openAuction: true,
    dsa: null,
    timeZone: 'UTC',
  };
  const other = { ...campaign, id: 'campaign-2', account: OTHER_ACCOUNT, seats: {} };
  return {
    world: process.world,
    ledger,
    holder,
    plan: { campaigns: [campaign, other], deals },
    exchanges: [readProfile({ name: 'exchange', asi: 'exchange.example', lurl: true, macros: [] })],
    notices: NOTICES,
    readNotice: noticeReader(NOTICES),
    reader: jsonReader(),
    blackboard: news.blackboard,
    agents: (campaigns, context) => {
      const classical = new ClassicalAgents(campaigns, context);
      news.onAgents(classical);
      return plainAgents(classical);
    },
    permissions: () => ({ mayBid: true, mayUseId: true, mayPersonalise: true }),
    supply: () => '',
    takesPath: () => true,
    maxOpenBids: 4_096,
    longestHoldSeconds: 540,
    spoolPath: `spool-${holder.split('-')[0]!}.db`,
  };
}

/** Deals of the scenario, and how much money each has. */
export function dealsOf(
  scenario: DeliveryScenario,
): readonly { readonly dealId: string; readonly impressions: number; readonly micros: number }[] {
  return [
    { dealId: GUARANTEED, impressions: scenario.guaranteed },
    { dealId: PREFERRED, impressions: scenario.preferred },
  ]
    .filter(({ impressions }) => impressions > 0)
    .map((each) => ({ ...each, micros: Math.ceil((DEAL_CPMS[each.dealId]! * each.impressions) / 1000) }));
}

/** Opens the books as the desk leaves them: caps set, each deal's money moved to its account and kept reserved. */
export async function openBooks(scenario: DeliveryScenario, ledger: Ledger): Promise<void> {
  const cause = 'plan:1';
  const deals = dealsOf(scenario);
  const total = deals.reduce((sum, { micros }) => sum + micros, scenario.budget);
  for (const account of ['acme', 'acme/spring'])
    await ledger.open({ account, cap: money(total + OTHER_BUDGET, 'USD'), cause });
  await ledger.open({ account: CAMPAIGN_ACCOUNT, cap: money(total, 'USD'), cause });
  await ledger.open({ account: OTHER_ACCOUNT, cap: money(OTHER_BUDGET, 'USD'), cause });
  for (const { dealId, micros } of deals) {
    const id = `book-${dealId}`;
    await ledger.reserve({ id, account: CAMPAIGN_ACCOUNT, amount: money(micros, 'USD'), memo: '', cause });
    await ledger.move({ id, to: `${CAMPAIGN_ACCOUNT}/${dealId}`, memo: '', cause });
  }
}

/** A ledger as one process sees it: over the shared database, by the database's clock, with outages. */
export async function ledgerFor(
  process: SimulatedProcess,
  clock: Clock,
  outage: () => 'none' | 'hangs' | 'slow',
): Promise<Ledger> {
  const { world } = process;
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase('ledger.db')),
    clock,
  });
  /** Whether what hangs was done before it hung is anybody's guess. */
  const throughWeather = async <T>(work: () => Promise<T>): Promise<T> => {
    const state = outage();
    if (state === 'hangs') {
      if (world.random.int(2) === 0) await work();
      await new Promise(() => {});
    }
    const result = await work();
    if (state === 'slow') await world.clock.sleep(400);
    return result;
  };
  const batch: Ledger['batch'] = (commands) => throughWeather(() => ledger.batch(commands));
  const expire: Ledger['expire'] = (command) => throughWeather(() => ledger.expire(command));
  const time: Ledger['time'] = () => throughWeather(() => ledger.time());
  return new Proxy(ledger, {
    get: (target, name) =>
      name === 'batch' ? batch : name === 'expire' ? expire : name === 'time' ? time : bound(target, name),
  });
}

function bound(target: Ledger, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
}
