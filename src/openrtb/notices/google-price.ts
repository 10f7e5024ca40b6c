import { createHmac, timingSafeEqual } from 'node:crypto';
import { GavotteError, type Micros } from '../../kernel/index.ts';
import type { PriceDecoder } from './types.ts';

const KEY_BYTES = 32;
/** IV 16, price 8, signature 4. */
const MESSAGE_BYTES = 28;

/**
 * Prices as Google Authorized Buyers encrypts them (developers.google.com/authorized-buyers/rtb/response-guide/
 * decrypt-price): `pad = HMAC-SHA1(encryption key, iv)`, `price = message XOR pad`, big-endian micros of a CPM, signed
 * by the first four bytes of `HMAC-SHA1(integrity key, price | iv)`. Keys are given in web-safe base64.
 * @throws GV_BAD_INPUT for a key that is not 32 bytes.
 */
export function googlePriceDecoder(encryptionKey: string, integrityKey: string): PriceDecoder {
  const encryption = decodeKey(encryptionKey, 'encryptionKey');
  const integrity = decodeKey(integrityKey, 'integrityKey');
  return (text) => {
    const bare = text.replace(/=+$/, '');
    const message = Buffer.from(bare, 'base64url');
    // Unused bits of the last character must be zero: one price, one text.
    if (message.length !== MESSAGE_BYTES || message.toString('base64url') !== bare) return 'price-unreadable';
    const iv = message.subarray(0, 16);
    const pad = createHmac('sha1', encryption).update(iv).digest();
    const price = Buffer.alloc(8);
    for (let i = 0; i < 8; i++) price[i] = message[16 + i]! ^ pad[i]!;
    const signature = createHmac('sha1', integrity).update(price).update(iv).digest().subarray(0, 4);
    if (!timingSafeEqual(signature, message.subarray(24))) return 'price-unreadable';
    const value = Number(price.readBigUInt64BE());
    return Number.isSafeInteger(value) ? (value as Micros) : 'price-unreadable';
  };
}

function decodeKey(text: string, name: string): Buffer {
  const key = Buffer.from(text, 'base64url');
  if (key.length !== KEY_BYTES) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${name} is ${key.length} bytes; Google's keys have ${KEY_BYTES}`,
      {
        fix: `Copy ${name} from your Authorized Buyers account, in web-safe base64.`,
      },
    );
  }
  return key;
}
