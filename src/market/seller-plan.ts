import type { RandomStream } from '../kernel/index.ts';
import type { RegistryEntry } from './registry/create-registry.ts';
import { inventoryTypes } from './seller/agent-card.ts';
import { generateCatalog, type InventoryKind } from './seller/generated-catalog.ts';
import type { SellerProfile } from './seller/state.ts';

/** Everything about one seller that the seed decides. */
export interface SellerPlan {
  readonly id: string;
  readonly profile: SellerProfile;
  /** The key of the agency and advertiser. */
  readonly apiKey: string;
  readonly contentCategories: readonly string[];
  readonly trust: RegistryEntry['trust'];
  readonly latencyMs: { readonly min: number; readonly max: number };
}

const FIRST_WORDS = [
  'Harbor',
  'Northlight',
  'Cedar',
  'Meridian',
  'Bluestone',
  'Lantern',
  'Prairie',
  'Summit',
  'Copper',
  'Tidewater',
  'Juniper',
  'Granite',
  'Falcon',
  'Willow',
  'Beacon',
  'Redwood',
  'Aurora',
  'Canyon',
  'Silver',
  'Evergreen',
  'Orchard',
  'Pinnacle',
  'Riverbend',
  'Sable',
];
const SECOND_WORDS = ['Streaming', 'TV', 'Media', 'Network', 'Channels', 'Publishing', 'Plus'];
const GENRES = ['sports', 'news', 'drama', 'comedy', 'family', 'reality', 'documentary', 'music'];
const SIDE_KINDS: readonly InventoryKind[] = ['video', 'display', 'mobile_app', 'native', 'audio', 'dooh'];

/** Every thirteenth seller sells no CTV, so that discovery in a larger market has something to filter. */
const WITHOUT_CTV_EVERY = 13;

/** The n-th seller of a market, drawn from `random`. A liar always sells CTV, and its name says what it is. */
export function describeSeller(index: number, url: string, random: RandomStream, liar?: string): SellerPlan {
  const first = FIRST_WORDS[index % FIRST_WORDS.length]!;
  const round = Math.floor(index / FIRST_WORDS.length);
  const name = `${first} ${SECOND_WORDS[random.int(SECOND_WORDS.length)]!}${round === 0 ? '' : ` ${round + 1}`}${liar === undefined ? '' : ` (${liar})`}`;
  const hasCtv = liar !== undefined || index % WITHOUT_CTV_EVERY !== WITHOUT_CTV_EVERY - 1;
  const side = pick(SIDE_KINDS, 1 + random.int(3), random);
  const genres = pick(GENRES, 2 + random.int(3), random);
  const priceLevel = 0.9 + random.float() * 0.25;
  const products = generateCatalog(
    { sellerName: name, kinds: hasCtv ? ['ctv', ...side] : side, genres, priceLevel },
    random,
  );
  const id = String(101 + index);
  const apiKey = mintKey(random);
  const seatKey = mintKey(random);
  const minLatency = 5 + random.int(40);
  return {
    id,
    apiKey,
    contentCategories: genres,
    trust: random.int(3) === 0 ? 'registered' : 'verified',
    latencyMs: { min: minLatency, max: minLatency + 20 + random.int(160) },
    profile: {
      name,
      url,
      products,
      keys: [
        { apiKey, identity: { agency_id: 'agency-gavotte', advertiser_id: 'advertiser-gavotte' } },
        { apiKey: seatKey, identity: { seat_id: 'seat-gavotte' } },
      ],
      card: cardStyle(index, id),
    },
  };
}

/** Most cards are as real sellers serve them; every fifth is of the older shape, every tenth at the other path. */
function cardStyle(index: number, agentId: string): SellerProfile['card'] {
  const isOlder = index % 5 === 4;
  return {
    shape: isOlder ? 'agent' : 'seller',
    path: index % 10 === 4 ? '/.well-known/agent-card.json' : '/.well-known/agent.json',
    agentId,
  };
}

export function registryEntryOf(plan: SellerPlan): RegistryEntry {
  return {
    id: plan.id,
    name: plan.profile.name,
    url: plan.profile.url,
    roles: ['seller'],
    capabilities: inventoryTypes(plan.profile),
    contentCategories: plan.contentCategories,
    trust: plan.trust,
  };
}

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** `ask_live_` and 43 url-safe characters (wire §1.1). */
function mintKey(random: RandomStream): string {
  return `ask_live_${Array.from({ length: 43 }, () => KEY_LETTERS[random.int(64)]!).join('')}`;
}

/** `count` different members, in drawn order. */
function pick<T>(from: readonly T[], count: number, random: RandomStream): T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random.int(left.length), 1)[0]!);
}
