import type { BidRequest } from '../request.ts';
import { type CreativeFacts, plainDomain } from './creative-facts.ts';
import type { Refusal } from './no-bid.ts';

/** What a request blocks, put into sets when the first creative is checked against it. One per request. */
export class RequestBlocks {
  readonly #request: BidRequest;
  #advertisers: ReadonlySet<string> | undefined;
  #blocked: ReadonlySet<string> | undefined;
  #allowed: ReadonlySet<string> | undefined;

  constructor(request: BidRequest) {
    this.#request = request;
  }

  /** Why the request does not want this creative, or ''. Of a list and its opposite, both hold (V8). */
  refusal(facts: CreativeFacts): Refusal {
    return (
      this.#advertiserRefusal(facts) ||
      this.#categoryRefusal(facts) ||
      languageRefusal(this.#request, facts.language)
    );
  }

  /** Q2: the domain itself or one above it is listed; or the app that it would install. */
  #advertiserRefusal(facts: CreativeFacts): Refusal {
    const { badv, bapp } = this.#request;
    const { bundle } = facts.creative;
    if (bundle !== '' && bapp.includes(bundle)) return 'app-blocked';
    if (badv.length === 0) return '';
    this.#advertisers ??= new Set(badv.map(plainDomain));
    for (const domain of facts.domains) if (this.#advertisers.has(domain)) return 'advertiser-blocked';
    return '';
  }

  /** Q1: compared in the taxonomy of the request; a parent in the list covers its children. */
  #categoryRefusal(facts: CreativeFacts): Refusal {
    const { bcat, acat, cattax } = this.#request;
    if (bcat.length === 0 && acat.length === 0) return '';
    const lines = facts.categories.get(cattax);
    if (lines === undefined) return 'category-unknown';
    this.#blocked ??= new Set(bcat);
    this.#allowed ??= new Set(acat);
    for (const line of lines) {
      if (hasAny(this.#blocked, line)) return 'category-blocked';
      if (acat.length > 0 && !hasAny(this.#allowed, line)) return 'category-not-allowed';
    }
    return '';
  }
}

function hasAny(set: ReadonlySet<string>, line: readonly string[]): boolean {
  for (const category of line) if (set.has(category)) return true;
  return false;
}

/**
 * B16: `wlang` lists ISO 639-1 languages, `wlangb` BCP 47 tags, where `en` also takes `en-GB`. A creative of no known
 * language is refused where either is given.
 */
export function languageRefusal(request: BidRequest, language: string): Refusal {
  const { wlang, wlangb } = request;
  if (wlang.length > 0 && !wlang.some((wanted) => primaryOf(wanted) === primaryOf(language))) {
    return 'language-not-accepted';
  }
  return wlangb.length === 0 || wlangb.some((range) => isWithin(language, range.toLowerCase()))
    ? ''
    : 'language-not-accepted';
}

function primaryOf(tag: string): string {
  const dash = tag.indexOf('-');
  return (dash === -1 ? tag : tag.slice(0, dash)).toLowerCase();
}

function isWithin(tag: string, range: string): boolean {
  return tag === range || (tag.startsWith(range) && tag[range.length] === '-');
}
