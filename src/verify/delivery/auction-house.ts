import { createHmac } from 'node:crypto';
import type { RandomStream } from '../../kernel/index.ts';
import { type ExchangeBid, ExchangeBooks } from './exchange-books.ts';
import type { DeliveryScenario } from './scenario.ts';

/** A notice on its way. */
interface Sent {
  readonly due: number;
  readonly target: string;
  readonly bid: ExchangeBid | null;
  readonly kind: 'win' | 'bill' | 'loss' | 'forged';
  readonly tries: number;
}

/** Names of the deals of the scenario. */
export const GUARANTEED = 'deal-pg';
export const PREFERRED = 'deal-pd';

/** Milliseconds after which an exchange asks again, and how often. */
const RETRY_MS = 10_000;
const MOST_TRIES = 12;
/** Longer than any lease lives. */
const TOO_LATE_MS = 900_000;

/** Answers one request; null for no bid. */
export type Answer = (body: Uint8Array) => Uint8Array | null;

/**
 * A model of an exchange: asks, sells, and sends notices through bad weather. It reads the bidder's answers with
 * `JSON.parse` and shares no code with it.
 */
export class AuctionHouse {
  readonly books = new ExchangeBooks();
  readonly #scenario: DeliveryScenario;
  readonly #random: RandomStream;
  #sent: Sent[] = [];
  #requests = 0;

  constructor(scenario: DeliveryScenario, random: RandomStream) {
    this.#scenario = scenario;
    this.#random = random;
  }

  /** Whether notices are still on their way. */
  get isSilent(): boolean {
    return this.#sent.length === 0;
  }

  /** Asks once, sells what is bid, and puts the notices on their way. Returns the deals offered and those answered. */
  ask(
    answer: Answer,
    now: number,
  ): { readonly offered: readonly string[]; readonly bids: readonly ExchangeBid[] } {
    this.#requests += 1;
    const { guaranteed, preferred } = this.#scenario;
    const offered = [...(guaranteed > 0 ? [GUARANTEED] : []), ...(preferred > 0 ? [PREFERRED] : [])].filter(
      () => this.#random.int(3) > 0,
    );
    const isTest = this.#random.int(10) === 0;
    const body = answer(Buffer.from(JSON.stringify(requestBody(this.#requests, offered, isTest))));
    const bids = body === null ? [] : readBids(body, now, isTest);
    for (const bid of bids) {
      this.books.add(bid);
      this.#sell(bid, now);
    }
    return { offered, bids };
  }

  /** Delivers what is due; what is not acknowledged is sent again. */
  async deliver(
    now: number,
    send: (target: string, onTold: (bidder: string) => void) => Promise<number>,
  ): Promise<void> {
    const due = this.#sent.filter((notice) => notice.due <= now);
    this.#sent = this.#sent.filter((notice) => notice.due > now);
    for (const notice of due) {
      const { bid, kind } = notice;
      const status = await send(notice.target, (bidder) => {
        if (kind === 'bill' && bid !== null && bid.billedAt === null) bid.toldTo = bidder;
      });
      if (status === 204) {
        if (kind === 'bill' && bid !== null && bid.billedAt === null) bid.billedAt = now;
      } else if (kind !== 'forged' && notice.tries < MOST_TRIES)
        this.#sent.push({ ...notice, due: now + RETRY_MS, tries: notice.tries + 1 });
    }
  }

  #sell(bid: ExchangeBid, now: number): void {
    const random = this.#random;
    const isDeal = bid.dealId !== '';
    if (!isDeal && random.float() >= this.#scenario.winRate) {
      bid.isLost = true;
      if (random.int(2) === 0) this.#send(bid, 'loss', bid.win.replace('/win/', '/loss/'), now);
      return;
    }
    bid.clearing = isDeal ? bid.cpm : Math.max(1, bid.cpm - random.int(Math.max(1, Math.floor(bid.cpm / 4))));
    const price = (bid.clearing / 1_000_000).toFixed(6);
    this.#send(bid, 'win', withPrice(bid.win, price), now);
    // A tenth of what is won is never shown, and so never billed.
    if (random.int(10) > 0) this.#send(bid, 'bill', withPrice(bid.bill, price), now);
    if (random.float() < this.#scenario.notices.forged) {
      const target = forge(bid.bill, price, random);
      this.#sent.push({ due: now + random.int(5_000), target, bid: null, kind: 'forged', tries: 0 });
    }
  }

  #send(bid: ExchangeBid, kind: 'win' | 'bill' | 'loss', target: string, now: number): void {
    const { duplicated, delayed, lost, tooLate } = this.#scenario.notices;
    const random = this.#random;
    if (random.float() < lost) return;
    const copies = random.float() < duplicated ? 2 + random.int(3) : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      let wait = random.int(800);
      if (random.float() < delayed) wait += random.int(40_000);
      if (random.float() < tooLate) wait += TOO_LATE_MS;
      this.#sent.push({ due: now + wait, target, bid, kind, tries: 0 });
    }
  }
}

function requestBody(number: number, deals: readonly string[], isTest: boolean): object {
  return {
    id: `request-${number}`,
    at: 1,
    tmax: 200,
    test: isTest ? 1 : 0,
    cur: ['USD'],
    imp: [
      {
        id: '1',
        secure: 1,
        bidfloor: 0.5,
        banner: { w: 300, h: 250 },
        pmp: { deals: deals.map((id) => ({ id, guar: id === GUARANTEED ? 1 : 0 })) },
      },
    ],
    site: { id: 's1', domain: 'news.example', publisher: { id: 'p1' } },
    device: { ua: 'Mozilla/5.0', devicetype: 2, language: 'en', geo: { country: 'USA' } },
    user: { buyeruid: `user-${number % 40}` },
  };
}

interface WireBid {
  readonly id: string;
  readonly price: number;
  readonly dealid?: string;
  readonly exp?: number;
  readonly nurl: string;
  readonly burl: string;
}

function readBids(body: Uint8Array, now: number, isTest: boolean): ExchangeBid[] {
  const { seatbid } = JSON.parse(Buffer.from(body).toString()) as { seatbid: { bid: WireBid[] }[] };
  return seatbid
    .flatMap(({ bid }) => bid)
    .map((bid) => ({
      bidId: bid.id,
      dealId: bid.dealid ?? '',
      cpm: Math.round(bid.price * 1_000_000),
      isTest,
      at: now,
      heldUntil: now + (bid.exp ?? 0) * 1000,
      win: pathOf(bid.nurl),
      bill: pathOf(bid.burl),
      clearing: null,
      isLost: false,
      toldTo: null,
      billedAt: null,
    }));
}

function pathOf(url: string): string {
  return url.slice(new URL(url).origin.length);
}

function withPrice(target: string, price: string): string {
  return target.replaceAll(/\$\{AUCTION_PRICE\}/g, price);
}

/** A notice that nobody sent: of a bid that was never made, of another kind than it was signed for, or with a key of the forger's. */
function forge(target: string, price: string, random: RandomStream): string {
  const filled = withPrice(target, price);
  const token = /t=([^&]*)/.exec(filled)?.[1] ?? '';
  const fields = token.split('.');
  const kind = random.int(3);
  if (kind === 0) return filled.replace('/bill/', '/imp/');
  fields[7] = `${fields[7]!}x`;
  if (kind === 1)
    fields[fields.length - 1] = createHmac('sha256', 'guess').update(token).digest('base64url').slice(0, 11);
  return filled.replace(token, fields.join('.'));
}
