import { timestamp } from '../seller/state.ts';
import type { MarketLiar } from './liar.ts';
import { DEALS, editing, QUOTES } from './tamper.ts';

const EXPIRES = 'quote.expires_at';
const MINUTE_MS = 60_000;
/** With this life a clock ten minutes off turns a good quote into a dead one, or a dead one into a good one. */
const SHORT_LIFE_MS = 5 * MINUTE_MS;

/** A seller whose clock is off: it writes wrong times and keeps its own. Its quotes live for five minutes. */
function clockOff(kind: string, offsetMs: number, description: string): MarketLiar {
  const shifted = (text: unknown, by: number) => timestamp(Date.parse(String(text)) + by);
  return {
    kind,
    fault: 'B7',
    description,
    wrap: (honest) => {
      const quoting = editing(honest, QUOTES, (reply) => {
        const created = reply.get('quote.created_at');
        reply.set(EXPIRES, shifted(created, SHORT_LIFE_MS + offsetMs));
        reply.set('quote.created_at', shifted(created, offsetMs));
      });
      return editing(quoting, DEALS, (reply) =>
        reply.set('deal.created_at', shifted(reply.get('deal.created_at'), offsetMs)),
      );
    },
  };
}

/** A quote whose end is `text` at the time of the answer. */
function ending(kind: string, end: (now: number) => unknown, description: string): MarketLiar {
  return {
    kind,
    fault: 'B7',
    description,
    wrap: (honest, { clock }) => editing(honest, QUOTES, (reply) => reply.set(EXPIRES, end(clock.now()))),
  };
}

export const TIME_LIARS: readonly MarketLiar[] = [
  ending('expired-quote', (now) => timestamp(now - 60 * MINUTE_MS), 'its quote ended an hour ago'),
  ending('expiring-quote', (now) => timestamp(now + 1), 'its quote ends in one millisecond'),
  ending('missing-expiry', () => null, 'its quote never says when it ends'),
  ending('garbage-expiry', () => 'tomorrow-ish', 'its quote ends "tomorrow-ish"'),
  clockOff('fast-clock', 10 * MINUTE_MS, 'its clock is ten minutes ahead'),
  clockOff('slow-clock', -10 * MINUTE_MS, 'its clock is ten minutes behind, so its quotes are born dead'),
];
