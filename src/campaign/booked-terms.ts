import { readIntent } from '../deals/index.ts';
import type { DealTerms } from '../delivery/index.ts';
import type { EpochMs } from '../kernel/index.ts';
import type { AccountId, Ledger } from '../ledger/index.ts';

const DAY_MS = 86_400_000;

/** What a booking does not say, and delivery must know. */
export interface TermsContext {
  /** The channel's account; its deals lie below it. */
  readonly account: AccountId;
  /** The delivery campaign that the deals are for. */
  readonly campaign: string;
  /** The exchange on which a seller's deals are offered, and our seat there. */
  readonly tradedOn: (sellerId: string) => { readonly exchange: string; readonly seat: string };
  readonly format: DealTerms['format'];
  readonly countries: readonly string[];
}

/**
 * The deal book of a channel, read from the ledger: every deal that the desk booked, on the account and out of the
 * reservation that its booking left there. So a deal's impressions are paid from its booking's money, once.
 * @throws GV_LEDGER_UNAVAILABLE
 */
export async function bookedDealTerms(ledger: Ledger, context: TermsContext): Promise<readonly DealTerms[]> {
  const { account, campaign, tradedOn, format, countries } = context;
  const terms: DealTerms[] = [];
  for (const reservation of await ledger.reservations({ account, state: 'reserved' })) {
    const intent = readIntent(reservation.memo);
    if (intent === undefined || intent.dealId === null) continue;
    if (intent.state !== 'booked' && intent.state !== 'confirmed') continue;
    const { dealType, cpm, impressions, flight } = intent.expected;
    terms.push({
      ...tradedOn(intent.sellerId),
      dealId: intent.dealId,
      type: dealType,
      campaign,
      account: reservation.account,
      reservation: reservation.id,
      cpm,
      impressions,
      start: Date.parse(`${flight.start}T00:00:00Z`) as EpochMs,
      // The last day counts whole.
      end: (Date.parse(`${flight.end}T00:00:00Z`) + DAY_MS) as EpochMs,
      countries,
      format,
      publishers: [],
      paused: false,
    });
  }
  return terms;
}
