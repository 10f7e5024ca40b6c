import type { Posting } from './types.ts';

/**
 * Legs as the log stores them: `[["acme/ctv","reserved",25000,"USD"],…]`, half as long as with field names.
 * Nothing in a leg needs escaping: names of accounts and currencies are checked when an account is opened.
 */
export function writePostings(postings: readonly Posting[]): string {
  let text = '[';
  for (const { account, bucket, amount, currency } of postings)
    text += `${text.length > 1 ? ',' : ''}["${account}","${bucket}",${amount},"${currency}"]`;
  return `${text}]`;
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
