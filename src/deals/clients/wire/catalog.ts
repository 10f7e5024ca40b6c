import { z } from 'zod';
import { currency, type Money } from '../../../kernel/index.ts';
import { mediaFormat } from '../../media-types.ts';
import type { Catalog, Product } from '../../types.ts';
import { dealTypesNamed } from './deal-types.ts';
import { decimalToMoney, optionalWireMoney } from './money.ts';
import { describeIssues, reject } from './read.ts';
import { plainText, wireId, wireText } from './text.ts';

const count = z.int().nonnegative();
const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const ext = z
  .object({
    floor_cpm: z.number().nullish(),
    minimum_impressions: count.nullish(),
    deal_types: strings,
  })
  .nullish();

const product = z
  .object({
    product_id: wireId,
    name: wireText.nullish(),
    base_price: optionalWireMoney,
    ad_formats: strings,
    available_impressions: count.nullish(),
    ext,
  })
  .transform((wire, context): Product => {
    const floorCpm = floorOf(wire.ext?.floor_cpm ?? null, wire.base_price);
    if (floorCpm === undefined)
      return reject(context, `ext.floor_cpm ${wire.ext?.floor_cpm} is not a price in currency units`);
    return {
      productId: wire.product_id,
      name: wire.name ?? wire.product_id,
      formats: wire.ad_formats.map(mediaFormat),
      basePrice: wire.base_price,
      floorCpm,
      minimumImpressions: wire.ext?.minimum_impressions ?? 0,
      availableImpressions: wire.available_impressions ?? null,
      dealTypes: dealTypesNamed(wire.ext?.deal_types ?? []),
    };
  });

/** The floor has no currency of its own; it is in that of the price beside it. undefined = unreadable. */
function floorOf(value: number | null, basePrice: Money | null): Money | null | undefined {
  if (value === null) return null;
  return decimalToMoney(value, basePrice?.currency ?? currency('USD')) ?? undefined;
}

/** One page of a catalog as it came; its entries are read one by one with `readProduct`. */
export const catalogPage = z.object({
  products: z.array(z.unknown()),
  total_count: count.nullish(),
});

/** One entry of a catalog. What is wrong with it costs only itself. */
export function readProduct(
  value: unknown,
): { readonly product: Product } | { readonly invalid: Catalog['invalid'][number] } {
  const parsed = product.safeParse(value);
  if (parsed.success) return { product: parsed.data };
  const { product_id: id, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return {
    invalid: { productId: nameOf(id), name: nameOf(name), reason: describeIssues(parsed.error) },
  };
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? plainText(value) : '';
}
