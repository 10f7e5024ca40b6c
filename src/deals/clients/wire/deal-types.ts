import { DEAL_TYPES, type DealType } from '../../../kernel/index.ts';

/** Deal types by the names cards, registries and catalogs give them (wire §2.2, §3.1). */
const NAMES: Readonly<Record<string, readonly DealType[]>> = {
  pg: ['PG'],
  programmatic_guaranteed: ['PG'],
  programmaticguaranteed: ['PG'],
  pd: ['PD'],
  preferred_deal: ['PD'],
  preferreddeal: ['PD'],
  pa: ['PA'],
  private_auction: ['PA'],
  privateauction: ['PA'],
  // A private marketplace holds both.
  pmp: ['PD', 'PA'],
};

/** The deal types behind a list of names, in our order; unknown names are left out. */
export function dealTypesNamed(names: readonly string[]): readonly DealType[] {
  const found = new Set(
    names.flatMap((name) => {
      const key = name
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_');
      return Object.hasOwn(NAMES, key) ? NAMES[key]! : [];
    }),
  );
  return DEAL_TYPES.filter((type) => found.has(type));
}
