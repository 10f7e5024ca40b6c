import { z } from 'zod';
import { GavotteError, parseJsonFile } from '../../kernel/index.ts';
import {
  type ExchangeProfile,
  type PrivacySettings,
  readPrivacySettings,
  readProfile,
  readSupplyPolicy,
  type SupplyPolicy,
} from '../../openrtb/index.ts';

/** How an operator has set up a bidder: whom it answers, and by which rules. */
export interface BidderSettings {
  readonly exchanges: readonly ExchangeProfile[];
  /** Where exchanges reach this bidder: `https://host`, without a path. */
  readonly noticeUrl: string;
  readonly privacy: PrivacySettings;
  readonly supply: SupplyPolicy;
  /** Where fetched ads.txt and sellers.json files are kept, an SQLite file; `null` fetches none. */
  readonly supplyCache: string | null;
  /** Seconds for which money is held for a bid, at most (B10); a dead bidder's lease returns a little after. */
  readonly longestHoldSeconds: number;
}

const schema = z.strictObject({
  exchanges: z.array(z.unknown()).min(1),
  noticeUrl: z.url(),
  privacy: z.unknown().optional(),
  supply: z.unknown().optional(),
  supplyCache: z.string().min(1).nullable().default(null),
  longestHoldSeconds: z.int().min(60).max(86_400).default(3_600),
});

/**
 * Reads settings from JSON text.
 * @throws GV_BAD_INPUT naming what is wrong.
 */
export function parseBidderSettings(text: string, source = 'settings'): BidderSettings {
  const parsed = schema.safeParse(parseJsonFile(text, source, 'Correct the JSON.'));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || source}: ${issue.message}`,
    );
    throw new GavotteError('GV_BAD_INPUT', problems.join('; '), {
      fix: 'Correct these fields; examples/bidder.json is a complete file.',
    });
  }
  const { exchanges, noticeUrl, privacy, supply, supplyCache, longestHoldSeconds } = parsed.data;
  const profiles = exchanges.map((each, index) => readProfile(each, `exchanges.${index}`));
  const names = profiles.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new GavotteError('GV_BAD_INPUT', `exchanges: ${twice} is there twice`, {
      fix: 'Give each exchange a name of its own.',
    });
  return {
    exchanges: profiles,
    noticeUrl: noticeUrl.replace(/\/$/, ''),
    // Not registered with the IAB: no European user's consent can be for us.
    privacy: readPrivacySettings(privacy ?? { vendorId: null }, 'privacy'),
    supply: readSupplyPolicy(supply ?? {}, 'supply'),
    supplyCache,
    longestHoldSeconds,
  };
}
