import { json, type MarketResponse } from '../wire/response.ts';
import type { Route } from '../wire/router.ts';
import type { SellerProfile, SellerState } from './state.ts';

const SKILLS = [
  [
    'discovery',
    'Inventory Discovery',
    'Search and browse available inventory',
    ['inventory', 'search', 'media-kit'],
  ],
  [
    'pricing',
    'Tiered Pricing',
    'Prices by buyer identity with volume discounts',
    ['pricing', 'cpm', 'negotiation'],
  ],
  [
    'proposals',
    'Proposal Evaluation',
    'Evaluates proposals and counters them',
    ['proposals', 'evaluation', 'counter-offers'],
  ],
  ['negotiation', 'Multi-Round Negotiation', 'Negotiates prices in rounds', ['negotiation', 'deals']],
  ['deals', 'Deal Execution', 'Books deals and says how to activate them', ['deals', 'openrtb', 'execution']],
] as const;

/** The seller's card where it serves one, its health, and its front page (wire §2). */
export function discoveryRoutes(state: SellerState): readonly Route[] {
  const { profile } = state;
  return [
    ['GET', '/', () => json(200, { name: 'Ad Seller System API', version: '2.4.2', docs: '/docs' })],
    ['GET', '/health', () => json(200, { status: 'healthy' })],
    ['GET', profile.card.path, () => agentCard(profile)],
  ];
}

export function agentCard(profile: SellerProfile): MarketResponse {
  return json(200, profile.card.shape === 'seller' ? sellerCard(profile) : buyerStyleCard(profile));
}

/** Inventory types on sale, sorted: the only cheap way to know whether a seller has CTV. */
export function inventoryTypes(profile: SellerProfile): readonly string[] {
  return [...new Set(profile.products.map(({ inventoryType }) => inventoryType))].sort();
}

function supportedDealTypes(profile: SellerProfile): readonly string[] {
  const codes = new Set(profile.products.flatMap(({ dealTypes }) => dealTypes));
  const names: string[] = [];
  if (codes.has('PG')) names.push('pg');
  if (codes.has('PD') || codes.has('PA')) names.push('pmp');
  if (codes.has('PD')) names.push('preferred_deal');
  if (codes.has('PA')) names.push('private_auction');
  return names;
}

/** The card a real seller serves (wire §2.2): no `agent_id`, and `capabilities` is an object. */
function sellerCard(profile: SellerProfile): Record<string, unknown> {
  return {
    name: profile.name,
    description: 'Seller agent for programmatic advertising.',
    url: profile.url,
    version: '2.4.2',
    provider: { name: profile.name, url: profile.url, description: null },
    capabilities: { protocols: ['opendirect21'], streaming: false, push_notifications: false },
    skills: SKILLS.map(([id, name, description, tags]) => ({ id, name, description, tags })),
    authentication: { schemes: ['api_key', 'bearer'], credentials_url: null },
    inventory_types: inventoryTypes(profile),
    supported_deal_types: supportedDealTypes(profile),
    contact: null,
    tos_url: null,
    audience_capabilities: {
      schema_version: '1',
      standard_taxonomy_versions: ['1.1'],
      contextual_taxonomy_versions: ['3.1'],
      agentic: { supported: false },
      supports_constraints: true,
      supports_extensions: false,
      supports_exclusions: false,
      max_refs_per_role: { primary: 1, constraints: 3, extensions: 0, exclusions: 0 },
    },
  };
}

/** The older `AgentCard` (wire §13.2): `agent_id`, and `capabilities` is a list. */
export function buyerStyleCard(profile: SellerProfile): Record<string, unknown> {
  return {
    agent_id: profile.card.agentId,
    name: profile.name,
    url: profile.url,
    protocols: ['opendirect21'],
    capabilities: inventoryTypes(profile).map((name) => ({
      name,
      description: `${name} inventory`,
      tags: [name],
    })),
    trust_level: 'registered',
  };
}
