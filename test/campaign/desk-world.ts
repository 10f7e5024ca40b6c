import { CampaignDesk, CampaignJournal } from '../../src/campaign/index.ts';
import { createDealsClientFactory, greedy, ProbingRegistry, RegistryClient } from '../../src/deals/index.ts';
import { type Disk, type HttpHandler, type SimulatedProcess, Simulation } from '../../src/kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../src/ledger/index.ts';
import { createMarket, type Market } from '../../src/market/index.ts';
import type { Creative } from '../../src/openrtb/index.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });

/** A brief of two channels. */
export function twoChannels(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    advertiser: { id: 'acme', cap: usd('100000.00') },
    campaign: 'spring',
    budget: usd('50000.00'),
    flight: { start: '2027-03-01', end: '2027-03-31' },
    channels: [
      { channel: 'ctv', budget: usd('40000.00'), dealType: 'PD', impressions: 400_000, maxDeals: 2 },
      { channel: 'display', budget: usd('10000.00'), dealType: 'PD', impressions: 200_000, maxDeals: 1 },
    ],
    ...changes,
  });
}

const CREATIVE: Creative = {
  id: 'any',
  format: 'video',
  adomain: ['acme.example'],
  cat: [],
  cattax: 1,
  attr: [],
  w: 1920,
  h: 1080,
  duration: 30,
  mime: 'video/mp4',
  protocol: 3,
  bitrate: 3_000,
  apis: [],
  btype: 0,
  language: '',
  bundle: '',
  assetUrl: 'https://cdn.acme.example/a',
  clickUrl: 'https://acme.example',
  imageUrl: 'https://cdn.acme.example/a.png',
  native: undefined,
};
/** One of each kind that the briefs above need. */
export const CREATIVES: readonly Creative[] = [CREATIVE, { ...CREATIVE, id: 'box', format: 'banner' }];

/** A desk's process over a market that outlives it. */
export interface DeskProcess {
  readonly process: SimulatedProcess;
  /** Opens ledger and journal on the world's disk. */
  open(creatives?: readonly Creative[]): Promise<{ desk: CampaignDesk; ledger: Ledger }>;
}

/** A simulated market of six sellers, and processes on one disk. `meddle` stands before every seller. */
export class DeskWorld {
  readonly simulation: Simulation;
  readonly market: Market;
  readonly #disk: Disk;
  #boots = 0;

  constructor(seed: string, meddle: (handler: HttpHandler) => HttpHandler = (handler) => handler) {
    this.simulation = new Simulation({ seed });
    const { clock, random } = this.simulation.peer('market');
    this.market = createMarket({
      clock,
      random,
      seed: 7,
      sellers: 6,
      baseUrl: (index) => `https://s${index}.example`,
      latency: false,
    });
    this.simulation.network.attach('https://registry.example', this.market.registry);
    for (const seller of this.market.sellers)
      this.simulation.network.attach(seller.url, meddle(seller.handler));
    this.#disk = this.simulation.disk();
  }

  /** Contracts in the sellers' books. */
  get contracts() {
    return this.market.sellers.flatMap(({ id, books }) =>
      books.liveContracts().map((contract) => ({ sellerId: id, ...contract })),
    );
  }

  boot(): DeskProcess {
    this.#boots += 1;
    const process = this.simulation.boot(`desk-${this.#boots}`, this.#disk);
    const { world } = process;
    return {
      process,
      open: async (creatives = CREATIVES) => {
        const store = sqliteStore(world.storage.openDatabase('ledger.db'));
        const ledger = await openLedger({ store, clock: world.clock });
        const desk = new CampaignDesk({
          world,
          ledger,
          journal: new CampaignJournal(world.storage.openDatabase('campaigns.db')),
          registryClient: new RegistryClient({
            world,
            sources: [new ProbingRegistry({ url: 'https://registry.example', world })],
          }),
          dealsClientFactory: createDealsClientFactory({ world }),
          portfolio: greedy,
          creativesOf: () => creatives,
        });
        return { desk, ledger };
      },
    };
  }
}
