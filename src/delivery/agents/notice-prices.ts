import type { Notice } from '../../openrtb/index.ts';

/** What an exchange said a bid cleared at, CPM micros; undefined when it did not say. */
export function priceOf({ price }: Notice): number | undefined {
  return typeof price === 'number' ? price : undefined;
}

/** What a bid that won had to beat, CPM micros: as told, or what was paid if that is less than the bid. */
export function beatenBy(notice: Notice, bidCpm: number): number | undefined {
  const price = priceOf(notice);
  return notice.minToWin ?? (price !== undefined && price < bidCpm ? price : undefined);
}
