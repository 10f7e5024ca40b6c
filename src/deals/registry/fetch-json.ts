import { GavotteError, parseJson, type World, withDeadline } from '../../kernel/index.ts';
import { repeatTransient } from '../clients/repeat.ts';
import { plainText } from '../clients/wire/text.ts';
import type { CallOptions } from '../types.ts';
import { REGISTRY_TIMEOUT_MS } from './source.ts';

/** What reading a registry needs of the world. */
export type RegistryWorld = Pick<World, 'network' | 'clock' | 'random'>;

/**
 * Reads a registry page: 10 s in all, three tries.
 * @throws GV_RESPONSE_INVALID for a status that is not 2xx (`details.status`) or for what is not JSON,
 * GV_SELLER_ERROR for 5xx, and the network's codes.
 */
export function fetchRegistryPage(
  world: RegistryWorld,
  url: string,
  headers: Readonly<Record<string, string>>,
  options: CallOptions,
): Promise<{ readonly value: unknown; readonly headers: Readonly<Record<string, string>> }> {
  const timeoutMs = Math.min(options.timeoutMs ?? REGISTRY_TIMEOUT_MS, REGISTRY_TIMEOUT_MS);
  const random = world.random.split(`registry:${url}`);
  const once = async (signal: AbortSignal) => {
    const answer = await world.network.request(
      { method: 'GET', url, headers: { accept: 'application/json', ...headers } },
      { signal },
    );
    const { status, body } = answer;
    if (status < 200 || status > 299) {
      const code = status >= 500 ? 'GV_SELLER_ERROR' : 'GV_RESPONSE_INVALID';
      throw new GavotteError(code, `${url} answered ${status} ${plainText(body).slice(0, 100)}`.trim(), {
        fix:
          status === 401 || status === 403 ? "Check the registry's token." : "Check the registry's address.",
        details: { status },
      });
    }
    return { value: parseJson(body, `the answer of ${url}`), headers: answer.headers };
  };
  return withDeadline(world.clock, timeoutMs, options.signal, (signal) =>
    repeatTransient(() => once(signal), world.clock, random, signal),
  );
}
