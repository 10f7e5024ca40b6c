/**
 * The checker. It reads the sellers' own books and the report a user would see, does its own arithmetic, and
 * shares no code with the desk: if both had the same mistake, it would prove nothing. Amounts are plain
 * micro-units in the budget's currency unless they say otherwise.
 */

/** A live contract as its seller's books have it. */
export interface BookedContract {
  readonly sellerUrl: string;
  readonly dealId: string;
  readonly quoteId: string;
  readonly dealType: string;
  readonly cpmMicros: number;
  readonly currency: string;
  readonly impressions: number;
  /** When it was made, and when the quote it was made from ended; ms by the true clock. */
  readonly createdAt: number;
  readonly quoteExpiresAt: number;
}

/** What the buyer shows its user, reduced to what can be held against it. */
export interface BuyerReport {
  readonly budgetMicros: number;
  readonly maxCpmMicros: number | null;
  readonly totalSpendMicros: number;
  readonly remainingMicros: number;
  readonly discoveredUrls: readonly string[];
  readonly quotedUrls: readonly string[];
  readonly ranked: readonly {
    readonly sellerId: string;
    readonly sellerUrl: string;
    readonly quoteId: string;
    readonly cpmMicros: number | null;
    readonly currency: string | null;
  }[];
  readonly deals: readonly {
    readonly sellerId: string;
    readonly sellerUrl: string;
    readonly dealId: string;
    readonly quoteId: string;
    readonly committedMicros: number;
  }[];
  /** Quotes of bookings whose outcome the buyer says it does not know, and what it holds for each. */
  readonly unknown: readonly {
    readonly sellerUrl: string;
    readonly quoteId: string;
    readonly heldMicros: number;
  }[];
  /** Seller deals the buyer says it holds money for besides its own (duplicates it could not cancel). */
  readonly coveredMicros: number;
  readonly auditViolations: readonly string[];
}

/** What the checker knows of the market that the buyer does not. */
export interface MarketTruth {
  readonly sellers: readonly { readonly id: string; readonly url: string; readonly honest: boolean }[];
  readonly contracts: readonly BookedContract[];
  /** Units of the budget's currency for one unit of each, by the true rate. */
  readonly rates: Readonly<Record<string, number>>;
  /** No fault struck and the buyer was not crashed: every honest seller must have been heard. */
  readonly calm: boolean;
  /** Faults stopped, and time enough has passed for every booking to end. */
  readonly settled: boolean;
}

export interface Violation {
  /** The invariant it breaks. */
  readonly rule: string;
  readonly detail: string;
}

/** Every promise the run broke; empty when it kept them all. */
export function check(report: BuyerReport, truth: MarketTruth): readonly Violation[] {
  return [
    // The most telling first: what is wrong with one quote or contract before what is wrong with the sum.
    ...checkRanking(report, truth),
    ...checkContracts(report, truth),
    ...checkDeals(report, truth),
    ...checkBudget(report, truth),
    ...checkHearing(report, truth),
    ...report.auditViolations.map((detail) => ({ rule: 'I2 the books add up', detail })),
  ];
}

function worth(contract: BookedContract, truth: MarketTruth): number {
  return (
    ((contract.cpmMicros * contract.impressions) / 1000) *
    (truth.rates[contract.currency] ?? Number.POSITIVE_INFINITY)
  );
}

function checkBudget(report: BuyerReport, truth: MarketTruth): Violation[] {
  const found: Violation[] = [];
  const contracted = truth.contracts.reduce((sum, contract) => sum + worth(contract, truth), 0);
  if (!(contracted <= report.budgetMicros)) {
    found.push({
      rule: 'I1 never above the budget',
      detail: `sellers hold contracts of ${contracted}, the budget is ${report.budgetMicros}`,
    });
  }
  if (!(contracted <= report.totalSpendMicros + report.coveredMicros + 1)) {
    found.push({
      rule: 'I4 all is reserved',
      detail: `sellers hold contracts of ${contracted}, the buyer shows ${report.totalSpendMicros}`,
    });
  }
  const held =
    sum(report.deals.map((deal) => deal.committedMicros)) +
    sum(report.unknown.map((each) => each.heldMicros));
  if (held + report.coveredMicros !== report.totalSpendMicros) {
    found.push({
      rule: 'I2 the report adds up',
      detail: `deals and unknowns come to ${held}, the total says ${report.totalSpendMicros}`,
    });
  }
  if (report.totalSpendMicros + report.remainingMicros !== report.budgetMicros) {
    found.push({
      rule: 'I2 the report adds up',
      detail: `${report.totalSpendMicros} + ${report.remainingMicros} is not ${report.budgetMicros}`,
    });
  }
  return found;
}

function checkContracts(report: BuyerReport, truth: MarketTruth): Violation[] {
  const found: Violation[] = [];
  const perQuote = new Map<string, BookedContract[]>();
  for (const contract of truth.contracts) {
    const key = `${contract.sellerUrl} ${contract.quoteId}`;
    perQuote.set(key, [...(perQuote.get(key) ?? []), contract]);
    const known =
      report.deals.some(
        (deal) => deal.sellerUrl === contract.sellerUrl && deal.quoteId === contract.quoteId,
      ) ||
      report.unknown.some(
        (each) => each.sellerUrl === contract.sellerUrl && each.quoteId === contract.quoteId,
      );
    if (!known) {
      found.push({
        rule: 'I4 no orphan',
        detail: `${contract.sellerUrl} holds ${contract.dealId}, of which the buyer says nothing`,
      });
    }
    if (contract.createdAt > contract.quoteExpiresAt) {
      found.push({
        rule: 'I6 no expired quote',
        detail: `${contract.dealId} was booked ${contract.createdAt - contract.quoteExpiresAt} ms after its quote ended`,
      });
    }
    const clearing = contract.dealType === 'PA' ? contract.cpmMicros * 1.2 : contract.cpmMicros;
    const effective = clearing * (truth.rates[contract.currency] ?? Number.POSITIVE_INFINITY);
    if (report.maxCpmMicros !== null && effective > report.maxCpmMicros + 1) {
      found.push({
        rule: 'ceiling',
        detail: `${contract.dealId} costs ${effective} effective CPM, the ceiling is ${report.maxCpmMicros}`,
      });
    }
  }
  // A seller that makes two contracts of one request may not cancel the second; then its worth must be held too.
  let uncovered = -report.coveredMicros;
  for (const [key, contracts] of perQuote) {
    const extra = sum(contracts.slice(1).map((contract) => worth(contract, truth)));
    uncovered += extra;
    if (extra > 0 && uncovered > 1) {
      found.push({
        rule: 'I3 one contract per booking',
        detail: `${key} was booked ${contracts.length} times`,
      });
    }
  }
  return found;
}

function checkDeals(report: BuyerReport, truth: MarketTruth): Violation[] {
  const found: Violation[] = [];
  for (const deal of report.deals) {
    const seller = truth.sellers.find((each) => each.url === deal.sellerUrl);
    if (seller === undefined || seller.id !== deal.sellerId) {
      found.push({
        rule: 'I6 the seller is who we are connected to',
        detail: `${deal.dealId} is shown as ${deal.sellerId}, bought at ${deal.sellerUrl}`,
      });
    }
    const contract = truth.contracts.find(
      (each) => each.sellerUrl === deal.sellerUrl && each.dealId === deal.dealId,
    );
    if (contract === undefined) {
      if (seller?.honest === true)
        found.push({ rule: 'I3 no phantom', detail: `${deal.sellerUrl} holds no contract ${deal.dealId}` });
    } else if (worth(contract, truth) > deal.committedMicros + 1) {
      found.push({
        rule: 'I5 reserved is what is owed',
        detail: `${deal.dealId} is worth ${worth(contract, truth)}, reserved ${deal.committedMicros}`,
      });
    }
  }
  if (truth.settled) {
    for (const each of report.unknown) {
      const honest = truth.sellers.find((seller) => seller.url === each.sellerUrl)?.honest === true;
      if (honest)
        found.push({
          rule: 'I14 every booking ends',
          detail: `the booking of ${each.quoteId} at ${each.sellerUrl} is still unknown`,
        });
    }
  }
  return found;
}

function checkRanking(report: BuyerReport, truth: MarketTruth): Violation[] {
  const found: Violation[] = [];
  for (const quote of report.ranked) {
    const bad = (detail: string) =>
      found.push({
        rule: 'I6 only sound quotes are ranked',
        detail: `${quote.quoteId} of ${quote.sellerUrl}: ${detail}`,
      });
    const price = quote.cpmMicros;
    if (price !== null && !(Number.isInteger(price) && price > 0 && price <= 1e10))
      bad(`its price is ${price} micros`);
    const seller = truth.sellers.find((each) => each.url === quote.sellerUrl);
    if (seller === undefined || seller.id !== quote.sellerId)
      bad(`it is shown as coming from ${quote.sellerId}`);
    if (quote.currency !== null && truth.rates[quote.currency] === undefined)
      bad(`its currency is ${quote.currency}`);
  }
  return found;
}

function checkHearing(report: BuyerReport, truth: MarketTruth): Violation[] {
  if (!truth.calm) return [];
  return truth.sellers
    .filter((seller) => seller.honest && !report.quotedUrls.includes(seller.url))
    .map((seller) => ({
      rule: 'I12 a bad seller changes nothing for the others',
      detail: `honest ${seller.url} was not heard`,
    }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
