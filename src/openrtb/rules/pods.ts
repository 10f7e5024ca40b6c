import type { Creative } from '../creative.ts';
import type { VideoSlot } from '../request.ts';
import type { Refusal } from './no-bid.ts';

/** Whether the slot is a dynamic part of a pod: several ads may share its length (I3). */
export function isDynamicPod(slot: VideoSlot): boolean {
  return slot.podid !== '' && slot.poddur > 0;
}

/**
 * One break: all slots of a request with one `podid`, structured or dynamic. No advertiser and no creative is offered
 * to it twice, and a dynamic slot gets at most `maxseq` ads of `poddur` seconds in all (I3).
 */
export class PodBreak {
  readonly #domains = new Set<string>();
  readonly #creatives = new Set<string>();
  readonly #filled = new Map<string, { count: number; seconds: number }>();

  /** Why the creative cannot join the break in the slot of imp `impId`, or ''. */
  refusal(impId: string, slot: VideoSlot, creative: Creative): Refusal {
    const filled = this.#filled.get(impId);
    const count = filled?.count ?? 0;
    if (count >= mostAds(slot)) return 'pod-full';
    if (isDynamicPod(slot) && (filled?.seconds ?? 0) + creative.duration > slot.poddur) return 'pod-full';
    if (this.#creatives.has(creative.id)) return 'pod-advertiser-repeated';
    return creative.adomain.some((domain) => this.#domains.has(domain)) ? 'pod-advertiser-repeated' : '';
  }

  /** Notes that the creative is offered there. */
  take(impId: string, creative: Creative): void {
    const filled = this.#filled.get(impId) ?? { count: 0, seconds: 0 };
    this.#filled.set(impId, { count: filled.count + 1, seconds: filled.seconds + creative.duration });
    this.#creatives.add(creative.id);
    for (const domain of creative.adomain) this.#domains.add(domain);
  }
}

/** A structured slot takes one ad; a dynamic one as many as it says, or as fit when it does not say. */
function mostAds(slot: VideoSlot): number {
  if (!isDynamicPod(slot)) return 1;
  return slot.maxseq > 0 ? slot.maxseq : Number.POSITIVE_INFINITY;
}
