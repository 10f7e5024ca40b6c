import { GavotteError, parseJson, type World, withDeadline } from '../../kernel/index.ts';
import type { CallOptions } from '../types.ts';
import { type AgentCard, readAgentCard } from './agent-card.ts';
import { REGISTRY_TIMEOUT_MS } from './source.ts';

/** The seller agent's path first, then A2A's (the real seller answers 404 there). */
const CARD_PATHS = ['/.well-known/agent.json', '/.well-known/agent-card.json'];
/** A card of the contract has about 3 kB. */
const CARD_BYTES = 256_000;

/**
 * A seller's card from either well-known path; null when neither serves one.
 * @throws GV_RESPONSE_INVALID or GV_RESPONSE_TOO_LARGE when a path serves something that is not a card,
 * GV_URL_FORBIDDEN, GV_TIMEOUT, GV_CANCELLED, or the network's code.
 */
export function fetchAgentCard(
  world: Pick<World, 'network' | 'clock'>,
  baseUrl: string,
  options: CallOptions = {},
): Promise<AgentCard | null> {
  const timeoutMs = Math.min(options.timeoutMs ?? REGISTRY_TIMEOUT_MS, REGISTRY_TIMEOUT_MS);
  return withDeadline(world.clock, timeoutMs, options.signal, async (signal) => {
    let malformed: GavotteError | undefined;
    for (const path of CARD_PATHS) {
      const answer = await world.network.request(
        { method: 'GET', url: `${baseUrl}${path}`, headers: { accept: 'application/json' } },
        { signal, maxBytes: CARD_BYTES },
      );
      if (answer.status !== 200) continue;
      try {
        return readAgentCard(parseJson(answer.body, 'the agent card'));
      } catch (thrown) {
        malformed ??= GavotteError.from(thrown);
      }
    }
    if (malformed !== undefined) throw malformed;
    return null;
  });
}
