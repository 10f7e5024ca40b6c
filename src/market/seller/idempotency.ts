import { canonicalJson, sha256 } from '../../kernel/index.ts';
import { codedError, type MarketResponse } from '../wire/response.ts';

const TTL_MS = 86_400_000;

export type IdempotencyCheck<T> =
  | { readonly kind: 'new'; readonly record: (value: T) => void }
  | { readonly kind: 'replay'; readonly value: T }
  | { readonly kind: 'conflict'; readonly response: MarketResponse };

/** Remembers what a key was used for, per endpoint and buyer, for 24 hours (wire §1.5). */
export class IdempotencyStore<T> {
  readonly #records = new Map<string, { hash: string; value: T; at: number }>();
  readonly #what: string;

  /** `what` names the message in the conflict text. */
  constructor(what: string) {
    this.#what = what;
  }

  /** `body` is the message after defaults; the key itself takes no part in the comparison. */
  check(scope: string, key: string, body: object, now: number): IdempotencyCheck<T> {
    const { idempotency_key: _key, ...rest } = body as Record<string, unknown>;
    const hash = sha256(canonicalJson(withoutNulls(rest)));
    const id = `${scope}\n${key}`;
    const known = this.#records.get(id);
    if (known !== undefined && now - known.at < TTL_MS) {
      if (known.hash === hash) return { kind: 'replay', value: known.value };
      const message = `idempotency_key '${key}' was already used for a different ${this.#what}.`;
      return {
        kind: 'conflict',
        response: codedError(409, 'idempotency_conflict', message, { unsupported: [] }),
      };
    }
    return { kind: 'new', record: (value) => void this.#records.set(id, { hash, value, at: now }) };
  }
}

/** `null` and absent are the same default to the seller's models. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}
