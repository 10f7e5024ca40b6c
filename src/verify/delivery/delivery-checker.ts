import type { Bill, ClassicalAgents } from '../../delivery/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { GUARANTEED } from './auction-house.ts';
import { CAMPAIGN_ACCOUNT, DEAL_CPMS, dealsOf } from './bidders.ts';
import { type ExchangeBid, type ExchangeBooks, perImpression } from './exchange-books.ts';
import type { DeliveryScenario } from './scenario.ts';

/** A promise of delivery that was broken. */
export interface DeliveryViolation {
  readonly rule: string;
  readonly detail: string;
}

/** What one bidder keeps to of what bidders decide for all. */
interface Keeper {
  readonly name: string;
  readonly agents: ClassicalAgents;
}

/**
 * When the weather has cleared, whatever was before: every bidder keeps to the same split, and names the same campaign
 * that makes good for a deal, and the same bidder that decided it (one executor or none).
 */
export function checkAgreement(bidders: readonly Keeper[]): DeliveryViolation[] {
  const kept = bidders.map(({ agents: { agreements } }) => {
    const { tranches, makeGoods } = agreements;
    const made = makeGoods.agreed.map(({ bought, ...decided }) => decided);
    return JSON.stringify({ split: [...tranches.deciders], parts: partsOf(agreements), made });
  });
  if (new Set(kept).size <= 1) return [];
  return [{ rule: 'one executor', detail: `bidders keep to different decisions: ${kept.join(' / ')}` }];
}

/** At every instant: no tranche is above the campaign's budget of the day, whatever the blackboard says. */
export function checkTranches({ budget }: DeliveryScenario, bidders: readonly Keeper[]): DeliveryViolation[] {
  return bidders.flatMap(({ name, agents }) => {
    const above = partsOf(agents.agreements).filter((part) => part > budget);
    return above.map((part) => ({ rule: 'tranche', detail: `${name} plans ${part} micros of ${budget}` }));
  });
}

function partsOf(agreements: ClassicalAgents['agreements']): readonly number[] {
  return [agreements.partOf(0), agreements.partOf(1)];
}

/** A lease is trusted this long after a good tick. */
const HEALTHY_MS = 3_000;

/**
 * At every instant: what the exchange could still collect is covered by what was set aside for it, purse by purse
 * (I1, I8, I9); and what is agreed is bid as agreed (F7, D8).
 */
export function checkExposure(
  scenario: DeliveryScenario,
  books: ExchangeBooks,
  made: readonly ExchangeBid[],
  now: number,
): DeliveryViolation[] {
  const violations: DeliveryViolation[] = [];
  for (const { dealId, cpm } of made) {
    const agreed = DEAL_CPMS[dealId];
    if (agreed !== undefined && cpm !== agreed)
      violations.push({ rule: 'ortb/F7', detail: `${dealId} was bid at ${cpm}, agreed is ${agreed}` });
  }
  const purses = [{ dealId: '', micros: scenario.budget }, ...dealsOf(scenario)];
  for (const { dealId, micros } of made.length === 0 ? [] : purses) {
    // What came too late, or slept on a disk until its money was no longer held, is judged in the ledger: it is paid
    // out of what is set aside, or disputed.
    const isDue = (bid: ExchangeBid) =>
      bid.billedAt === null ||
      (bid.billedAt <= bid.heldUntil && !(sleptOn(bid, scenario) && now > bid.heldUntil));
    const exposure = books.exposure((bid) => bid.dealId === dealId && isDue(bid), now);
    if (exposure > micros)
      violations.push({
        rule: 'inv/I1',
        detail: `${exposure} micros can be billed to ${dealId || 'the campaign'} of ${micros}`,
      });
  }
  return violations;
}

/** Whether a bidder had every means to bid on the guaranteed deal: its money then must not be the reason. */
export function isHealthy(
  bidder: { readonly isDead: boolean; readonly healthyAt: number },
  scenario: DeliveryScenario,
  books: ExchangeBooks,
  now: number,
): boolean {
  if (bidder.isDead || bidder.healthyAt < 0 || now - bidder.healthyAt > HEALTHY_MS) return false;
  const deal = dealsOf(scenario).find(({ dealId }) => dealId === GUARANTEED)!;
  const bids = books.bids.filter(({ dealId, isTest }) => dealId === GUARANTEED && !isTest);
  const taken = bids.length * perImpression(DEAL_CPMS[GUARANTEED]!);
  // Each bidder may hold a first slice of the deal's money, and that of a dead one returns only with time.
  const slices = (scenario.bidders + scenario.kills.length) * 21 * perImpression(DEAL_CPMS[GUARANTEED]!);
  return taken + slices < deal.micros;
}

/**
 * When all is over: every impression that the exchange billed and we acknowledged is paid once, at its price, or
 * disputed if it came too late; nothing else is paid; and all money that is not paid is back.
 */
export async function checkBooks(end: {
  readonly scenario: DeliveryScenario;
  readonly books: ExchangeBooks;
  readonly ledger: Ledger;
  readonly disputed: readonly Bill[];
  readonly spooled: number;
}): Promise<DeliveryViolation[]> {
  const { scenario, books, ledger, disputed, spooled } = end;
  const violations: DeliveryViolation[] = [];
  const say = (rule: string, detail: string) => void violations.push({ rule, detail });
  for (const sentence of (await ledger.audit()).violations) say('inv/I2', sentence);
  if (spooled > 0) say('inv/I14', `${spooled} bills are still on the disks`);
  const inDispute = new Set(disputed.map(({ id }) => id));
  let owed = 0;
  for (const bid of books.bids) {
    if (bid.toldTo === null) continue;
    const paid = await ledger.reservation(billId(bid));
    if (paid !== undefined) owed += perImpression(bid.clearing!);
    const fault = faultOf(bid, paid?.settled, inDispute.has(billId(bid)), sleptOn(bid, scenario));
    if (fault !== undefined) violations.push(fault);
  }
  const root = (await ledger.account('acme'))!;
  if (root.settled !== owed) say('inv/I7', `${root.settled} micros are paid, ${owed} were billed`);
  if (root.leased !== 0) say('inv/I14', `${root.leased} micros are still leased when all is over`);
  await checkDeals(scenario, ledger, say);
  return violations;
}

function billId({ bidId }: ExchangeBid): string {
  return `bill:exchange:${bidId}`;
}

/** Whether the bill may have waited on the disk of a bidder that slept until its lease was over. */
function sleptOn({ toldTo }: ExchangeBid, { sleeper }: DeliveryScenario): boolean {
  return sleeper !== null && toldTo === `b${sleeper}`;
}

/** What is wrong with how one bill ended. */
function faultOf(
  bid: ExchangeBid,
  settled: number | undefined,
  isDisputed: boolean,
  hasWaited: boolean,
): DeliveryViolation | undefined {
  const id = billId(bid);
  const price = perImpression(bid.clearing!);
  if (bid.isTest)
    return settled === undefined ? undefined : { rule: 'ortb/V11', detail: `a test was paid: ${id}` };
  if (settled !== undefined) {
    if (settled === price) return undefined;
    return { rule: 'fault/D9', detail: `${id} was paid ${settled} micros, billed ${price}` };
  }
  // A notice that was told and never acknowledged may have died with its receiver.
  if (bid.billedAt === null) return undefined;
  if (!isDisputed)
    return { rule: 'inv/I7', detail: `${id} was acknowledged and is neither paid nor disputed` };
  const isInTime = bid.billedAt <= bid.heldUntil && !hasWaited;
  return isInTime ? { rule: 'inv/I9', detail: `${id} came in time and found no money` } : undefined;
}

/** The money of a deal pays its own impressions and nothing else, and what is left is still its own. */
async function checkDeals(
  scenario: DeliveryScenario,
  ledger: Ledger,
  say: (rule: string, detail: string) => void,
): Promise<void> {
  for (const { dealId, micros } of dealsOf(scenario)) {
    const { reserved, settled } = (await ledger.account(`${CAMPAIGN_ACCOUNT}/${dealId}`))!;
    if (reserved + settled !== micros)
      say('inv/I5', `${dealId} was funded with ${micros} micros; ${settled} are paid and ${reserved} held`);
  }
}
