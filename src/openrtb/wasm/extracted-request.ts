import { readDevice, readRegs, readUser } from '../read/people.ts';
import { readInventory, readSource } from '../read/place.ts';
import { auctionTypeOf, type Head, taxonomyOf } from '../read/request.ts';
import { REQUEST } from '../read/shapes.ts';
import { type Key, NO_TEXTS } from '../read/source.ts';
import type { BidRequest, Device, Imp, Inventory, Regs, SupplySource, User } from '../request.ts';
import type { Extractor } from './extractor.ts';

/**
 * A request of which the imps are read and the rest waits until somebody asks: most requests are answered without
 * looking at half of it. What is asked while the extractor still holds the body costs nothing more than reading it;
 * after that the body is extracted once again. So it never changes, however long it is kept.
 */
export class ExtractedRequest implements BidRequest {
  readonly id: string;
  readonly test: boolean;
  readonly at: number;
  readonly tmax: number;
  readonly cattax: number;
  readonly imps: readonly Imp[];
  readonly #extractor: Extractor;
  readonly #body: string;
  readonly #root: number;
  #cur: readonly string[] | undefined;
  #wseat: readonly string[] | undefined;
  #bseat: readonly string[] | undefined;
  #wlang: readonly string[] | undefined;
  #wlangb: readonly string[] | undefined;
  #acat: readonly string[] | undefined;
  #bcat: readonly string[] | undefined;
  #badv: readonly string[] | undefined;
  #bapp: readonly string[] | undefined;
  #source: SupplySource | undefined;
  #inventory: Inventory | undefined;
  #device: Device | undefined;
  #user: User | undefined;
  #regs: Regs | undefined;

  /** @param root The node of the request in the body that `extractor` holds. */
  constructor(extractor: Extractor, root: number, head: Head) {
    const { source } = extractor;
    this.id = head.id;
    this.test = source.flag(root, REQUEST.test);
    this.at = auctionTypeOf(source, root);
    this.tmax = head.tmax;
    this.cattax = taxonomyOf(source, root);
    this.imps = head.imps;
    this.#extractor = extractor;
    this.#body = source.body;
    this.#root = root;
  }

  get cur(): readonly string[] {
    this.#cur ??= this.#texts(REQUEST.cur);
    return this.#cur;
  }
  get wseat(): readonly string[] {
    this.#wseat ??= this.#texts(REQUEST.wseat);
    return this.#wseat;
  }
  get bseat(): readonly string[] {
    this.#bseat ??= this.#texts(REQUEST.bseat);
    return this.#bseat;
  }
  get wlang(): readonly string[] {
    this.#wlang ??= this.#texts(REQUEST.wlang);
    return this.#wlang;
  }
  get wlangb(): readonly string[] {
    this.#wlangb ??= this.#texts(REQUEST.wlangb);
    return this.#wlangb;
  }
  get acat(): readonly string[] {
    this.#acat ??= this.#texts(REQUEST.acat);
    return this.#acat;
  }
  get bcat(): readonly string[] {
    this.#bcat ??= this.#texts(REQUEST.bcat);
    return this.#bcat;
  }
  get badv(): readonly string[] {
    this.#badv ??= this.#texts(REQUEST.badv);
    return this.#badv;
  }
  get bapp(): readonly string[] {
    this.#bapp ??= this.#texts(REQUEST.bapp);
    return this.#bapp;
  }
  get source(): SupplySource {
    this.#source ??= readSource(this.#open(), this.#root);
    return this.#source;
  }
  get inventory(): Inventory {
    this.#inventory ??= readInventory(this.#open(), this.#root);
    return this.#inventory;
  }
  get device(): Device {
    this.#device ??= readDevice(this.#open(), this.#open().object(this.#root, REQUEST.device));
    return this.#device;
  }
  get user(): User {
    this.#user ??= readUser(this.#open(), this.#open().object(this.#root, REQUEST.user));
    return this.#user;
  }
  get regs(): Regs {
    this.#regs ??= readRegs(this.#open(), this.#open().object(this.#root, REQUEST.regs));
    return this.#regs;
  }

  /** All of it as a plain object, as `jsonReader` gives it: what is read late is no property that a copy would take. */
  toJSON(): BidRequest {
    const { id, test, at, tmax, cur, wseat, bseat, wlang, wlangb, acat, bcat, cattax, badv, bapp } = this;
    const { imps, source, inventory, device, user, regs } = this;
    const lists = { cur, wseat, bseat, wlang, wlangb, acat, bcat };
    return { id, test, at, tmax, ...lists, cattax, badv, bapp, imps, source, inventory, device, user, regs };
  }

  #open() {
    return this.#extractor.reopen(this.#body);
  }

  #texts(key: Key): readonly string[] {
    return this.#open().onlyTexts(this.#root, key) ?? NO_TEXTS;
  }
}
