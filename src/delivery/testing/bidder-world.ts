import { money, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import {
  type BidRequest,
  decodePlainPrice,
  type NoticeConfig,
  type ReadResult,
  readProfile,
} from '../../openrtb/index.ts';
import type { BidAgents } from '../agents/bid-agents.ts';
import { DealBook } from '../deals/deal-book.ts';
import { addBit } from '../eligibility/bitset.ts';
import { CampaignIndex } from '../eligibility/campaign-index.ts';
import { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import { LeaseKeeper } from '../money/lease-keeper.ts';
import { Purse } from '../money/purse.ts';
import { Bidder, type BidderParts } from '../serving/bidder.ts';
import type { OpenBid } from '../serving/candidate.ts';
import { RunningCampaign } from '../serving/running-campaign.ts';
import { RunningExchange } from '../serving/running-exchange.ts';
import type { DealTerms, DeliveryCampaign } from '../types.ts';

/** What the test exchange and we agreed for notices. */
export const NOTICES: NoticeConfig = {
  baseUrl: 'https://bid.acme.example',
  keys: [new Uint8Array(32).fill(7)],
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

/** Agents that always take part, take the first creative, and bid its whole value: $5 CPM. */
export const FLAT_AGENTS: BidAgents = {
  admits: () => true,
  choose: (_campaign, creatives) => ({ creative: creatives[0]!, propensity: 1, valueCpm: 5_000_000 }),
  most: () => Number.POSITIVE_INFINITY,
  price: (_campaign, { valueCpm, floorCpm }) => (valueCpm < floorCpm ? 0 : valueCpm),
};

/** One bid as the test reads it back. */
export interface BidMade {
  readonly id: string;
  readonly impid: string;
  readonly price: number;
  readonly crid: string;
  readonly dealid?: string;
  readonly burl?: string;
  readonly seat: string;
}

/** A bidder with money, before one exchange. */
export interface BidderWorld {
  readonly simulation: Simulation;
  readonly ledger: Ledger;
  readonly bidder: Bidder;
  readonly purse: Purse<OpenBid>;
  readonly keeper: LeaseKeeper;
  readonly campaigns: readonly RunningCampaign[];
  readonly deals: DealBook;
  readonly caps: FrequencyCaps;
  /** The bids on a request; empty for a no-bid. */
  ask(request: BidRequest): readonly BidMade[];
}

/** @param changes replaces parts of the bidder. */
export async function bidderWorld(
  given: {
    readonly campaigns: readonly DeliveryCampaign[];
    readonly deals?: readonly DealTerms[];
    readonly profile?: object;
  },
  changes: Partial<BidderParts> = {},
): Promise<BidderWorld> {
  const simulation = new Simulation({ seed: 5 });
  const { world } = simulation.boot('b1', simulation.disk());
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase('ledger.db')),
    clock: world.clock,
  });
  const caps = changes.caps ?? new FrequencyCaps();
  const deals = new DealBook(given.deals ?? []);
  const purse = new Purse<OpenBid>('b1', ({ cappedUser, candidate }, how) => {
    if (cappedUser !== '')
      caps.resolve(cappedUser, candidate.campaign.index, how === 'paid' ? world.clock.now() : undefined);
    if (candidate.deal !== undefined && how !== 'paid') candidate.deal.committed -= 1;
  });
  await openAccounts(ledger, given.campaigns, given.deals ?? []);
  const exchange = new RunningExchange(
    readProfile({ name: 'exchange', asi: 'exchange.example', macros: [], ...given.profile }),
    NOTICES,
  );
  const campaigns = given.campaigns.map(
    (campaign, index) =>
      new RunningCampaign(index, campaign, purse.wallet({ ...campaign, reservation: null })),
  );
  const walletOf: BidderParts['walletOf'] = ({ terms }) =>
    purse.wallet({
      account: terms.account,
      currency: terms.cpm.currency,
      reservation: terms.reservation,
    });
  for (const deal of deals.deals) walletOf(deal);
  const keeper = new LeaseKeeper({
    ledger,
    purse,
    reach: { isSteady: () => true },
    clock: world.clock,
    billWindowMs: 3_700_000,
    minimum: () => 1_000_000,
  });
  await simulation.run(keeper.tick(), 5_000);
  let request: BidRequest | undefined;
  const bidder = new Bidder({
    holder: 'b1',
    clock: world.clock,
    chanceSeed: 1,
    reader: { read: (): ReadResult => ({ kind: 'request', request: request! }) },
    exchanges: [exchange],
    campaigns,
    index: new CampaignIndex(given.campaigns),
    deals,
    walletOf,
    purse,
    caps,
    agents: FLAT_AGENTS,
    permissions: () => ({ mayBid: true, mayUseId: true, mayPersonalise: true }),
    supply: () => '',
    takesPath: () => true,
    longestHoldSeconds: 3_600,
    convert: () => undefined,
    ...changes,
  });
  for (const { index } of campaigns) addBit(bidder.active, index);
  return {
    simulation,
    ledger,
    bidder,
    purse,
    keeper,
    campaigns,
    deals,
    caps,
    ask: (asked) => {
      request = asked;
      const result = bidder.bid('exchange', new Uint8Array(), 0, 0);
      return result.status === 200 ? bidsIn(result.body) : [];
    },
  };
}

async function openAccounts(
  ledger: Ledger,
  campaigns: readonly DeliveryCampaign[],
  deals: readonly DealTerms[],
): Promise<void> {
  const cause = 'plan:1';
  const accounts = [...campaigns, ...deals].map(({ account }) => account);
  const paths = new Set(
    accounts.flatMap((account) =>
      account.split('/').map((_name, depth, names) => names.slice(0, depth + 1).join('/')),
    ),
  );
  const cap = money(1_000_000_000, 'USD');
  for (const account of paths) await ledger.open({ account, cap, cause });
  for (const { account, reservation, cpm, impressions } of deals) {
    const amount = money(Math.ceil((cpm.amountMicros * impressions) / 1000), cpm.currency);
    await ledger.reserve({ id: reservation, account, amount, memo: '', cause });
  }
}

function bidsIn(body: Uint8Array): readonly BidMade[] {
  const { seatbid } = JSON.parse(Buffer.from(body).toString()) as {
    seatbid: { seat: string; bid: Omit<BidMade, 'seat'>[] }[];
  };
  return seatbid.flatMap(({ seat, bid }) => bid.map((each) => ({ ...each, seat })));
}
