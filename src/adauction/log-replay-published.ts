import type { BidLog } from './log-replay-reader.ts';

/** What RLB did on a log with a budget; cost in the log's CPM unit. */
export interface PublishedRow {
  readonly clicks: number;
  /** `null` where only the clicks are known. */
  readonly impressions: number | null;
  readonly cost: number | null;
  /** `published`: the authors' own file. `reproduced`: their program's rule, run again on their log. */
  readonly source: 'published' | 'reproduced';
}

/**
 * RLB on the full test log of iPinYou campaign 2997, by budget share. 1/32 is the line "ipinyou, camp=2997, algo=rlb,
 * N=1000, c0=0.03125" in the results file of han-cai/rlb-dp; the others were computed by the same rule, which gives
 * that line exactly.
 */
const IPINYOU_2997 = {
  auctions: 156_063,
  clicks: 530,
  rows: new Map<number, PublishedRow>([
    [1 / 32, { clicks: 78, impressions: 39_680, cost: 304_375, source: 'published' }],
    [1 / 16, { clicks: 119, impressions: null, cost: null, source: 'reproduced' }],
    [1 / 8, { clicks: 176, impressions: null, cost: null, source: 'reproduced' }],
    [1 / 4, { clicks: 260, impressions: null, cost: null, source: 'reproduced' }],
    [1 / 2, { clicks: 389, impressions: null, cost: null, source: 'reproduced' }],
  ]),
};

/** RLB's row for a log and a budget share, if it is known. A log is known by its length and its clicks. */
export function publishedRow(log: BidLog, share: number): PublishedRow | null {
  if (log.auctions !== IPINYOU_2997.auctions || log.clicks !== IPINYOU_2997.clicks) return null;
  return IPINYOU_2997.rows.get(share) ?? null;
}
