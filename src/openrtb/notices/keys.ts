import { createHash, createHmac } from 'node:crypto';
import { GavotteError } from '../../kernel/index.ts';
import { HmacKey } from './hmac.ts';
import type { NoticeConfig, NoticeExchange } from './types.ts';

const MIN_KEY_BYTES = 32;

/** A key of one exchange, with the short name by which a token says what signed it. */
export interface ExchangeKey {
  readonly id: string;
  readonly key: HmacKey;
}

/** One exchange with its keys, the signing one first. */
export interface ExchangeKeys {
  readonly exchange: NoticeExchange;
  readonly keys: readonly ExchangeKey[];
}

/**
 * The keys of every exchange. Each is derived from the operator's secret and the exchange's name, so that a token of
 * one exchange means nothing at another.
 * @throws GV_BAD_INPUT for a weak or missing key, a base URL that is not https, a bad or repeated name.
 */
export function exchangeKeys(config: NoticeConfig): ReadonlyMap<string, ExchangeKeys> {
  checkBase(config.baseUrl);
  if (config.keys.length === 0) throw new GavotteError('GV_BAD_INPUT', 'notices.keys is empty');
  const rings = new Map<string, ExchangeKeys>();
  for (const exchange of config.exchanges) {
    if (!/^[A-Za-z0-9-]{1,40}$/.test(exchange.name) || rings.has(exchange.name)) {
      throw new GavotteError(
        'GV_BAD_INPUT',
        `notices.exchanges name ${JSON.stringify(exchange.name)} is repeated or not made of letters, digits and hyphens`,
      );
    }
    rings.set(exchange.name, { exchange, keys: config.keys.map((key) => derive(key, exchange.name)) });
  }
  return rings;
}

function checkBase(baseUrl: string): void {
  if (!/^https:\/\/[A-Za-z0-9.:[\]-]+$/.test(baseUrl)) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `notices.baseUrl ${JSON.stringify(baseUrl)} must be https://host`,
      {
        fix: 'Give the public address under which notices reach you, without a path.',
      },
    );
  }
}

function derive(secret: Uint8Array, exchange: string): ExchangeKey {
  if (secret.length < MIN_KEY_BYTES) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `notices.keys holds a key of ${secret.length} bytes; ${MIN_KEY_BYTES} are needed`,
      { fix: 'Make one with: openssl rand -base64 32' },
    );
  }
  const key = createHmac('sha256', secret).update(`gavotte notice 1 ${exchange}`).digest();
  const id = createHash('sha256').update(key).digest('hex').slice(0, 4);
  return { id, key: new HmacKey(key) };
}
