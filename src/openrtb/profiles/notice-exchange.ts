import { GavotteError } from '../../kernel/index.ts';
import { googlePriceDecoder } from '../notices/google-price.ts';
import { decodePlainPrice } from '../notices/price.ts';
import type { NoticeExchange, PriceDecoder } from '../notices/types.ts';
import type { ExchangeProfile } from './profile.ts';

/** What an operator hands in beside the profile, which holds no secrets. */
export interface PriceSecrets {
  /** Web-safe base64, from the Authorized Buyers account. */
  readonly google?: { readonly encryptionKey: string; readonly integrityKey: string };
  /** For `price: "custom"`: the scheme agreed with the exchange (W6). */
  readonly custom?: PriceDecoder;
}

/**
 * How the exchange of a profile calls us.
 * @throws GV_BAD_INPUT when its prices are encrypted and the keys for it are missing or wrong.
 */
export function noticeExchange(profile: ExchangeProfile, secrets: PriceSecrets = {}): NoticeExchange {
  const { name, priceMacro, macros } = profile;
  return { name, priceMacro, macros, decodePrice: decoderOf(profile, secrets) };
}

function decoderOf(profile: ExchangeProfile, secrets: PriceSecrets): PriceDecoder {
  if (profile.price === 'plain') return decodePlainPrice;
  if (profile.price === 'google' && secrets.google !== undefined) {
    return googlePriceDecoder(secrets.google.encryptionKey, secrets.google.integrityKey);
  }
  if (profile.price === 'custom' && secrets.custom !== undefined) return secrets.custom;
  throw new GavotteError(
    'GV_BAD_INPUT',
    `exchange ${profile.name} has prices of kind ${profile.price} and no way to read them was given`,
    { fix: `Give the ${profile.price} price keys of ${profile.name}, or set "price": "plain".` },
  );
}
