import type { Creative } from '../creative.ts';

/**
 * Where a category stands in a taxonomy: itself and all above it, as ids of the taxonomy `to`; undefined when that
 * cannot be told. Taxonomies are AdCOM's numbers: 1 is Content 1.0.
 */
export type CategoryMap = (from: number, category: string, to: number) => readonly string[] | undefined;

/** What the block rules need of a creative, worked out once. */
export interface CreativeFacts {
  readonly creative: Creative;
  /** Its domains and all domains above them, lower case, without `www.`. */
  readonly domains: readonly string[];
  /** By taxonomy, the lines of each of its categories; no entry where one of them cannot be placed. */
  readonly categories: ReadonlyMap<number, readonly (readonly string[])[]>;
  /** Language tag in lower case. */
  readonly language: string;
}

/** AdCOM knows nine taxonomies; an unknown one has no entry, and is then treated as unmappable. */
const TAXONOMIES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const CONTENT_1 = 1;

/** Content 1.0, whose ids name their parent: `IAB7-39` lies below `IAB7`. Other taxonomies need a table. */
export const contentOneMap: CategoryMap = (from, category, to) => {
  if (from !== CONTENT_1 || to !== CONTENT_1) return undefined;
  const dash = category.indexOf('-');
  return dash === -1 ? [category] : [category, category.slice(0, dash)];
};

/** Prepares a creative for the block rules; call when campaigns change, not per request. */
export function creativeFacts(creative: Creative, map: CategoryMap = contentOneMap): CreativeFacts {
  const categories = new Map<number, readonly (readonly string[])[]>();
  for (const taxonomy of TAXONOMIES) {
    const lines = creative.cat.map((category) => map(creative.cattax, category, taxonomy));
    if (lines.length > 0 && lines.every((line) => line !== undefined)) categories.set(taxonomy, lines);
  }
  return {
    creative,
    domains: [...new Set(creative.adomain.flatMap(domainAndAbove))],
    categories,
    language: creative.language.toLowerCase(),
  };
}

function domainAndAbove(domain: string): string[] {
  const labels = plainDomain(domain).split('.');
  // A top-level domain alone is nobody's.
  return labels
    .slice(0, Math.max(1, labels.length - 1))
    .map((_label, index) => labels.slice(index).join('.'));
}

/** A domain as lists spell it, in one form: lower case, without scheme, path, `www.` and final dot. */
export function plainDomain(domain: string): string {
  let plain = domain.trim().toLowerCase();
  const scheme = plain.indexOf('://');
  if (scheme !== -1) plain = plain.slice(scheme + 3);
  const path = plain.indexOf('/');
  if (path !== -1) plain = plain.slice(0, path);
  if (plain.startsWith('www.')) plain = plain.slice(4);
  return plain.endsWith('.') ? plain.slice(0, -1) : plain;
}
