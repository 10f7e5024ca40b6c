import type { EpochMs } from '../../kernel/index.ts';
import type { AccountId } from '../../ledger/index.ts';

const DAY_NAME = /\/d-\d{4}-\d\d-\d\d$/;

/** The account of one day of a campaign, below its own: its cap is the daily budget, whoever bids and restarts (§16). */
export function dayAccount(campaign: AccountId, day: string): AccountId {
  return `${campaign}/d-${day}`;
}

/** The campaign's account, of its own or of one of its days. */
export function campaignAccount(account: AccountId): AccountId {
  return account.replace(DAY_NAME, '');
}

/** What day it is in a time zone, as its clocks and calendars say: `2027-03-01`. Made once for each zone. */
export function calendarOf(timeZone: string): (at: EpochMs) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let day = '';
  let from = 0;
  // Zones differ by quarters of an hour at the finest, so within one nothing turns.
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    if (quarter !== from) {
      from = quarter;
      day = format.format(at);
    }
    return day;
  };
}

const QUARTER_MS = 900_000;
