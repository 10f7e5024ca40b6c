import type { Refusal } from '../../openrtb/index.ts';
import { type Asked, campaignSeatRefusal } from './choosing.ts';
import type { Market } from './open-auction.ts';
import type { RunningCampaign } from './running-campaign.ts';

/**
 * What holds for a campaign in the whole of one request, whatever the imp: worked out when it is first asked for, and
 * kept until the next request. Campaigns meet each imp, and each place of a pod.
 */
export class Standings {
  /** The request for which each campaign's refusal was worked out. */
  readonly #requests: Float64Array;
  readonly #refusals: Refusal[];
  #request = 0;

  constructor(campaigns: number) {
    this.#requests = new Float64Array(campaigns);
    this.#refusals = new Array<Refusal>(campaigns).fill('');
  }

  /** The next request; what was known is void. */
  begin(): void {
    this.#request += 1;
  }

  /** Why the campaign takes no part in the open auction of this request, or ''. */
  refusal(running: RunningCampaign, asked: Asked, market: Market): Refusal {
    const { index } = running;
    if (this.#requests[index] !== this.#request) {
      this.#requests[index] = this.#request;
      this.#refusals[index] = workOut(running, asked, market);
    }
    return this.#refusals[index]!;
  }
}

function workOut(running: RunningCampaign, asked: Asked, { agents, caps }: Market): Refusal {
  const { wallet, index, campaign } = running;
  const { tape } = asked;
  if (tape.flag(wallet.free(asked.monotonic) <= 0))
    return tape.flag(wallet.epoch === 0) ? 'ledger-unavailable' : 'budget-spent';
  if (!agents.admits(index, asked.request.id)) return 'paced';
  const { wseat, bseat } = asked.request;
  // Who has no seat there is not among the eligible.
  const unheard = wseat.length === 0 && bseat.length === 0 ? '' : campaignSeatRefusal(running, asked);
  if (unheard !== '') return unheard;
  const user = cappedUserOf(running, asked);
  const isAllowed = user === '' || tape.flag(caps.allows(user, index, campaign.frequencyCap!, asked.now));
  return isAllowed ? '' : 'frequency-capped';
}

/** Who is counted for this campaign's cap; '' when it has none, or the user may not be counted. */
export function cappedUserOf({ campaign }: RunningCampaign, { userKey }: Asked): string {
  return campaign.frequencyCap === null ? '' : userKey;
}
