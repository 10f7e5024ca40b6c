import { z } from 'zod';
import { baseUrlOf } from '../clients/base-url.ts';
import { readAs } from '../clients/wire/read.ts';
import { wireText } from '../clients/wire/text.ts';
import { type CallOptions, TRUST_LEVELS } from '../types.ts';
import { fetchRegistryPage, type RegistryWorld } from './fetch-json.ts';
import { type Entry, readEntries } from './read-entries.ts';
import type { Listing, RegistrySource } from './source.ts';

const capability = z
  .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
  .transform((name) => name.trim().toLowerCase());

const agent = z.object({
  agent_id: wireText.pipe(z.string().min(1, 'must not be empty')),
  name: wireText.nullish(),
  url: z.string(),
  agent_type: z.string().nullish(),
  capabilities: z
    .array(capability)
    .nullish()
    .transform((list) => [...new Set(list ?? [])]),
  trust_level: z.string().nullish(),
});

const envelope = z.object({ agents: z.array(z.unknown()) });

/** The older registry protocol, `GET /agents` (wire §13.2). */
export class AgentsRegistry implements RegistrySource {
  readonly kind = 'agents';
  readonly origin: string;
  readonly #world: RegistryWorld;

  constructor(options: { url: string; world: RegistryWorld }) {
    this.origin = baseUrlOf(options.url);
    this.#world = options.world;
  }

  /** Asks for all sellers: the protocol's capability filter knows no aliases, so it is applied here. */
  async list(options: CallOptions): Promise<Listing> {
    const url = `${this.origin}/agents?agent_type=seller`;
    const page = await fetchRegistryPage(this.#world, url, {}, options);
    const { agents } = readAs(envelope, page.value, `the answer of ${this.origin}`);
    return readEntries(agents, agent, this.origin, readAgent);
  }
}

function readAgent(wire: z.infer<typeof agent>): Entry {
  if ((wire.agent_type ?? 'seller').toLowerCase() !== 'seller') return 'not a seller';
  const trust = (wire.trust_level ?? 'unknown').toUpperCase();
  return {
    externalId: wire.agent_id,
    name: wire.name || wire.agent_id,
    url: wire.url,
    trustLevel: TRUST_LEVELS.find((level) => level === trust) ?? 'UNKNOWN',
    capabilities: wire.capabilities,
    contentCategories: [],
  };
}
