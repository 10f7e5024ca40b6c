import { z } from 'zod';
import { baseUrlOf } from '../clients/base-url.ts';
import { readAs } from '../clients/wire/read.ts';
import { wireText } from '../clients/wire/text.ts';
import type { CallOptions } from '../types.ts';
import { fetchRegistryPage, type RegistryWorld } from './fetch-json.ts';
import { type Entry, readEntries } from './read-entries.ts';
import type { Listing, RegistrySource } from './source.ts';

const names = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).map((name) => name.trim().toLowerCase()));

const agent = z.object({
  id: z.union([z.number(), z.string().min(1)]).nullish(),
  agent_name: wireText.pipe(z.string().min(1, 'must not be empty')),
  endpoint_url: z.string().nullish(),
  capabilities: names,
  iab_capabilities: names,
  iab_subcategories: names,
  industry_roles: names,
  verification_status: z.string().nullish(),
  status: z.string().nullish(),
});

const envelope = z.object({
  success: z.literal(true),
  data: z.object({ agents: z.array(z.unknown()), count: z.number().nullish() }),
});

/** The IAB Tech Lab agent registry (AAMP), wire §13.1. It offers no search: all agents are listed and sorted out here. */
export class AampRegistry implements RegistrySource {
  readonly kind = 'aamp';
  readonly origin: string;
  readonly #world: RegistryWorld;
  #token: string | undefined;

  constructor(options: { url: string; world: RegistryWorld; token?: string }) {
    this.origin = baseUrlOf(options.url);
    this.#world = options.world;
    this.#token = options.token;
  }

  async list(options: CallOptions): Promise<Listing> {
    const headers: Record<string, string> =
      this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const page = await fetchRegistryPage(this.#world, `${this.origin}/api/agents`, headers, options);
    // The registry renews a token that is about to end; without one we were never logged in.
    const renewed = page.headers['x-new-token'];
    if (this.#token !== undefined && renewed !== undefined && /^[\x21-\x7e]{1,8192}$/.test(renewed))
      this.#token = renewed;
    const { data } = readAs(envelope, page.value, `the answer of ${this.origin}`);
    const listing = readEntries(data.agents, agent, this.origin, readAgent);
    const missing = (data.count ?? 0) - data.agents.length;
    if (missing <= 0) return listing;
    const warning = `${this.origin} counts ${data.count} agents but listed ${data.agents.length}`;
    return { ...listing, warnings: [...listing.warnings, warning] };
  }
}

function readAgent(wire: z.infer<typeof agent>): Entry {
  const roles = wire.industry_roles;
  if (roles.length > 0 && !roles.includes('seller')) return 'not a seller';
  if ((wire.status ?? 'active').toLowerCase() !== 'active') {
    return { unusable: `its status is ${JSON.stringify(wire.status)}` };
  }
  if (!wire.endpoint_url) return { unusable: 'it has no endpoint_url' };
  return {
    externalId: String(wire.id ?? wire.agent_name),
    name: wire.agent_name,
    url: wire.endpoint_url,
    trustLevel: wire.verification_status === 'active' ? 'VERIFIED' : 'REGISTERED',
    capabilities: [...new Set([...wire.capabilities, ...wire.iab_capabilities])],
    contentCategories: wire.iab_subcategories,
  };
}
