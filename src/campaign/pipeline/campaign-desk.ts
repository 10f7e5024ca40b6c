import { type EpochMs, GavotteError, newId } from '../../kernel/index.ts';
import type { Creative } from '../../openrtb/index.ts';
import { parseBrief } from '../brief/index.ts';
import { makePlan, type PlanContext } from '../plan.ts';
import { approvalStatus, newestApproval, requireDecidable } from './approvals.ts';
import { bookedFacts } from './book-step.ts';
import { type CampaignState, withEntry } from './campaign-state.ts';
import { assignCreatives } from './creatives.ts';
import type { ApprovalStage, CampaignEntry, CampaignFact } from './facts.ts';
import type { CampaignJournal } from './journal.ts';
import { CAMPAIGN_MOVES, type CampaignStatus, DEAL_MOVES, type DealStatus, requireMove } from './states.ts';
import { isBooked, type WaitsFor, waitsFor } from './waits-for.ts';

/** How long somebody may take to approve, and what is approved may wait. */
const APPROVAL_MS = 7 * 86_400_000;
/** Who acts where no person does. */
export const PIPELINE = 'pipeline';

/** What a desk works with. */
export interface CampaignDeskOptions extends Omit<PlanContext, 'signal'> {
  readonly journal: CampaignJournal;
  /** The creatives there are for a campaign, `advertiser/campaign`. */
  readonly creativesOf: (campaign: string) => readonly Creative[];
  /** @defaultValue seven days */
  readonly approvalMs?: number;
}

/** Who acts, and why. */
export interface Act {
  readonly actor: string;
  readonly reason: string;
  readonly signal?: AbortSignal;
}

type FailedFact = Extract<CampaignFact, { kind: 'failed' }>;
type Line = Pick<CampaignEntry, 'actor' | 'reason' | 'fact'>;

/**
 * Takes campaigns from a brief to booked deals that deliver, and to their end. Every step is a line of the journal, written
 * when it is done, and can be done again: after a crash anywhere, `advance` goes on from the last line, and finds the
 * deals that were booked meanwhile in ledger and sellers' books. Nothing is bought without the approvals that the brief
 * asks for; each is for one plan's hash, for a time, and counts once.
 */
export class CampaignDesk {
  readonly #options: CampaignDeskOptions;
  readonly #known = new Map<string, CampaignState>();

  constructor(options: CampaignDeskOptions) {
    this.#options = options;
  }

  /**
   * Begins a campaign. The same brief again is the same campaign.
   * @throws GV_BAD_INPUT for a brief that is wrong or an advertiser of another tenant, GV_ID_CONFLICT when there is a
   * campaign of that name with another brief.
   */
  create(given: { readonly tenant: string; readonly brief: string }, act: Act): CampaignState {
    const { tenant, brief: text } = given;
    const { advertiser, campaign } = parseBrief(text);
    const id = `${advertiser.id}/${campaign}`;
    const found = this.#find(id);
    if (found !== undefined && found.tenant === tenant && found.briefText === text) return found;
    const owner =
      found?.tenant ?? this.list().find((each) => each.brief.advertiser.id === advertiser.id)?.tenant;
    if (owner !== undefined && owner !== tenant)
      throw new GavotteError(
        'GV_BAD_INPUT',
        `advertiser.id ${JSON.stringify(advertiser.id)} is not one of yours`,
        {
          fix: 'Use an advertiser id of your own.',
        },
      );
    if (found !== undefined)
      throw new GavotteError('GV_ID_CONFLICT', `there is a campaign ${id} already, with another brief`, {
        fix: 'Give the new one another name.',
      });
    return this.#write(id, 0, [{ ...act, fact: { kind: 'created', tenant, brief: text } }]);
  }

  /** @throws GV_CAMPAIGN_UNKNOWN */
  get(id: string): CampaignState {
    const found = this.#find(id);
    if (found !== undefined) return found;
    throw new GavotteError('GV_CAMPAIGN_UNKNOWN', `there is no campaign ${JSON.stringify(id)}`, {
      fix: 'An id is ADVERTISER/CAMPAIGN, as in the brief.',
    });
  }

  /** All campaigns, oldest first. */
  list(): readonly CampaignState[] {
    return this.#options.journal.campaigns().map((id) => this.get(id));
  }

  /** The lines of all campaigns after line `after`. */
  entries(after: number, limit?: number): readonly CampaignEntry[] {
    return this.#options.journal.read({ after, ...(limit === undefined ? {} : { limit }) });
  }

  /** What a campaign waits for; `null` when `advance` would do something. */
  waitsFor(state: CampaignState): WaitsFor | null {
    return waitsFor(state, this.#now());
  }

  /** Takes every step that waits for nobody, and says what it then waits for. @throws as the steps do. */
  async advance(id: string, act: Act = { actor: PIPELINE, reason: 'next step' }): Promise<WaitsFor> {
    for (;;) {
      const state = this.get(id);
      const waits = this.waitsFor(state);
      if (waits !== null) return waits;
      if (state.status === 'draft' || (state.status === 'planning' && state.plan === null))
        await this.plan(id, act);
      else if (state.status === 'planning') this.#beginBooking(state, act);
      else if (state.status === 'booking' && !isBooked(state)) await this.#book(state, act);
      else if (state.status === 'booking') {
        const stopped = this.#becomeReady(state, act);
        if (stopped !== null) return stopped;
      } else this.#activate(state, act);
    }
  }

  /**
   * Shops anew: what is booked stays booked, and its money is not planned with again. Asks for the approvals anew.
   * @throws GV_MOVE_FORBIDDEN for a campaign that runs, has ended, or is about to be booked; as `makePlan` does.
   */
  async plan(id: string, act: Act): Promise<CampaignState> {
    const state = this.get(id);
    if (state.status !== 'planning') requireMove(CAMPAIGN_MOVES, id, state.status, 'planning');
    const moved = state.status === 'planning' ? state : this.#move(state, 'planning', act);
    const { brief, briefText } = moved;
    const { plan, findings } = await makePlan(briefText, {
      ...this.#options,
      ...signalOf(act),
    });
    const notes = findings.flatMap(({ channel, picks, warnings }) => [
      ...warnings.map((warning) => `${channel}: ${warning}`),
      ...(picks.length === 0 ? [`${channel}: no seller offers what can be bought`] : []),
    ]);
    const lines: Line[] = [{ ...act, fact: { kind: 'planned', plan, notes } }];
    if (brief.approvals.plan && plan.cost.amountMicros > 0)
      lines.push({ ...act, fact: this.#request('plan', plan.hash) });
    return this.#write(id, moved.seq, lines);
  }

  /** Somebody says yes or no to what a campaign waits for, having seen the plan of that hash. @throws as `requireDecidable` */
  decide(
    id: string,
    decision: { readonly approval: string; readonly planHash: string; readonly isGranted: boolean },
    act: Act,
  ): CampaignState {
    const state = this.get(id);
    const { approval, isGranted } = decision;
    requireDecidable(state.approvals, decision, this.#now());
    return this.#write(id, state.seq, [{ ...act, fact: { kind: 'approval-decided', approval, isGranted } }]);
  }

  /** Stops or goes on: `paused`, `pacing_hold`, `active`. @throws GV_MOVE_FORBIDDEN */
  move(id: string, to: 'paused' | 'pacing_hold' | 'active', act: Act): CampaignState {
    const state = this.get(id);
    if (state.status === to) return state;
    if (state.status === 'ready' && to === 'active') return this.#activate(state, act);
    return this.#move(state, to, act);
  }

  /** Writes down how far delivery has come. */
  delivered(
    id: string,
    fact: Omit<Extract<CampaignFact, { kind: 'delivered' }>, 'kind'>,
    act: Act,
  ): CampaignState {
    return this.#write(id, this.get(id).seq, [{ ...act, fact: { kind: 'delivered', ...fact } }]);
  }

  /** A deal of the campaign becomes something else. @throws GV_MOVE_FORBIDDEN */
  moveDeal(id: string, booking: string, to: DealStatus, act: Act): CampaignState {
    const state = this.get(id);
    const deal = state.deals.find(({ bookingId }) => bookingId === booking);
    if (deal === undefined)
      throw new GavotteError('GV_BAD_INPUT', `${id} has no booking ${JSON.stringify(booking)}`, {
        fix: 'Give the booking id of one of its deals.',
      });
    if (deal.status === to) return state;
    requireMove(DEAL_MOVES, `deal ${deal.dealId}`, deal.status, to);
    return this.#write(id, state.seq, [
      { ...act, fact: { kind: 'deal-moved', booking, from: deal.status, to } },
    ]);
  }

  /** The flight is over and all of it is counted. @throws GV_MOVE_FORBIDDEN */
  complete(id: string, act: Act): CampaignState {
    const state = this.get(id);
    requireMove(CAMPAIGN_MOVES, id, state.status, 'completed');
    const open = state.deals.filter(({ status }) => DEAL_MOVES[status].includes('completed'));
    return this.#write(id, state.seq, [
      ...open.map(({ bookingId, status }) => ({
        ...act,
        fact: { kind: 'deal-moved' as const, booking: bookingId, from: status, to: 'completed' as const },
      })),
      { ...act, fact: { kind: 'moved', from: state.status, to: 'completed' } },
    ]);
  }

  /** The approval that lets a stage go on, spent; none where the brief asks for none. @throws GV_APPROVAL_NEEDED */
  #useApproval(state: CampaignState, stage: ApprovalStage, act: Act): readonly Line[] {
    const { plan, approvals, brief } = state;
    if (!brief.approvals[stage]) return [];
    const approval = plan === null ? undefined : newestApproval(approvals, stage, plan.hash);
    if (approval !== undefined && approvalStatus(approval, this.#now()) === 'granted')
      return [{ ...act, fact: { kind: 'approval-used', approval: approval.id } }];
    throw new GavotteError('GV_APPROVAL_NEEDED', `nobody has approved the ${stage} of ${state.id}`, {
      fix: 'Have it approved, for the plan as it is now.',
    });
  }

  #request(stage: ApprovalStage, planHash: string): CampaignFact {
    const { world, approvalMs = APPROVAL_MS } = this.#options;
    const expiresAt = (this.#now() + approvalMs) as EpochMs;
    return { kind: 'approval-requested', approval: newId(world), stage, planHash, expiresAt };
  }

  /** The approval is spent in the same write that begins to spend money. */
  #beginBooking(state: CampaignState, act: Act): CampaignState {
    return this.#write(state.id, state.seq, [
      ...this.#useApproval(state, 'plan', act),
      { ...act, fact: { kind: 'moved', from: 'planning', to: 'booking' } },
    ]);
  }

  async #book(state: CampaignState, act: Act): Promise<CampaignState> {
    const { id, seq, brief } = state;
    const facts = await bookedFacts(state, { ...this.#options, ...signalOf(act) });
    const [booked] = facts;
    if (booked?.kind === 'booked' && facts.length === 1 && brief.approvals.booking)
      facts.push(this.#request('booking', booked.planHash));
    const why = facts.find(({ kind }) => kind === 'failed') as FailedFact | undefined;
    const reason = why?.error.message ?? act.reason;
    return this.#write(
      id,
      seq,
      facts.map((fact) => ({ actor: act.actor, reason, fact })),
    );
  }

  /** What it still lacks; null when it has become ready. */
  #becomeReady(state: CampaignState, act: Act): WaitsFor | null {
    const { id, deals } = state;
    const channels = [...new Set(deals.map(({ channel }) => channel))];
    const { creatives, missing } = assignCreatives(channels, this.#options.creativesOf(id));
    if (missing.length > 0)
      return { kind: 'creatives', why: `no creative fits channel ${missing.join(', ')}` };
    this.#write(id, state.seq, [
      ...this.#useApproval(state, 'booking', act),
      { ...act, fact: { kind: 'creatives-assigned', creatives } },
      { ...act, fact: { kind: 'moved', from: 'booking', to: 'ready' } },
    ]);
    return null;
  }

  #activate(state: CampaignState, act: Act): CampaignState {
    const booked = state.deals.filter(({ status }) => status === 'booked');
    return this.#write(state.id, state.seq, [
      { ...act, fact: { kind: 'moved', from: state.status, to: 'active' } },
      ...booked.map(({ bookingId }) => ({
        ...act,
        fact: {
          kind: 'deal-moved' as const,
          booking: bookingId,
          from: 'booked' as const,
          to: 'delivering' as const,
        },
      })),
    ]);
  }

  #move(state: CampaignState, to: CampaignStatus, act: Act): CampaignState {
    requireMove(CAMPAIGN_MOVES, state.id, state.status, to);
    return this.#write(state.id, state.seq, [{ ...act, fact: { kind: 'moved', from: state.status, to } }]);
  }

  /** The state as the journal has it now, whoever wrote it. */
  #find(id: string): CampaignState | undefined {
    let state = this.#known.get(id);
    for (const entry of this.#options.journal.read({ campaign: id, after: state?.seq ?? 0 }))
      state = withEntry(state, entry);
    if (state !== undefined) this.#known.set(id, state);
    return state;
  }

  #write(id: string, after: number, lines: readonly Line[]): CampaignState {
    const at = this.#now();
    this.#options.journal.append(
      id,
      after,
      lines.map(({ actor, reason, fact }) => ({ at, actor, reason, fact })),
    );
    return this.get(id);
  }

  #now(): EpochMs {
    return this.#options.world.clock.now();
  }
}

function signalOf({ signal }: Act): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
