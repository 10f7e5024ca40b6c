import {
  type Creative,
  type CreativeFacts,
  fitRefusal,
  type Imp,
  type Refusal,
  type RequestBlocks,
} from '../../openrtb/index.ts';
import type { RunningCampaign } from './running-campaign.ts';

/**
 * Whether creatives fit a slot and are not blocked, asked for all campaigns of a request. Creatives of a few sizes and
 * kinds make up all campaigns, and those of an advertiser are blocked together; so each kind is judged once per imp
 * and each advertiser's once per request, by the rules of the `openrtb` room, and the answer is kept until the next.
 */
export class CreativeFits {
  /** Where each campaign's creatives begin in the lists of all creatives, and at the end their number. */
  readonly #starts: Int32Array;
  /** For each creative, which answers are its own. */
  readonly #slotOf: Int32Array;
  readonly #blockOf: Int32Array;
  readonly #slots: Answers<Creative>;
  readonly #blocks: Answers<CreativeFacts>;

  constructor(campaigns: readonly RunningCampaign[]) {
    const all = campaigns.flatMap(({ creatives }) => creatives.map(({ facts }) => facts));
    this.#starts = new Int32Array(campaigns.length + 1);
    for (const [index, { creatives }] of campaigns.entries())
      this.#starts[index + 1] = this.#starts[index]! + creatives.length;
    const slots = new Kinds<Creative>();
    const blocks = new Kinds<CreativeFacts>();
    this.#slotOf = Int32Array.from(all, ({ creative }) => slots.add(slotKey(creative), creative));
    this.#blockOf = Int32Array.from(all, (facts) => blocks.add(blockKey(facts), facts));
    this.#slots = new Answers(slots.members);
    this.#blocks = new Answers(blocks.members);
  }

  /** Another request: what it blocks is judged anew. */
  beginRequest(): void {
    this.#blocks.forget();
  }

  /** Another imp. */
  beginImp(): void {
    this.#slots.forget();
  }

  /** Why the creative of a campaign, both by index, may not run in this imp of this request, or ''. */
  refusal(imp: Imp, blocks: RequestBlocks, campaign: number, creative: number): Refusal {
    const at = this.#starts[campaign]! + creative;
    const slot = this.#slotOf[at]!;
    const unfit =
      this.#slots.known(slot) ?? this.#slots.keep(slot, fitRefusal(imp, this.#slots.kinds[slot]!));
    if (unfit !== '') return unfit;
    const block = this.#blockOf[at]!;
    return this.#blocks.known(block) ?? this.#blocks.keep(block, blocks.refusal(this.#blocks.kinds[block]!));
  }
}

/** One creative of each kind. */
class Kinds<T> {
  readonly members: T[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of its kind. */
  add(key: string, member: T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.members.length);
    return this.members.push(member) - 1;
  }
}

/** What was answered for each kind since it was last told to forget, which costs nothing. */
class Answers<T> {
  readonly kinds: readonly T[];
  readonly #askedIn: Float64Array;
  readonly #refusals: Refusal[];
  #turn = 1;

  constructor(kinds: readonly T[]) {
    this.kinds = kinds;
    this.#askedIn = new Float64Array(kinds.length);
    this.#refusals = new Array<Refusal>(kinds.length).fill('');
  }

  forget(): void {
    this.#turn += 1;
  }

  known(kind: number): Refusal | undefined {
    return this.#askedIn[kind] === this.#turn ? this.#refusals[kind] : undefined;
  }

  keep(kind: number, refusal: Refusal): Refusal {
    this.#askedIn[kind] = this.#turn;
    this.#refusals[kind] = refusal;
    return refusal;
  }
}

/** Everything that `fitRefusal` looks at: all but the names and places that no slot asks for. */
function slotKey(creative: Creative): string {
  const { id: _id, adomain: _adomain, cat: _cat, cattax: _cattax, language: _language, ...rest } = creative;
  const { assetUrl, clickUrl, imageUrl, native, bundle: _bundle, ...slot } = rest;
  const schemes = [assetUrl, clickUrl, imageUrl].map((url) => url === '' || url.startsWith('https://'));
  return JSON.stringify([slot, schemes, native !== undefined]);
}

/** Everything that `RequestBlocks` looks at. */
function blockKey({ creative }: CreativeFacts): string {
  const { adomain, cat, cattax, language, bundle } = creative;
  return JSON.stringify([adomain, cat, cattax, language, bundle]);
}
