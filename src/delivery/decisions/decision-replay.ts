import { InProcessBlackboard } from '../../coordination/index.ts';
import { type Clock, type EpochMs, randomStream } from '../../kernel/index.ts';
import type { ExchangeProfile, NoBidReason, NoticeConfig, RequestReader } from '../../openrtb/index.ts';
import type { BidAgents } from '../agents/bid-agents.ts';
import { DealBook } from '../deals/deal-book.ts';
import type { DeliveryPlan } from '../delivery-plan.ts';
import { addBit } from '../eligibility/bitset.ts';
import { CampaignIndex } from '../eligibility/campaign-index.ts';
import { FrequencyCaps } from '../eligibility/frequency-caps.ts';
import type { EngineOptions } from '../engine-options.ts';
import { Purse } from '../money/purse.ts';
import { Bidder, type BidResult, type DecisionWatch } from '../serving/bidder.ts';
import { madeBid, type OpenBid } from '../serving/candidate.ts';
import { RunningCampaign } from '../serving/running-campaign.ts';
import { RunningExchange } from '../serving/running-exchange.ts';
import { runningOrder } from '../serving/running-order.ts';
import type { StatedAgents } from './agents-state.ts';
import { answerCrcOf, type DecisionRecord, outcomeOf } from './decision-record.ts';
import type { RecordedBid, RecordedState } from './decision-recorder.ts';
import { PlayedTape } from './tape.ts';

/** What a bidder process was made of, as far as its decisions depend on it. */
export interface DecisionSetup {
  readonly holder: string;
  readonly plan: DeliveryPlan;
  readonly exchanges: readonly ExchangeProfile[];
  readonly chanceSeed: number;
  readonly longestHoldSeconds: number;
}

/** Agents that can take up a recorded state. */
export type StatedBidAgents = BidAgents & { readonly stated: StatedAgents };

/** What a replay needs beside that, which is not written down. */
export interface ReplayParts {
  readonly reader: RequestReader;
  /** As the bidder signed with: its answers carry signatures. */
  readonly notices: NoticeConfig;
  /** The agents that decided; a trained team’s corrections are in the recorded states. */
  readonly agents: (...args: Parameters<EngineOptions['agents']>) => StatedBidAgents;
}

/** What the agents answered for one campaign. */
export interface AgentSteps {
  readonly chosen: readonly {
    readonly input: ChooseInput;
    readonly output: ReturnType<BidAgents['choose']>;
  }[];
  readonly priced: readonly { readonly input: Parameters<BidAgents['price']>[1]; readonly output: number }[];
}

interface ChooseInput {
  readonly creatives: readonly number[];
  readonly segment: string;
  readonly exposures: number;
}

/** A campaign’s part in a decision that was made again. */
export interface CampaignPart extends AgentSteps {
  readonly running: RunningCampaign;
  /** Why it did not bid, once per imp that it was asked for. */
  readonly reasons: readonly (readonly [NoBidReason, number])[];
}

/** A decision that was made again. */
export interface Redecision {
  readonly result: BidResult;
  /** Whether it ended as it had, byte for byte. */
  readonly isSame: boolean;
  /** Where it began to differ; null where it does not. */
  readonly difference: string | null;
  /** The campaigns that were asked. */
  readonly parts: readonly CampaignPart[];
  /** The bids that left, tests left out. */
  readonly bids: readonly RecordedBid[];
}

/**
 * Makes recorded decisions again, with the code that serves: the recorded state of the agents is taken up, what moved is
 * played from the tape, chance depends on the decision’s number; nothing else is read, and no money moves.
 */
export class DecisionReplay {
  readonly #setup: DecisionSetup;
  readonly #parts: ReplayParts;

  constructor(setup: DecisionSetup, parts: ReplayParts) {
    this.#setup = setup;
    this.#parts = parts;
  }

  /** @param states from the last whole one to the one that the decision was made in, in their order. */
  decide(record: DecisionRecord, states: readonly RecordedState[]): Redecision {
    const campaigns = this.#campaigns();
    const agents = this.#agents(campaigns, record);
    for (const state of states) agents.stated.restore(state.agents);
    const traced = new TracedAgents(agents, campaigns.length);
    const tape = new PlayedTape(record.tape);
    const bids: RecordedBid[] = [];
    const watch: DecisionWatch = {
      begin: () => tape,
      end: (ended) =>
        bids.push(...ended.bids.map(({ bidId, candidate }) => ({ bidId, ...madeBid(candidate) }))),
    };
    const bidder = this.#bidder(campaigns, traced, record, watch);
    for (const index of states.at(-1)?.active ?? []) addBit(bidder.active, index);
    const exchange = this.#setup.exchanges[record.exchange]?.name ?? '';
    let result: BidResult;
    let difference: string | null = null;
    try {
      result = bidder.bid(exchange, record.body, 0, record.body.length);
      difference = differenceOf(record, result, tape);
    } catch (error) {
      result = { status: 204, reason: 'technical-error' };
      difference = error instanceof Error ? error.message : String(error);
    }
    const parts = campaigns
      .map((running) => ({ running, reasons: running.reasons.entries(), ...traced.stepsOf(running.index) }))
      .filter(({ reasons, chosen, running }) => reasons.length > 0 || chosen.length > 0 || running.bids > 0);
    return { result, isSame: difference === null, difference, parts, bids };
  }

  #campaigns(): readonly RunningCampaign[] {
    const { plan, holder } = this.#setup;
    const purse = new Purse<OpenBid>(holder);
    return runningOrder(plan.campaigns).map(
      (campaign, index) =>
        new RunningCampaign(index, campaign, purse.wallet({ ...campaign, reservation: null })),
    );
  }

  #agents(campaigns: readonly RunningCampaign[], { at }: DecisionRecord): StatedBidAgents {
    const { holder, plan } = this.#setup;
    const clock = stoppedClock(at);
    return this.#parts.agents(campaigns, {
      clock,
      random: randomStream('replay'),
      blackboard: new InProcessBlackboard({ clock }),
      holder,
      deals: new DealBook(plan.deals),
    });
  }

  #bidder(
    campaigns: readonly RunningCampaign[],
    agents: BidAgents,
    { at, number }: DecisionRecord,
    watch: DecisionWatch,
  ): Bidder {
    const { holder, plan, exchanges, chanceSeed, longestHoldSeconds } = this.#setup;
    const { reader, notices } = this.#parts;
    const purse = new Purse<OpenBid>(holder);
    return new Bidder({
      holder,
      clock: stoppedClock(at),
      reader,
      exchanges: exchanges.map((profile) => new RunningExchange(profile, notices)),
      campaigns,
      index: new CampaignIndex(campaigns.map(({ campaign }) => campaign)),
      deals: new DealBook(plan.deals),
      walletOf: ({ terms: { account, cpm, reservation } }) =>
        purse.wallet({ account, currency: cpm.currency, reservation }),
      purse,
      caps: new FrequencyCaps(),
      agents,
      longestHoldSeconds,
      chanceSeed,
      firstDecision: number,
      watch,
      // All of these are on the tape.
      permissions: () => ({ mayBid: true, mayUseId: true, mayPersonalise: true }),
      supply: () => '',
      takesPath: () => true,
      convert: () => undefined,
    });
  }
}

function differenceOf(record: DecisionRecord, result: BidResult, tape: PlayedTape): string | null {
  const outcome = outcomeOf(result);
  if (outcome !== record.outcome) return `it was ${record.outcome}, and is ${outcome}`;
  if (result.status === 204 && result.reason !== record.reason)
    return `the reason was ${record.reason}, and is ${result.reason}`;
  if (!tape.isOver) return 'it reads less of the world than it did';
  return answerCrcOf(result) === record.answerCrc ? null : 'the answer has other bytes';
}

/** Notes what agents are asked and answer. */
class TracedAgents implements BidAgents {
  readonly #agents: BidAgents;
  readonly #chosen: { input: ChooseInput; output: ReturnType<BidAgents['choose']> }[][];
  readonly #priced: { input: Parameters<BidAgents['price']>[1]; output: number }[][];

  constructor(agents: BidAgents, campaigns: number) {
    this.#agents = agents;
    this.#chosen = Array.from({ length: campaigns }, () => []);
    this.#priced = Array.from({ length: campaigns }, () => []);
  }

  stepsOf(campaign: number): AgentSteps {
    return { chosen: this.#chosen[campaign]!, priced: this.#priced[campaign]! };
  }

  admits(campaign: number, requestId: string): boolean {
    return this.#agents.admits(campaign, requestId);
  }

  choose(
    ...[campaign, creatives, context, random]: Parameters<BidAgents['choose']>
  ): ReturnType<BidAgents['choose']> {
    const input = { creatives: [...creatives], ...context };
    const output = this.#agents.choose(campaign, creatives, context, random);
    this.#chosen[campaign]!.push({ input, output });
    return output;
  }

  most(...[campaign, offer]: Parameters<BidAgents['most']>): number {
    return this.#agents.most(campaign, offer);
  }

  price(...[campaign, input]: Parameters<BidAgents['price']>): number {
    const output = this.#agents.price(campaign, input);
    this.#priced[campaign]!.push({ input, output });
    return output;
  }
}

/** A clock that shows one moment. */
function stoppedClock(at: number): Clock {
  return {
    now: () => at as EpochMs,
    monotonic: () => 0,
    sleep: () => new Promise(() => {}),
  };
}
