import type { Micros } from '../../kernel/index.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { BudgetObservation } from './budget.ts';
import type { Learned } from './guarded.ts';
import { MakeGoods } from './make-goods.ts';
import type { ShareOfMoney } from './team/served-facts.ts';
import { Tranches } from './tranches.ts';

const HOUR_MS = 3_600_000;
/** A bidder that missed a decision, or lost it with the blackboard, has what stands within this time. */
const LOOK_AGAIN_MS = 10_000;

/** What bidders agree on for each hour: who makes good for deals that are behind, and how the money is split. */
export class HourlyAgreements {
  readonly tranches: Tranches;
  readonly makeGoods: MakeGoods;
  readonly #context: AgentsContext;
  #hour = -1;
  /** When to look again at what stands, monotonic. */
  #turnAt = 0;
  #isTurning = false;
  #parts: ReadonlyMap<number, Micros> = new Map();
  #version = 0;
  #fault: unknown;

  /**
   * @param levelOf what a campaign bids of late, CPM micros; 0 when it is not known.
   * @param shareFactor by which a learned team corrects a campaign’s part of the money, by its index.
   */
  constructor(
    campaigns: readonly RunningCampaign[],
    context: AgentsContext,
    levelOf: (campaign: string) => number,
    shareFactor: (index: number) => number,
    learned?: Learned<BudgetObservation, readonly Micros[]>,
  ) {
    this.#context = context;
    this.makeGoods = new MakeGoods(campaigns, context, { levelOf, partOf: (index) => this.partOf(index) });
    this.tranches = new Tranches(campaigns, context, (id) => this.makeGoods.needOf(id), shareFactor, learned);
  }

  /** Rises each time that the money is split otherwise. */
  get version(): number {
    return this.#version;
  }

  /** Micros that a campaign may have spent in the open auction when its flight ends, by its index. */
  partOf(index: number): number {
    return this.#parts.get(index) ?? 0;
  }

  /** How a campaign stands among those that share its money, by its index. */
  standing(index: number): ShareOfMoney {
    return this.tranches.standing(index, (each) => this.partOf(each));
  }

  /** Once a second. Agreeing goes on beside it, and until all agree, the last split holds. */
  tick(): void {
    const { clock } = this.#context;
    const now = clock.monotonic();
    const hour = Math.floor(clock.now() / HOUR_MS);
    if (!this.#isTurning && (hour !== this.#hour || now >= this.#turnAt)) {
      this.#hour = hour;
      this.#turnAt = now + LOOK_AGAIN_MS;
      void this.#turnBeside(hour);
    }
  }

  /** Where no other bidder is: an hour's money is split as the hour begins. Nobody makes good for deals. */
  tickAlone(): void {
    const hour = Math.floor(this.#context.clock.now() / HOUR_MS);
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#keep(this.tranches.splitAlone(hour));
  }

  /** @throws what went wrong since the last call, other than that the blackboard was away. */
  check(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault;
  }

  /** Agrees with the other bidders on an hour: first what deals lack, as the split must leave room for it. */
  async turn(hour: number): Promise<void> {
    if (this.#version === 0) this.#keep(this.tranches.split());
    await this.makeGoods.turn(hour);
    this.#keep(await this.tranches.agree(hour));
  }

  /** What was agreed, for people who watch: who split the money for all, and who makes good for a deal. */
  spoken(): readonly string[] {
    const deciders = [...new Set(this.tranches.deciders.values())].map((by) => `split by ${by}`);
    const made = this.makeGoods.agreed.map(
      ({ dealId, executor, impressions, bought }) =>
        `${executor} makes good ${impressions} of deal ${dealId}, ${bought} bought in all`,
    );
    return [...deciders, ...made];
  }

  /** Takes part no more. */
  async close(): Promise<void> {
    await Promise.all([this.tranches.close(), this.makeGoods.close()]);
  }

  async #turnBeside(hour: number): Promise<void> {
    this.#isTurning = true;
    try {
      await this.turn(hour);
    } catch (error) {
      this.#fault = error;
    }
    this.#isTurning = false;
  }

  /** The same split again is no news: a plan made anew from it would forget how the hour began. */
  #keep(parts: ReadonlyMap<number, Micros>): void {
    if (this.#version > 0 && [...parts].every(([index, part]) => this.#parts.get(index) === part)) return;
    this.#parts = parts;
    this.#version += 1;
  }
}
