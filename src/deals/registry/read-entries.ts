import type { z } from 'zod';
import { GavotteError } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';
import { describeIssues } from '../clients/wire/read.ts';
import { plainText } from '../clients/wire/text.ts';
import type { ExcludedSeller } from '../types.ts';
import { type ListedSeller, type Listing, MAX_LISTED } from './source.ts';

/** What an entry turned out to be: a seller, something else, or a seller that cannot be used. */
export type Entry = ListedSeller | 'not a seller' | { readonly unusable: string };

/**
 * Reads the entries of a registry one by one. An entry that does not parse, or names no usable URL, is left
 * out by name with the reason; entries that are not sellers are left out silently.
 */
export function readEntries<T>(
  entries: readonly unknown[],
  schema: z.ZodType<T>,
  origin: string,
  read: (wire: T) => Entry,
): Listing {
  const sellers: ListedSeller[] = [];
  const excluded: ExcludedSeller[] = [];
  for (const value of entries.slice(0, MAX_LISTED)) {
    const parsed = schema.safeParse(value);
    const entry = parsed.success ? readOne(parsed.data, read) : { unusable: describeIssues(parsed.error) };
    if (entry === 'not a seller') continue;
    if ('unusable' in entry)
      excluded.push({ ...namesOf(value), reason: `its registry entry is unusable: ${entry.unusable}` });
    else sellers.push(entry);
  }
  const cut = entries.length - MAX_LISTED;
  const warnings = cut > 0 ? [`${origin} lists ${entries.length} agents; the last ${cut} were not read`] : [];
  return { sellers, excluded, warnings };
}

function readOne<T>(wire: T, read: (wire: T) => Entry): Entry {
  try {
    const entry = read(wire);
    return typeof entry === 'object' && 'url' in entry ? { ...entry, url: baseUrlOf(entry.url) } : entry;
  } catch (error) {
    return { unusable: GavotteError.from(error).message };
  }
}

/** The best names an unreadable entry offers. */
function namesOf(value: unknown): Pick<ExcludedSeller, 'sellerId' | 'name' | 'url'> {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const text = (...keys: readonly string[]) => {
    const found = keys
      .map((key) => entry[key])
      .find((each) => typeof each === 'string' || typeof each === 'number');
    return found === undefined ? '' : plainText(String(found));
  };
  const name = text('agent_name', 'name') || '(no name)';
  return { sellerId: text('agent_id', 'id') || name, name, url: text('endpoint_url', 'url') };
}
