import { z } from 'zod';
import { type DealType, GavotteError } from '../../kernel/index.ts';
import { dealTypesNamed } from '../clients/wire/deal-types.ts';
import { describeIssues } from '../clients/wire/read.ts';
import { wireText } from '../clients/wire/text.ts';

/** What a seller says of itself. */
export interface AgentCard {
  /** The id it gives itself, if any; compared, never trusted. */
  readonly agentId: string | null;
  readonly name: string;
  /** The address it believes to have; compared, never called. */
  readonly url: string | null;
  /** Inventory types (or, on old cards, capability names), lower case; empty = did not say. */
  readonly capabilities: readonly string[];
  readonly dealTypes: readonly DealType[];
  readonly contentCategories: readonly string[];
  /** The card as it came: what a signature covers. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).map((text) => text.trim().toLowerCase()));

const name = wireText.pipe(z.string().min(1, 'must not be empty'));

/** The card of the real seller (wire §2.2) and of A2A: `capabilities` is an object of protocol switches. */
const sellerCard = z.object({
  agent_id: z.string().nullish(),
  name,
  url: z.string().nullish(),
  capabilities: z.record(z.string(), z.unknown()).nullish(),
  inventory_types: strings,
  supported_deal_types: strings,
  content_categories: strings,
});

/** The older card (wire §13.2): `capabilities` is a list of what is sold. */
const legacyCard = z.object({
  agent_id: z.string().min(1),
  name,
  url: z.string().nullish(),
  capabilities: z.array(z.union([z.string(), z.object({ name: z.string() }).transform((each) => each.name)])),
});

/** Reads either shape of card. @throws GV_RESPONSE_INVALID naming the fault. */
export function readAgentCard(value: unknown): AgentCard {
  const raw = value as Readonly<Record<string, unknown>>;
  const isLegacy = typeof value === 'object' && value !== null && Array.isArray(raw.capabilities);
  if (isLegacy) {
    const card = parsed(legacyCard, value);
    const capabilities = [...new Set(card.capabilities.map((text) => text.trim().toLowerCase()))];
    return {
      agentId: card.agent_id,
      name: card.name,
      url: card.url ?? null,
      capabilities,
      dealTypes: [],
      contentCategories: [],
      raw,
    };
  }
  const card = parsed(sellerCard, value);
  return {
    agentId: card.agent_id ?? null,
    name: card.name,
    url: card.url ?? null,
    capabilities: card.inventory_types,
    dealTypes: dealTypesNamed(card.supported_deal_types),
    contentCategories: card.content_categories,
    raw,
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new GavotteError(
    'GV_RESPONSE_INVALID',
    `the agent card is malformed: ${describeIssues(result.error)}`,
    {
      fix: 'The seller must serve an agent card as the contract says.',
    },
  );
}
