import { compare, GavotteError, type Money, showMoney } from '../kernel/index.ts';
import type { AccountId, Ledger } from '../ledger/index.ts';
import type { CampaignBrief } from './brief/index.ts';

/** A cap as the plan found it and as the plan wants it. */
export interface CapChange {
  readonly account: AccountId;
  /** null: the account did not exist. */
  readonly from: Money | null;
  readonly to: Money;
}

/** The account of a channel: advertiser → campaign → channel. */
export function channelAccount(brief: CampaignBrief, channel: string): AccountId {
  return `${brief.advertiser.id}/${brief.campaign}/${channel}`;
}

/** What the ledger has and what the brief wants, top down. */
export async function capChanges(brief: CampaignBrief, ledger: Ledger): Promise<readonly CapChange[]> {
  const wanted: { account: AccountId; to: Money }[] = [
    { account: brief.advertiser.id, to: brief.advertiser.cap },
    { account: `${brief.advertiser.id}/${brief.campaign}`, to: brief.budget },
    ...brief.channels.map((each) => ({ account: channelAccount(brief, each.channel), to: each.budget })),
  ];
  const changes: CapChange[] = [];
  for (const { account, to } of wanted) {
    const found = await ledger.account(account);
    changes.push({
      account,
      from: found === undefined ? null : { amountMicros: found.cap, currency: found.currency },
      to,
    });
  }
  return changes;
}

/**
 * Opens the accounts and sets the caps the plan shows; nothing else may have changed them meanwhile.
 * @throws GV_PLAN_CHANGED naming the account whose cap is no longer what the plan saw.
 */
export async function applyCaps(changes: readonly CapChange[], ledger: Ledger, cause: string): Promise<void> {
  for (const { account, from, to } of changes) {
    const found = await ledger.account(account);
    if (found === undefined) {
      if (from !== null) throw changed(account, 'is gone');
      await ledger.open({ account, cap: to, cause });
      continue;
    }
    const cap: Money = { amountMicros: found.cap, currency: found.currency };
    // The cap the plan wants is fine too: an earlier run of the same plan has set it.
    if (same(cap, to)) continue;
    if (from === null || !same(cap, from))
      throw changed(
        account,
        `is now ${showMoney(cap)}, the plan saw ${from === null ? 'none' : showMoney(from)}`,
      );
    await ledger.setCap({ account, cap: to, cause });
  }
}

function same(a: Money, b: Money): boolean {
  return a.currency === b.currency && compare(a, b) === 0;
}

function changed(account: AccountId, what: string): GavotteError {
  return new GavotteError('GV_PLAN_CHANGED', `the cap of ${account} ${what}`, { fix: 'Plan again.' });
}
