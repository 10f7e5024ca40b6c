import { GavotteError, type Micros, type Money, showMoney } from '../../kernel/index.ts';
import { negotiationBody, negotiationReply } from '../clients/wire/negotiation.ts';
import { readAs } from '../clients/wire/read.ts';
import type { NegotiationReply, Quote } from '../types.ts';
import type { Probe } from './probe.ts';
import type { SellerCheck } from './report.ts';

/** What is offered, in percent of the quoted price: low enough that no seller takes it. */
const OFFERS = [30, 32, 34];
const LEAST_CONCESSION_MICROS = 10_000;

interface Round {
  readonly offer: Money;
  readonly reply: NegotiationReply;
}

/** Haggles three times over a quote that will not be booked, then says no; nothing is agreed. */
export async function tryNegotiation(
  probe: Probe,
  quote: Quote,
  newKey: () => string,
): Promise<{ readonly checks: readonly SellerCheck[]; readonly raw: readonly unknown[] }> {
  const raw: unknown[] = [];
  const rounds: Round[] = [];
  const price = quote.finalCpm;
  if (price === null || price.amountMicros <= 0) return { checks: [], raw };
  try {
    for (const percent of OFFERS) {
      const offer = { ...price, amountMicros: Math.floor((price.amountMicros * percent) / 100) as Micros };
      const message = {
        idempotencyKey: newKey(),
        quoteId: quote.quoteId,
        action: 'counter',
        buyerPrice: offer,
      } as const;
      const body = await probe.ask('negotiation', '/api/v1/negotiations/messages', negotiationBody(message));
      raw.push(body);
      rounds.push({ offer, reply: readAs(negotiationReply, body, 'the negotiation reply') });
      if (rounds.at(-1)!.reply.status !== 'active') break;
    }
    await probe.send(
      '/api/v1/negotiations/messages',
      negotiationBody({ idempotencyKey: newKey(), quoteId: quote.quoteId, action: 'reject' }),
    );
  } catch (thrown) {
    const error = GavotteError.from(thrown);
    const status = error.code === 'GV_RESPONSE_INVALID' ? 'fail' : 'warn';
    return {
      checks: [{ check: 'negotiation', status, detail: `it does not negotiate: ${error.message}` }],
      raw,
    };
  }
  const fault = faultOf(rounds, quote);
  const last = rounds.at(-1)?.reply.sellerPrice;
  const detail = fault ?? `it counters at ${last == null ? 'no price' : showMoney(last)}`;
  return { checks: [{ check: 'negotiation', status: fault === null ? 'pass' : 'fail', detail }], raw };
}

/** What is wrong with a seller's counters; null when nothing is. */
function faultOf(rounds: readonly Round[], quote: Quote): string | null {
  for (const [index, round] of rounds.entries()) {
    const fault = faultOfOne(round) ?? faultOfChange(rounds[index - 1], round);
    if (fault !== null) return fault;
  }
  const first = rounds[0]?.reply.sellerPrice ?? null;
  const list = quote.baseCpm ?? quote.finalCpm;
  return first !== null && list !== null && first.amountMicros > list.amountMicros
    ? `it counters at ${showMoney(first)}, above its list price of ${showMoney(list)}`
    : null;
}

function faultOfOne({ offer, reply: { sellerPrice, status } }: Round): string | null {
  if (sellerPrice === null) return null;
  if (sellerPrice.currency !== offer.currency)
    return `it answers an offer in ${offer.currency} in ${sellerPrice.currency}`;
  return status === 'accepted' && sellerPrice.amountMicros > offer.amountMicros
    ? `it "accepts" ${showMoney(offer)} at ${showMoney(sellerPrice)}`
    : null;
}

function faultOfChange(before: Round | undefined, { reply }: Round): string | null {
  const last = before?.reply.sellerPrice;
  const { sellerPrice } = reply;
  if (before === undefined || last == null || sellerPrice === null) return null;
  const conceded = last.amountMicros - sellerPrice.amountMicros;
  if (conceded < 0) return `it raised its price from ${showMoney(last)} to ${showMoney(sellerPrice)}`;
  if (reply.status !== 'active' || reply.roundsRemaining < before.reply.roundsRemaining) return null;
  return conceded > 0 && conceded < LEAST_CONCESSION_MICROS
    ? 'it concedes less than a cent per round and never runs out of rounds'
    : 'it never runs out of rounds';
}
