import { z } from 'zod';
import type { World } from '../../kernel/index.ts';
import { json, type MarketHandler, type MarketResponse } from '../wire/response.ts';
import { createRouter } from '../wire/router.ts';
import { parseBody } from '../wire/validate.ts';

/** One agent as the registry lists it. */
export interface RegistryEntry {
  /** Unique in the registry; the AAMP API shows it as a number when it is one. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly roles: readonly string[];
  /** Inventory types and such, lower case. */
  readonly capabilities: readonly string[];
  readonly contentCategories: readonly string[];
  readonly trust: 'registered' | 'verified' | 'preferred' | 'blocked';
}

/** What a registry lists. */
export interface RegistryOptions extends Pick<World, 'clock'> {
  readonly agents: readonly RegistryEntry[];
  /** Entries put on the page as they are, well-formed or not. */
  readonly rawEntries?: readonly unknown[];
}

const registration = z.looseObject({
  agent_name: z.string().optional(),
  name: z.string().optional(),
  primary_domain: z.string().optional(),
  endpoint_url: z.string().optional(),
  url: z.string().optional(),
  capabilities: z.array(z.unknown()).nullish(),
  industry_roles: z.array(z.string()).nullish(),
});

/**
 * A registry that speaks both protocols in use: the AAMP API (wire §13.1) under `/api/agents`, and the older
 * `/agents` and `/verify` (wire §13.2). It lists buyers and tools beside sellers, as the real one does.
 */
export function createRegistry(options: RegistryOptions): MarketHandler {
  const agents = new Map(options.agents.map((agent) => [agent.id, agent]));
  const raw = options.rawEntries ?? [];
  const startedAt = new Date(options.clock.now()).toISOString();
  const all = () => [...agents.values()];
  return createRouter([
    ['GET', '/api/agents', () => aampList(all(), raw, startedAt)],
    ['GET', '/api/agents/{id}', ({ params }) => aampRead(agents.get(params.id!), startedAt)],
    [
      'POST',
      '/api/agents',
      ({ request }) => {
        const made = register(agents, request.body);
        return 'status' in made ? made : aampMade(made, startedAt);
      },
    ],
    ['GET', '/agents', ({ query }) => legacyList(all(), query, raw)],
    [
      'POST',
      '/agents',
      ({ request }) => {
        const made = register(agents, request.body);
        return 'status' in made ? made : json(201, legacyCard(made));
      },
    ],
    ['GET', '/verify', ({ query }) => verify(all(), query.get('agent_url') ?? '')],
  ]);
}

/** Takes a new agent in, or says why not. */
function register(
  agents: Map<string, RegistryEntry>,
  body: string | undefined,
): RegistryEntry | MarketResponse {
  const parsed = parseBody(registration, body);
  if (!parsed.ok) return parsed.response;
  const { agent_name, name, endpoint_url, url, capabilities, industry_roles } = parsed.value;
  const agent: RegistryEntry = {
    id: String(9000 + agents.size),
    name: agent_name ?? name ?? '',
    url: endpoint_url ?? url ?? '',
    roles: industry_roles ?? ['buyer'],
    capabilities: (capabilities ?? []).filter((each) => typeof each === 'string'),
    contentCategories: [],
    trust: 'registered',
  };
  if (agent.name === '' || agent.url === '') return failure(400, 'agent_name and endpoint_url are required');
  agents.set(agent.id, agent);
  return agent;
}

function aampList(
  agents: readonly RegistryEntry[],
  raw: readonly unknown[],
  startedAt: string,
): MarketResponse {
  const list = [...agents.map((agent) => aampAgent(agent, startedAt)), ...raw];
  return success({ agents: list, count: list.length, isAdmin: false });
}

function aampRead(agent: RegistryEntry | undefined, startedAt: string): MarketResponse {
  return agent === undefined ? failure(404, 'Agent not found') : success(aampAgent(agent, startedAt));
}

function aampMade(agent: RegistryEntry, startedAt: string): MarketResponse {
  const data = aampAgent(agent, startedAt);
  const verification = { status: 'pending' };
  return json(201, { success: true, message: 'Agent registered', data, verification });
}

function success(data: unknown): MarketResponse {
  return json(200, { success: true, data });
}

function failure(status: number, error: string): MarketResponse {
  return json(status, { success: false, error });
}

/** List members without content are null, not empty: a trap of wire §13.1. */
function listOrNull(values: readonly string[]): readonly string[] | null {
  return values.length === 0 ? null : values;
}

function aampAgent(agent: RegistryEntry, at: string): Record<string, unknown> {
  return {
    id: /^\d{1,15}$/.test(agent.id) ? Number(agent.id) : agent.id,
    agent_name: agent.name,
    primary_domain: hostOf(agent.url),
    type: 'remote',
    endpoint_url: agent.url,
    repository_url: null,
    protocol_type: 'mcp',
    transport_type: null,
    description: null,
    legal_name: null,
    capabilities: listOrNull(agent.capabilities),
    industry_roles: agent.roles,
    certifications: null,
    verification_status: agent.trust === 'registered' ? 'pending' : 'active',
    domain_verified: agent.trust !== 'registered',
    endpoint_health_verified: true,
    iab_member: agent.trust !== 'registered',
    auth_required: false,
    category: agent.contentCategories[0] ?? null,
    iab_subcategories: listOrNull(agent.contentCategories),
    iab_capabilities: null,
    endorsements: null,
    status: agent.trust === 'blocked' ? 'blocked' : 'active',
    contact_email: null,
    created_at: at,
    updated_at: at,
  };
}

function legacyCard(agent: RegistryEntry): Record<string, unknown> {
  return {
    agent_id: agent.id,
    name: agent.name,
    url: agent.url,
    protocols: ['mcp'],
    capabilities: agent.capabilities.map((name) => ({ name, description: '', tags: [name] })),
    trust_level: agent.trust,
  };
}

function legacyList(
  agents: readonly RegistryEntry[],
  query: URLSearchParams,
  raw: readonly unknown[],
): MarketResponse {
  const role = query.get('agent_type');
  const wanted = (query.get('capabilities') ?? '').toLowerCase().split(',').filter(Boolean);
  const list = agents
    .filter((agent) => role === null || agent.roles.includes(role))
    .filter((agent) => wanted.length === 0 || agent.capabilities.some((each) => wanted.includes(each)));
  return json(200, { agents: [...list.map(legacyCard), ...raw] });
}

function verify(agents: readonly RegistryEntry[], agentUrl: string): MarketResponse {
  const plain = (url: string) => url.toLowerCase().replace(/\/+$/, '');
  const agent = agents.find(({ url }) => plain(url) === plain(agentUrl));
  if (agent === undefined) return json(200, { is_registered: false, trust_level: 'unknown' });
  return json(200, { is_registered: true, trust_level: agent.trust, registry_id: agent.id });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
