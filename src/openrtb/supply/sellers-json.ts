import { z } from 'zod';
import { parseJson } from '../../kernel/index.ts';

const TYPES = ['PUBLISHER', 'INTERMEDIARY', 'BOTH'] as const;

/** One account at an ad system, as its sellers.json lists it. */
export interface ListedSeller {
  readonly type: (typeof TYPES)[number];
  /** Business domain, lower case; '' when the seller is confidential. */
  readonly domain: string;
}

// Ids are texts by the standard and numbers in some files.
const id = z.union([z.string(), z.int()]).transform(String);
const seller = z.looseObject({
  seller_id: id,
  seller_type: z
    .string()
    .transform((type) => type.toUpperCase())
    .pipe(z.enum(TYPES)),
  domain: z.string().optional(),
  is_confidential: z.union([z.literal(0), z.literal(1)]).optional(),
});
const file = z.looseObject({ sellers: z.array(z.unknown()) });

/**
 * Sellers by their id (IAB sellers.json 1.0). Entries that are not valid are skipped; one bad line of a reseller must
 * not cost the others theirs.
 * @throws GV_RESPONSE_INVALID when the text is no JSON; an object without sellers is an empty list.
 */
export function parseSellersJson(text: string): ReadonlyMap<string, ListedSeller> {
  const parsed = file.safeParse(parseJson(text, 'sellers.json'));
  const sellers = new Map<string, ListedSeller>();
  for (const entry of parsed.data?.sellers ?? []) {
    const { success, data } = seller.safeParse(entry);
    if (!success) continue;
    const domain = data.is_confidential === 1 ? '' : (data.domain ?? '').trim().toLowerCase();
    sellers.set(data.seller_id, { type: data.seller_type, domain });
  }
  return sellers;
}
