import type { EpochMs } from '../../kernel/index.ts';
import type { ExchangeProfile } from '../profiles/profile.ts';
import type { BidRequest, SupplySource } from '../request.ts';
import { plainDomain } from '../rules/creative-facts.ts';
import type { Refusal } from '../rules/no-bid.ts';
import type { Authorisation, Authorisations } from './authorisations.ts';
import type { SupplyPolicy } from './policy.ts';

const MAX_SID = 64;

/**
 * Whether we may buy by this path: '' or why not (S2–S5). The chain must be whole and end at the exchange that called
 * us; the publisher's ads.txt must list its first account and the exchange's.
 */
export function judgeSupply(
  request: BidRequest,
  profile: ExchangeProfile,
  authorisations: Authorisations,
  policy: SupplyPolicy,
  now: EpochMs,
): Refusal {
  const { source } = request;
  const chain = source.hasSchain ? judgeChain(source, profile.asi, policy) : missing(policy);
  if (chain !== '') return chain;
  const domain = publisherDomain(request, authorisations);
  // Screens have no ads.txt, and neither has a publisher whose domain nobody says.
  if (request.inventory.kind === 'dooh') return '';
  if (domain === '') return policy.unknownAdsTxt === 'allow' ? '' : 'ads-txt-unavailable';
  return judgeAccounts(request, domain, profile, authorisations, policy, now);
}

function missing(policy: SupplyPolicy): Refusal {
  return policy.missingSchain === 'allow' ? '' : 'schain-incomplete';
}

function judgeChain({ nodes, complete }: SupplySource, asi: string, policy: SupplyPolicy): Refusal {
  if (nodes.length === 0 || nodes.length > policy.maxHops || complete === -1) return 'schain-invalid';
  for (const node of nodes) {
    if (node.asi === '' || node.sid === '' || node.sid.length > MAX_SID || node.hp !== 1)
      return 'schain-invalid';
    if (isBlocked(node.asi, node.sid, policy)) return 'schain-node-blocked';
  }
  if (nodes[nodes.length - 1]!.asi.toLowerCase() !== asi) return 'schain-invalid';
  return complete === 0 && policy.incompleteSchain === 'refuse' ? 'schain-incomplete' : '';
}

function isBlocked(asi: string, sid: string, { blockedNodes }: SupplyPolicy): boolean {
  if (blockedNodes.size === 0) return false;
  const system = asi.toLowerCase();
  return blockedNodes.has(system) || blockedNodes.has(`${system}/${sid.toLowerCase()}`);
}

/** Where the publisher's file lies: the site's domain, or the developer's by the app's store listing. */
function publisherDomain({ inventory }: BidRequest, authorisations: Authorisations): string {
  if (inventory.kind !== 'app') return plainDomain(inventory.domain || inventory.publisherDomain);
  const developer = authorisations.appDomain(inventory.bundle);
  return developer !== '' ? developer : plainDomain(inventory.domain || inventory.publisherDomain);
}

function judgeAccounts(
  { source, inventory }: BidRequest,
  domain: string,
  profile: ExchangeProfile,
  authorisations: Authorisations,
  policy: SupplyPolicy,
  now: EpochMs,
): Refusal {
  const { nodes } = source;
  const { maxAgeMs } = policy;
  const kind = inventory.kind === 'app' ? 'app-ads.txt' : 'ads.txt';
  const of = (asi: string, sid: string) =>
    authorisations.authorisation(kind, domain, asi, sid, now, maxAgeMs);
  const last = nodes[nodes.length - 1];
  const exchangeSid = last?.sid ?? inventory.publisherId;
  const exchange = of(profile.asi, exchangeSid);
  const refusal = refusalOf(exchange, policy);
  if (refusal !== '') return refusal;
  // An incomplete chain does not begin with the publisher; its first account is somebody's in the middle.
  const first = source.complete === 1 ? nodes[0] : undefined;
  const asi = first?.asi ?? profile.asi;
  const sid = first?.sid ?? exchangeSid;
  const own = nodes.length > 1 && first !== undefined ? of(asi, sid) : exchange;
  const firstRefusal = refusalOf(own, policy);
  if (firstRefusal !== '' || own !== 'direct' || policy.contradictedSeller === 'allow') return firstRefusal;
  const ownership = authorisations.ownership(kind, domain, asi, sid, now, maxAgeMs);
  return ownership === 'contradicted' ? 'ads-txt-violation' : '';
}

function refusalOf(authorisation: Authorisation, policy: SupplyPolicy): Refusal {
  if (authorisation === 'unlisted') return 'ads-txt-violation';
  return authorisation === 'unknown' && policy.unknownAdsTxt === 'refuse' ? 'ads-txt-unavailable' : '';
}
