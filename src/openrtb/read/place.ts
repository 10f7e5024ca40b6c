import type { Inventory, SchainNode, SupplySource } from '../request.ts';
import {
  type Fields,
  idText,
  listAt,
  objectAt,
  objectOr,
  saidAt,
  textAt,
  textsAt,
  wholeAt,
} from './fields.ts';
import { MAX_ENTRIES } from './limits.ts';

const NOWHERE: Inventory = Object.freeze({
  kind: 'none',
  id: '',
  domain: '',
  bundle: '',
  page: '',
  publisherId: '',
  publisherDomain: '',
  cat: [],
  venueTypes: [],
});

/** Where the ad would show; undefined when the request claims two places at once (V2). */
export function readInventory(request: Fields): Inventory | undefined {
  const site = objectOr(request.site);
  const app = objectOr(request.app);
  const dooh = objectOr(request.dooh);
  const given = Number(site !== undefined) + Number(app !== undefined) + Number(dooh !== undefined);
  if (given > 1) return undefined;
  const from = site ?? app ?? dooh;
  if (from === undefined) return NOWHERE;
  const publisher = objectAt(from, 'publisher');
  return {
    kind: site !== undefined ? 'site' : app !== undefined ? 'app' : 'dooh',
    id: textAt(from, 'id'),
    domain: textAt(from, 'domain'),
    bundle: app === undefined ? '' : textAt(from, 'bundle'),
    page: site === undefined ? '' : textAt(from, 'page'),
    publisherId: textAt(publisher, 'id'),
    publisherDomain: textAt(publisher, 'domain'),
    cat: textsAt(from, 'cat'),
    venueTypes: dooh === undefined ? [] : venueTypesOf(dooh),
  };
}

/** The table of the spec says `venuetype`, its examples `venuetypeid`; taxonomies number or name (I4). */
function venueTypesOf(dooh: Fields): readonly string[] {
  const value = dooh.venuetype ?? dooh.venuetypeid;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list
    .map(idText)
    .filter((text) => text !== '')
    .slice(0, MAX_ENTRIES);
}

/** The transaction and the supply chain, which has had three places (S1, trap 11). */
export function readSource(request: Fields): SupplySource {
  const from = objectAt(request, 'source');
  const schain =
    objectOr(from.schain) ??
    objectOr(objectAt(from, 'ext').schain) ??
    objectOr(objectAt(request, 'ext').schain);
  return {
    tid: textAt(from, 'tid'),
    hasSchain: schain !== undefined,
    complete: schain === undefined ? -1 : saidAt(schain, 'complete'),
    nodes: schain === undefined ? [] : listAt(schain, 'nodes').map(readNode),
  };
}

/** A node that is no object stays as an empty one: leaving it out would make a broken chain look whole. */
function readNode(value: unknown): SchainNode {
  const node = objectOr(value);
  if (node === undefined) return { asi: '', sid: '', hp: 0 };
  return { asi: textAt(node, 'asi'), sid: textAt(node, 'sid'), hp: wholeAt(node, 'hp', 0) };
}
