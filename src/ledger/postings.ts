import type { Posting } from './types.ts';

/** Legs as the log stores them: `[["acme/ctv","reserved",25000,"USD"],…]`, half as long as with field names. */
export function writePostings(postings: readonly Posting[]): string {
  return JSON.stringify(
    postings.map(({ account, bucket, amount, currency }) => [account, bucket, amount, currency]),
  );
}

type Leg = readonly [Posting['account'], Posting['bucket'], number, Posting['currency']];

/** @throws whatever a text that `writePostings` did not write makes of it. */
export function readPostings(text: string): readonly Posting[] {
  return (JSON.parse(text) as readonly Leg[]).map(([account, bucket, amount, currency]) => ({
    account,
    bucket,
    amount,
    currency,
  }));
}
