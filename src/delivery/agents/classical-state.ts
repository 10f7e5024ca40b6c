import type { Clock } from '../../kernel/index.ts';
import type { AgentsState, BoardRead, CampaignStates, StatedAgents } from '../decisions/agents-state.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { BiddingAgent } from './bidding.ts';
import type { CampaignPace } from './campaign-pace.ts';
import type { CreativeAgent } from './creative.ts';
import type { LevelBoard } from './level-board.ts';
import type { PacingAgent } from './pacing.ts';
import type { SteeringFactors } from './team/served-team.ts';

/** What the classical agents decide by. */
export interface ClassicalParts {
  readonly campaigns: readonly RunningCampaign[];
  readonly clock: Pick<Clock, 'now'>;
  /** By campaign: share of requests taken, and λ. */
  readonly throttles: Float64Array;
  readonly lambdas: Float64Array;
  readonly factors: SteeringFactors;
  readonly plans: readonly CampaignPace[];
  readonly board: LevelBoard;
  readonly creative: CreativeAgent;
  readonly bidding: BiddingAgent;
  readonly pacing: PacingAgent;
  readonly partOf: (campaign: number) => number;
}

/** Targets are stated for so long. */
const STATED_TICK_MS = 1_000;

/** The state of the classical agents as bids are made by it: written down for those who record, taken up for a replay. */
export class ClassicalState implements StatedAgents {
  readonly #parts: ClassicalParts;
  #hasTicked = false;
  #reads: readonly BoardRead[] = [];

  constructor(parts: ClassicalParts) {
    this.#parts = parts;
  }

  /** A tick has passed, in which they read the blackboard. */
  ticked(): void {
    this.#hasTicked = true;
    this.#reads = this.#parts.board.reads;
  }

  get hasNews(): boolean {
    const { bidding, creative } = this.#parts;
    return this.#hasTicked || bidding.isRenewed || creative.isRenewed;
  }

  take(all: boolean): AgentsState {
    const { bidding, creative } = this.#parts;
    const campaigns = all || this.#hasTicked ? this.#campaignStates() : null;
    this.#hasTicked = false;
    const markets = bidding.takeMarkets(all);
    return { campaigns, markets, tables: creative.takeTables(all), reads: this.#reads };
  }

  restore({ campaigns, markets, tables }: AgentsState): void {
    const { bidding, creative, throttles, lambdas, factors } = this.#parts;
    for (const market of markets) bidding.restoreMarket(market);
    for (const table of tables) creative.restoreTable(table);
    if (campaigns === null) return;
    throttles.set(campaigns.throttle);
    lambdas.set(campaigns.lambda);
    for (const factor of ['bid', 'shade', 'sharpness'] as const) factors[factor].set(campaigns[factor]);
    for (const [index, rate] of campaigns.conversionRate.entries())
      creative.restoreCampaign(index, rate, campaigns.kept[index]!);
  }

  #campaignStates(): CampaignStates {
    const { throttles, lambdas, factors, plans, board, creative, pacing, clock, partOf } = this.#parts;
    const at = clock.now();
    const each = (of: (index: number, id: string) => number) =>
      this.#parts.campaigns.map(({ index, campaign }) => of(index, campaign.id));
    return {
      throttle: [...throttles],
      lambda: [...lambdas],
      bid: [...factors.bid],
      shade: [...factors.shade],
      sharpness: [...factors.sharpness],
      conversionRate: each((index) => creative.conversionRate(index)),
      kept: each((index) => creative.kept(index)),
      level: each((_, id) => board.level(id)),
      target: each((_, id) => pacing.targetPerMs(id) * STATED_TICK_MS),
      spent: each((index) => plans[index]!.spent),
      planned: each((index) => plans[index]!.plan.plannedBy(at)),
      part: each((index) => partOf(index)),
    };
  }
}
