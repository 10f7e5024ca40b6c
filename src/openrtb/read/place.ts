import type { Inventory, SchainNode, SupplySource } from '../request.ts';
import { saidAt, wholeAt } from './fields.ts';
import { MAX_ENTRIES } from './limits.ts';
import { NODE, PLACE, PUBLISHER, REQUEST, SCHAIN, SCHAIN_EXT, SOURCE } from './shapes.ts';
import { NO_TEXTS, type Source } from './source.ts';

const NOWHERE: Inventory = Object.freeze({
  kind: 'none',
  id: '',
  domain: '',
  bundle: '',
  page: '',
  publisherId: '',
  publisherDomain: '',
  cat: NO_TEXTS,
  venueTypes: NO_TEXTS,
});

/** Whether the request claims two places at once (V2). */
export function hasTwoPlaces<Node>(source: Source<Node>, request: Node): boolean {
  let places = 0;
  for (const key of [REQUEST.site, REQUEST.app, REQUEST.dooh]) {
    if (source.object(request, key) !== source.none) places += 1;
  }
  return places > 1;
}

/** Where the ad would show. */
export function readInventory<Node>(source: Source<Node>, request: Node): Inventory {
  const { none } = source;
  const site = source.object(request, REQUEST.site);
  if (site !== none) return inventoryOf(source, site, 'site');
  const app = source.object(request, REQUEST.app);
  if (app !== none) return inventoryOf(source, app, 'app');
  const dooh = source.object(request, REQUEST.dooh);
  return dooh === none ? NOWHERE : inventoryOf(source, dooh, 'dooh');
}

function inventoryOf<Node>(source: Source<Node>, from: Node, kind: Inventory['kind']): Inventory {
  const publisher = source.object(from, PLACE.publisher);
  return {
    kind,
    id: source.text(from, PLACE.id),
    domain: source.text(from, PLACE.domain),
    bundle: kind === 'app' ? source.text(from, PLACE.bundle) : '',
    page: kind === 'site' ? source.text(from, PLACE.page) : '',
    publisherId: source.text(publisher, PUBLISHER.id),
    publisherDomain: source.text(publisher, PUBLISHER.domain),
    cat: source.texts(from, PLACE.cat, MAX_ENTRIES),
    venueTypes: kind === 'dooh' ? venueTypesOf(source, from) : NO_TEXTS,
  };
}

/** The table of the spec says `venuetype`, its examples `venuetypeid`; taxonomies number or name (I4). */
function venueTypesOf<Node>(source: Source<Node>, from: Node): readonly string[] {
  const types = source.idTexts(from, PLACE.venuetype, MAX_ENTRIES);
  return types.length > 0 ? types : source.idTexts(from, PLACE.venuetypeid, MAX_ENTRIES);
}

/** The transaction and the supply chain, which has had three places (S1, trap 11). */
export function readSource<Node>(source: Source<Node>, request: Node): SupplySource {
  const from = source.object(request, REQUEST.source);
  let schain = source.object(from, SOURCE.schain);
  if (schain === source.none) schain = source.object(source.object(from, SOURCE.ext), SCHAIN_EXT.schain);
  if (schain === source.none) schain = source.object(source.object(request, REQUEST.ext), SCHAIN_EXT.schain);
  return {
    tid: source.text(from, SOURCE.tid),
    hasSchain: schain !== source.none,
    complete: saidAt(source, schain, SCHAIN.complete),
    nodes: readNodes(source, schain),
  };
}

/** A node that is no object stays as an empty one: leaving it out would make a broken chain look whole. */
function readNodes<Node>(source: Source<Node>, schain: Node): readonly SchainNode[] {
  // All of them: the last is the exchange that asks us.
  return source.objects(schain, SCHAIN.nodes, Number.POSITIVE_INFINITY).map((node) => ({
    asi: source.text(node, NODE.asi),
    sid: source.text(node, NODE.sid),
    hp: wholeAt(source, node, NODE.hp, 0),
  }));
}
