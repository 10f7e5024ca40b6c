import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, GavotteError, parseJson } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';

/** A key the operator pinned. Keys that a card brings along or points to (`jku`) are never used. */
export interface TrustedKey {
  /** The `kid` that signatures name. */
  readonly keyId: string;
  /** A JWK, or a PEM text. */
  readonly publicKey: JsonWebKey | string;
  /** The only seller that may sign with it; its card must then be signed. */
  readonly sellerUrl?: string;
}

export type CardVerdict =
  | { readonly verdict: 'unsigned' | 'verified' }
  | { readonly verdict: 'refused'; readonly reason: string };

interface PinnedKey {
  readonly key: KeyObject;
  readonly sellerUrl: string | null;
}

const MIN_RSA_BITS = 2048;

/** How each algorithm verifies, and the only keys it may be used with. `none` and MACs are not among them. */
const ALGORITHMS: Readonly<
  Record<
    string,
    { fits(key: KeyObject): boolean; check(data: Buffer, key: KeyObject, mark: Buffer): boolean }
  >
> = {
  ES256: {
    fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    check: (data, key, mark) => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, mark),
  },
  EdDSA: {
    fits: (key) => key.asymmetricKeyType === 'ed25519',
    check: (data, key, mark) => verify(null, data, key, mark),
  },
  RS256: {
    fits: (key) =>
      key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS,
    check: (data, key, mark) => verify('sha256', data, key, mark),
  },
};

const signature = z.object({ protected: z.string().max(8192), signature: z.string().max(8192) });
const header = z.object({
  alg: z.string(),
  kid: z.string().default(''),
  jku: z.unknown().optional(),
  // Extensions that change what is signed are not understood here, and RFC 7515 says to refuse them then.
  crit: z.never().optional(),
  b64: z.never().optional(),
});

/**
 * Checks the signatures of agent cards (A2A: JWS in detached form over the card's RFC 8785 form without its
 * `signatures`) against pinned keys, and nothing else.
 */
export class CardVerifier {
  readonly #keys: ReadonlyMap<string, PinnedKey>;

  /** @throws GV_BAD_INPUT naming the key that cannot be read. */
  constructor(keys: readonly TrustedKey[]) {
    this.#keys = new Map(keys.map((key) => [key.keyId, pin(key)]));
  }

  /** One good signature by a pinned key verifies a card; signatures none of which is good refuse it. */
  check(card: Readonly<Record<string, unknown>>, sellerUrl: string): CardVerdict {
    const { signatures, ...content } = card;
    const given = Array.isArray(signatures) ? signatures : signatures == null ? [] : [signatures];
    if (given.length === 0) return this.#unsigned(sellerUrl);
    const payload = Buffer.from(canonicalJson(content)).toString('base64url');
    const faults = given.slice(0, 8).map((each) => this.#fault(each, payload, sellerUrl));
    if (faults.includes(null)) return { verdict: 'verified' };
    return { verdict: 'refused', reason: `its card's signature is not good: ${faults[0]}` };
  }

  #unsigned(sellerUrl: string): CardVerdict {
    const pinned = [...this.#keys.values()].some((each) => each.sellerUrl === sellerUrl);
    return pinned
      ? { verdict: 'refused', reason: 'a key is pinned for it, but its card is not signed' }
      : { verdict: 'unsigned' };
  }

  /** Why a signature is not good; null when it is. */
  #fault(value: unknown, payload: string, sellerUrl: string): string | null {
    const given = signature.safeParse(value);
    if (!given.success) return 'it is not a JWS';
    const protectedHeader = readHeader(given.data.protected);
    if (protectedHeader === null) return 'its protected header cannot be read';
    const { alg, kid, jku } = protectedHeader;
    const method = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
    if (method === undefined) return `algorithm ${JSON.stringify(alg.slice(0, 40))} is not allowed`;
    const pinned = this.#keys.get(kid);
    if (pinned === undefined) {
      const elsewhere = jku === undefined ? '' : ', and the address it gives for keys is never asked';
      return `key ${JSON.stringify(kid.slice(0, 80))} is not a pinned one${elsewhere}`;
    }
    if (pinned.sellerUrl !== null && pinned.sellerUrl !== sellerUrl)
      return `key ${JSON.stringify(kid.slice(0, 80))} is pinned for another seller`;
    if (!method.fits(pinned.key)) return `algorithm ${alg} does not fit the pinned key`;
    const data = Buffer.from(`${given.data.protected}.${payload}`);
    const good = method.check(data, pinned.key, Buffer.from(given.data.signature, 'base64url'));
    return good ? null : 'it does not match the card';
  }
}

function readHeader(encoded: string): z.infer<typeof header> | null {
  try {
    const text = Buffer.from(encoded, 'base64url').toString('utf8');
    return header.safeParse(parseJson(text, 'the protected header')).data ?? null;
  } catch {
    return null;
  }
}

function pin(key: TrustedKey): PinnedKey {
  try {
    const { publicKey } = key;
    return {
      key: createPublicKey(typeof publicKey === 'string' ? publicKey : { key: publicKey, format: 'jwk' }),
      sellerUrl: key.sellerUrl === undefined ? null : baseUrlOf(key.sellerUrl),
    };
  } catch (cause) {
    throw new GavotteError('GV_BAD_INPUT', `trustedKeys: key ${JSON.stringify(key.keyId)} cannot be read`, {
      fix: 'Give a public key as JWK or PEM.',
      cause,
    });
  }
}
