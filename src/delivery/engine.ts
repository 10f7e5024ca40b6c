import { InProcessBlackboard } from '../coordination/index.ts';
import { convertRoundingUp, GavotteError, money, withDeadline } from '../kernel/index.ts';
import type { Floor } from '../openrtb/index.ts';
import { allRefused } from './agents/creative-approval.ts';
import type { MakeGood } from './agents/make-goods.ts';
import type { TeamPolicy } from './agents/team/team-policy.ts';
import { CampaignDays } from './campaign-days.ts';
import { countingListener } from './counting-listener.ts';
import { DealBook } from './deals/deal-book.ts';
import type { DecisionRecorder } from './decisions/decision-recorder.ts';
import type { DecisionSetup } from './decisions/decision-replay.ts';
import { type DeliveryPlan, landingOf } from './delivery-plan.ts';
import { addBit, hasBit, removeBit } from './eligibility/bitset.ts';
import { CampaignIndex } from './eligibility/campaign-index.ts';
import { FrequencyCaps } from './eligibility/frequency-caps.ts';
import { SharedCaps } from './eligibility/shared-caps.ts';
import type { EngineAgents, EngineOptions, ServedPolicy } from './engine-options.ts';
import { BillSpool } from './money/bill-spool.ts';
import { BILL_GRACE_MS, Bills } from './money/bills.ts';
import { campaignAccount } from './money/day-account.ts';
import { FlightEnds } from './money/flight-ends.ts';
import { LeaseKeeper } from './money/lease-keeper.ts';
import { LedgerClock } from './money/ledger-clock.ts';
import { LedgerReach } from './money/ledger-reach.ts';
import { type BidEnd, Purse } from './money/purse.ts';
import { lateReservation } from './money/set-aside.ts';
import type { Wallet } from './money/wallet.ts';
import { type NoticeAnswer, NoticeDesk, numberOf } from './notice-desk.ts';
import type { OutcomeJournal } from './outcome-journal.ts';
import { minimumOf } from './prepare-ledger.ts';
import { Bidder, type BidResult } from './serving/bidder.ts';
import type { OpenBid } from './serving/candidate.ts';
import { RunningCampaign } from './serving/running-campaign.ts';
import { RunningExchange } from './serving/running-exchange.ts';
import { runningOrder } from './serving/running-order.ts';
import { readSpend } from './spend.ts';
import { processFunnel, writtenDecisions } from './written-decisions.ts';

/** How often each bidder ends, in the ledger, what is past its time: its own and that of those who died. */
const EXPIRE_EVERY_MS = 15_000;
const LEDGER_MS = 2_000;
const LEDGER_WORK_MS = 10_000;
const AGENTS_EVERY_MS = 950;
const READ_SPEND_EVERY_MS = 5_000;
/** Covers video that a viewer sees when a break comes; screens out of home need two hours. */
const LONGEST_HOLD_SECONDS = 3_600;
/** A tick pays bills that waited for so long; the rest is the next one's work. */
const DRAIN_MS = 1_000;

/**
 * One bidder process: bids, takes notices, and keeps its money, its deals and its agents. `tick` is to be called a few
 * times a second; bidding goes on whatever it meets.
 */
export class DeliveryEngine {
  readonly campaigns: readonly RunningCampaign[];
  readonly deals: DealBook;
  readonly bidder: Bidder;
  readonly purse: Purse<OpenBid>;
  readonly desk: NoticeDesk<OpenBid>;
  readonly spool: BillSpool;
  readonly flightEnds: FlightEnds;
  /** Records decisions; null where nobody asked for it, or the agents cannot be written down. */
  readonly decisions: DecisionRecorder | null;
  /** Writes the outcome log; null where there is none. */
  readonly journal: OutcomeJournal | null;
  readonly #options: EngineOptions;
  readonly #agents: EngineAgents;
  readonly #bills: Bills;
  readonly #keeper: LeaseKeeper;
  readonly #caps = new FrequencyCaps();
  readonly #sharedCaps: SharedCaps;
  readonly #days: CampaignDays;
  readonly #clock: LedgerClock;
  readonly #reach = new LedgerReach();
  readonly #longestHoldSeconds: number;
  readonly #chanceSeed: number;
  #expireAt = 0;
  #agentsAt = 0;
  #spendReadAt = 0;

  constructor(options: EngineOptions) {
    const { world, ledger, plan, holder } = options;
    const clock = new LedgerClock(world.clock);
    this.#clock = clock;
    if (!/^[A-Za-z0-9-]{1,20}$/.test(holder))
      throw new GavotteError('GV_BAD_INPUT', `a bidder cannot be called ${JSON.stringify(holder)}`, {
        fix: 'Use 1 to 20 letters, digits and hyphens.',
      });
    this.#options = options;
    this.purse = new Purse<OpenBid>(holder, (bid, how) => this.#ended(bid, how), options.maxOpenBids);
    this.campaigns = runningOrder(plan.campaigns).map(
      (campaign, index) => new RunningCampaign(index, campaign, this.#walletOf(campaign, campaign.account)),
    );
    this.deals = new DealBook(plan.deals);
    for (const { terms } of this.deals.deals) this.#dealWallet(terms);
    const blackboard = options.blackboard ?? new InProcessBlackboard({ clock: world.clock });
    this.#sharedCaps = new SharedCaps({
      board: blackboard,
      caps: this.#caps,
      holder,
      now: () => clock.now(),
      campaigns: this.campaigns,
      bidOf: (id) => this.purse.bid(numberOf(holder, id)),
    });
    this.#agents = options.agents(this.campaigns, {
      clock,
      random: world.random.split('agents'),
      blackboard,
      holder,
      deals: this.deals,
    });
    this.spool = new BillSpool(world.storage.openDatabase(options.spoolPath));
    this.#bills = new Bills({ ledger, spool: this.spool, clock });
    this.#longestHoldSeconds = options.longestHoldSeconds ?? LONGEST_HOLD_SECONDS;
    const billWindowMs = this.#longestHoldSeconds * 1000 + 2 * BILL_GRACE_MS;
    this.#keeper = new LeaseKeeper({
      ledger,
      purse: this.purse,
      reach: this.#reach,
      clock,
      billWindowMs,
      minimum: minimumOf(plan),
    });
    this.flightEnds = new FlightEnds({ ledger, plan, clock, billWindowMs, cause: `bidder:${holder}` });
    this.#days = new CampaignDays({ ledger, purse: this.purse, campaigns: this.campaigns, clock });
    this.#chanceSeed = world.random.split('bidder').uint32();
    const written = writtenDecisions(options, this.#agents.stated, {
      setup: this.#setup(),
      clock,
      active: () =>
        this.campaigns.map(({ index }) => index).filter((index) => hasBit(this.bidder.active, index)),
      funnel: () => processFunnel(this, clock.now()),
    });
    this.decisions = written?.recorder ?? null;
    this.journal = written?.journal ?? null;
    this.bidder = this.#newBidder();
    const reservations = new Map(plan.deals.map(({ account, reservation }) => [account, reservation]));
    this.desk = new NoticeDesk<OpenBid>({
      read: options.readNotice,
      bills: this.#bills,
      purse: this.purse,
      clock,
      lateOf: (account) => reservations.get(account) ?? lateReservation(campaignAccount(account)),
      landingOf: (campaign, creative) => landingOf(plan, campaign, creative),
      listener: countingListener(this.campaigns, this.#agents, this.#sharedCaps, this.journal),
      journal: this.journal,
    });
  }

  /** How far this machine's wall clock is from the ledger's, in milliseconds; more than 100 is worth an alarm (D17). */
  get clockSkewMs(): number {
    return this.#clock.skewMs;
  }

  /** Why a campaign cannot show anything at present (fault/D11); `null` when it can. */
  haltOf({ creatives, campaign }: RunningCampaign): string | null {
    return allRefused(creatives, Object.keys(campaign.seats), this.#clock.now());
  }

  /** The trained team that serves; null where the agents are classical. */
  get policy(): ServedPolicy | null {
    return this.#agents.policy ?? null;
  }

  /** Lets another trained team correct the agents; those that began without one stay as they are. */
  serve(policy: TeamPolicy): void {
    this.#agents.serve?.(policy);
  }

  /** What each agent would say if asked. */
  messages(): Readonly<Record<string, string>> {
    return this.#agents.messages();
  }

  /** Who buys elsewhere what a deal is behind, as bidders have agreed. */
  get makeGoods(): readonly MakeGood[] {
    return this.#agents.makeGoods;
  }

  /** See `Bidder.bid`. */
  bid(exchange: string, body: Uint8Array, start: number, end: number): BidResult {
    return this.bidder.bid(exchange, body, start, end);
  }

  /** Takes a notice by the target of its request; 503 before the first tick. */
  async notice(target: string): Promise<NoticeAnswer> {
    return this.#clock.isSet ? this.desk.take(target) : { status: 503 };
  }

  /**
   * Work beside the bid path: money, bills that waited, who may bid; and once a second, agents. Call it a few times a
   * second, so that a wallet whose demand has risen is soon filled.
   * @throws what the ledger threw; everything else was done, and bidding goes on as long as its leases live.
   */
  async tick(): Promise<void> {
    this.#activate();
    const now = this.#clock.monotonic();
    const [leases, bills, agents, told] = await Promise.allSettled([
      this.#keepLeases(),
      this.#drain(),
      this.#tickAgents(now),
      this.journal?.flush(),
    ]);
    if (leases.status === 'fulfilled' && bills.status === 'fulfilled' && !bills.value) this.#reach.heard(now);
    if (now >= this.#expireAt && this.#reach.isSteady(now)) {
      this.#expireAt = now + EXPIRE_EVERY_MS;
      await this.#within(() => this.#options.ledger.expire({ cause: 'rule:lease-time' }));
      await this.#within(() => this.flightEnds.tick());
      await this.#within(() => this.#bills.reconsider());
    }
    for (const each of [leases, bills, agents, told])
      if (each.status === 'rejected') throw GavotteError.from(each.reason);
  }

  /** Stops bidding, gives back the money that no open bid needs, and pays what waited. */
  async close(): Promise<void> {
    for (const { index } of this.campaigns) removeBit(this.bidder.active, index);
    // Bills that wait are paid even when the leases cannot be given back; these run out by themselves.
    const [leases] = await Promise.allSettled([
      this.#within(() => this.#keeper.close()),
      this.#within(() => this.#agents.close()),
      this.#within(() => this.#sharedCaps.tick()),
    ]);
    while (await this.#drain());
    await this.journal?.close().catch(() => {});
    this.spool.close();
    if (leases.status === 'rejected') throw GavotteError.from(leases.reason);
  }

  /** One lost answer must not stop what comes after it. */
  #within<T>(work: () => Promise<T>): Promise<T> {
    return withDeadline(this.#clock, LEDGER_WORK_MS, undefined, work);
  }

  /** Pays what waited on our disk, for a while; returns whether there may be more. */
  async #drain(): Promise<boolean> {
    const until = this.#clock.monotonic() + DRAIN_MS;
    const next = () =>
      this.#bills.drain(({ holder, account, epoch, amount }) => {
        if (holder === this.purse.holder) this.purse.drained(account, epoch, amount.amountMicros);
      });
    let hasMore = true;
    while (hasMore && this.#clock.monotonic() < until) hasMore = await this.#within(next);
    return hasMore;
  }

  async #tickAgents(now: number): Promise<void> {
    if (now < this.#agentsAt) return;
    this.#agentsAt = now + AGENTS_EVERY_MS;
    if (now >= this.#spendReadAt) {
      this.#spendReadAt = now + READ_SPEND_EVERY_MS;
      await this.#within(() => readSpend(this.#options.ledger, this.campaigns, this.deals));
    }
    const told = await Promise.allSettled([this.#agents.tick(this.campaigns), this.#sharedCaps.tick()]);
    for (const each of told) if (each.status === 'rejected') throw GavotteError.from(each.reason);
  }

  /** The time first: a lease is of no use to who does not know when it ends. */
  async #keepLeases(): Promise<void> {
    await withDeadline(this.#clock, LEDGER_MS, undefined, () => this.#clock.set(this.#options.ledger));
    if (!this.#clock.isSet)
      throw new GavotteError('GV_TIMEOUT', 'the ledger is too slow to tell the time', {
        fix: 'Bring it nearer; until then there are no bids.',
      });
    await withDeadline(this.#clock, LEDGER_MS, undefined, () => this.#days.turn());
    this.#retire();
    await this.#keeper.tick();
  }

  #walletOf({ currency }: DeliveryPlan['campaigns'][number], account: string): Wallet {
    return this.purse.wallet({ account, currency, reservation: null });
  }

  /** What this process’s decisions depend on, for whoever replays them. */
  #setup(): DecisionSetup {
    const { holder, plan, exchanges } = this.#options;
    const [chanceSeed, longestHoldSeconds] = [this.#chanceSeed, this.#longestHoldSeconds];
    return { holder, plan, exchanges, chanceSeed, longestHoldSeconds };
  }

  #newBidder(): Bidder {
    const { exchanges, notices } = this.#options;
    return new Bidder({
      ...this.#options,
      clock: this.#clock,
      chanceSeed: this.#chanceSeed,
      ...(this.decisions === null ? {} : { watch: this.decisions }),
      exchanges: exchanges.map((profile) => new RunningExchange(profile, notices)),
      campaigns: this.campaigns,
      index: new CampaignIndex(this.campaigns.map(({ campaign }) => campaign)),
      deals: this.deals,
      walletOf: ({ terms }) => this.#dealWallet(terms),
      purse: this.purse,
      caps: this.#caps,
      longestHoldSeconds: this.#longestHoldSeconds,
      agents: this.#agents,
      convert: (floor, currency) => this.#convert(floor, currency),
    });
  }

  #dealWallet({ account, cpm, reservation }: DealBookTerms): Wallet {
    return this.purse.wallet({ account, currency: cpm.currency, reservation });
  }

  /** Those in flight. */
  #activate(): void {
    const now = this.#clock.now();
    for (const { index, campaign } of this.campaigns) {
      const isIn = now >= campaign.start && now < campaign.end;
      if (isIn === hasBit(this.bidder.active, index)) continue;
      if (isIn) addBit(this.bidder.active, index);
      else removeBit(this.bidder.active, index);
      this.decisions?.activated();
    }
  }

  /** A flight that has ended needs no money but for the bids that are open. */
  #retire(): void {
    const now = this.#clock.now();
    for (const { campaign, wallet } of this.campaigns) if (now >= campaign.end) wallet.isRetired = true;
    for (const { terms } of this.deals.deals) if (now >= terms.end) this.#dealWallet(terms).isRetired = true;
  }

  #convert(floor: Floor, currency: string): number | undefined {
    const { fx } = this.#options;
    if (fx === undefined) return undefined;
    try {
      const converted = convertRoundingUp(
        money(floor.micros, floor.currency),
        money(0, currency).currency,
        fx,
        this.#clock.now(),
      );
      return converted.amountMicros;
    } catch {
      return undefined;
    }
  }

  #ended(bid: OpenBid, how: BidEnd): void {
    if (how === 'expired') this.#agents.expired(bid);
    const isPaid = how === 'paid';
    this.#sharedCaps.ended(bid, isPaid);
    const { deal } = bid.candidate;
    if (deal !== undefined && !isPaid) deal.committed -= 1;
  }
}

type DealBookTerms = DeliveryPlan['deals'][number];
