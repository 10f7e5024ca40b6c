import { fixed, roundHalfEven } from './rounding.ts';
import { TIER_RULES, type Tier } from './tiers.ts';

/** An open or closed negotiation; prices in dollars per thousand. */
export interface Negotiation {
  readonly negotiationId: string;
  readonly productId: string;
  readonly tier: Tier;
  readonly baseCpm: number;
  readonly floorCpm: number;
  status: 'active' | 'accepted' | 'rejected';
  readonly rounds: Round[];
  /** The seller has made its final offer: accept it or leave it. */
  finalOfferMade: boolean;
  readonly startedAt: number;
  completedAt: number | null;
}

export interface Round {
  readonly roundNumber: number;
  readonly buyerPrice: number;
  readonly sellerPrice: number;
  readonly action: 'accept' | 'counter' | 'reject' | 'final_offer';
  readonly concession: number;
  readonly cumulativeConcession: number;
  readonly rationale: string;
  readonly at: number;
}

/** The seller's opening price: list less the tier discount; a volume discount or a quoted price plays no part. */
export function openingPrice(listCpm: number, tier: Tier): number {
  return roundHalfEven(listCpm * (1 - TIER_RULES[tier].discount), 2);
}

export function lastSellerPrice(negotiation: Negotiation): number {
  return negotiation.rounds.at(-1)?.sellerPrice ?? negotiation.baseCpm;
}

type Move = Pick<Round, 'action' | 'sellerPrice' | 'concession' | 'rationale'>;

/** The seller's answer to a buyer's price, entered in the negotiation (wire §6.3, in its order of rules). */
export function answerPrice(negotiation: Negotiation, buyerPrice: number, at: number): Round {
  const roundNumber = negotiation.rounds.length + 1;
  const given = negotiation.rounds.at(-1)?.cumulativeConcession ?? 0;
  const move = moveFor(negotiation, buyerPrice, roundNumber, given);
  const round: Round = {
    ...move,
    roundNumber,
    buyerPrice,
    cumulativeConcession: given + move.concession,
    at,
  };
  negotiation.rounds.push(round);
  if (move.action === 'final_offer') negotiation.finalOfferMade = true;
  if (move.action === 'accept' || move.action === 'reject') {
    negotiation.status = move.action === 'accept' ? 'accepted' : 'rejected';
    negotiation.completedAt = at;
  }
  return round;
}

function moveFor(negotiation: Negotiation, buyer: number, roundNumber: number, given: number): Move {
  const { baseCpm, floorCpm } = negotiation;
  const rules = TIER_RULES[negotiation.tier];
  const last = lastSellerPrice(negotiation);
  const of = `round ${roundNumber}/${rules.maxRounds}`;
  if (buyer >= baseCpm || buyer >= last) return accept(buyer, 0);
  if (buyer <= 0) {
    return reject(baseCpm, `Buyer price $${fixed(buyer, 2)} is not a valid offer. Cannot negotiate.`);
  }
  if (negotiation.finalOfferMade || roundNumber > rules.maxRounds)
    return reject(baseCpm, 'No further concessions are possible. Negotiation closed.');
  if (buyer < floorCpm) {
    const rationale = `Buyer offer $${fixed(buyer, 2)} is below our floor. Countering at the floor price $${fixed(floorCpm, 2)} CPM — the minimum viable price for this inventory (${of}).`;
    return {
      action: roundNumber === rules.maxRounds ? 'final_offer' : 'counter',
      sellerPrice: floorCpm,
      concession: Math.max(0, (baseCpm - floorCpm) / baseCpm - given),
      rationale,
    };
  }
  return concede(negotiation, buyer, roundNumber, given);
}

/** Rules 5 and 6: a share of the gap, within the caps; the final offer when little is left to give. */
function concede(negotiation: Negotiation, buyer: number, roundNumber: number, given: number): Move {
  const { baseCpm, floorCpm } = negotiation;
  const rules = TIER_RULES[negotiation.tier];
  const last = lastSellerPrice(negotiation);
  const concessionTo = (price: number) => Math.max(0, (baseCpm - price) / baseCpm - given);
  const lowest = Math.max(floorCpm, baseCpm * (1 - rules.totalCap));
  const share = last - rules.gapShare * (last - buyer);
  const counter = roundHalfEven(Math.max(share, last - rules.perRoundCap * baseCpm, lowest), 2);
  const step = concessionTo(counter);
  const how = `(${rules.strategy} strategy, round ${roundNumber}/${rules.maxRounds})`;
  if (roundNumber < rules.maxRounds && step < 0.8 * (rules.totalCap - given)) {
    const rationale = `Counter at $${fixed(counter, 2)} CPM ${how}.`;
    return { action: 'counter', sellerPrice: counter, concession: step, rationale };
  }
  const final = roundHalfEven(lowest, 2);
  // What is noted as conceded is the step to the counter that was not made, as the real one notes it.
  if (buyer >= final) return accept(buyer, step);
  const rationale = `Final offer at $${fixed(final, 2)} CPM ${how}.`;
  return { action: 'final_offer', sellerPrice: final, concession: concessionTo(final), rationale };
}

/** At the buyer's own price, even above our last one: a trap of wire §6.3. */
function accept(sellerPrice: number, concession: number): Move {
  const rationale = 'Buyer price meets or exceeds seller target. Deal accepted.';
  return { action: 'accept', sellerPrice, concession, rationale };
}

function reject(sellerPrice: number, rationale: string): Move {
  return { action: 'reject', sellerPrice, concession: 0, rationale };
}
