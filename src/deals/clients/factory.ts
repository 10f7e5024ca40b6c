import { GavotteError, type World } from '../../kernel/index.ts';
import type { DealsClient, DealsClientFactory } from '../types.ts';
import { baseUrlOf } from './base-url.ts';
import { HttpDealsClient } from './http-deals-client.ts';

/**
 * Makes one client per seller and keeps it, so that its breaker and its connections are shared by all who call.
 * `apiKeys` is keyed by base URL (safest: it names where the key goes) or by seller id.
 */
export function createDealsClientFactory(options: {
  world: Pick<World, 'network' | 'clock' | 'random'>;
  apiKeys?: Readonly<Record<string, string>>;
  /** Bounds each call, ms. @defaultValue 30 000 */
  quoteTimeoutMs?: number;
}): DealsClientFactory {
  const keys = checkedKeys(options.apiKeys ?? {});
  const clients = new Map<string, DealsClient>();
  return ({ sellerId, url }) => {
    const base = baseUrlOf(url);
    const name = `${sellerId} ${base}`;
    const known = clients.get(name);
    if (known !== undefined) return known;
    const apiKey = keys.get(base) ?? keys.get(sellerId);
    const client = new HttpDealsClient({
      sellerUrl: base,
      world: options.world,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(options.quoteTimeoutMs === undefined ? {} : { timeoutMs: options.quoteTimeoutMs }),
    });
    clients.set(name, client);
    return client;
  };
}

function checkedKeys(apiKeys: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(apiKeys).map(([seller, key]) => {
      // The key itself is a secret and must not be in the message.
      if (!/^[\x21-\x7e]{1,512}$/.test(key)) {
        throw new GavotteError('GV_BAD_INPUT', `apiKeys[${JSON.stringify(seller)}] is not a printable key`, {
          fix: 'Give the key as one word without spaces.',
        });
      }
      return [/^https?:/i.test(seller) ? baseUrlOf(seller) : seller, key];
    }),
  );
}
