import { type Currency, type EpochMs, money, sha256 } from '../../kernel/index.ts';
import type { NoticeConfig } from '../../openrtb/index.ts';
import {
  type BidOutcome,
  type DecisionOutcome,
  OUTCOME_VERSION,
  type OutcomeRecord,
  outcomeId,
} from '../../outcomes/index.ts';
import { readDecision } from './decision-record.ts';
import type { Recorded, RecordedBid, RecordedDecision, RecordedState } from './decision-recorder.ts';
import type { DecisionSetup } from './decision-replay.ts';
import type { ProcessFunnel } from './funnel.ts';

/** The id of a decision of a process, by its number there. */
export function decisionIdOf(holder: string, number: number): string {
  return `${holder}/d${number.toString(36)}`;
}

/** The id under which a state of the agents is kept, by its number. */
export function stateIdOf(holder: string, number: number): string {
  return `${holder}/s${number.toString(36)}`;
}

/** The id under which is kept what a process is made of. */
export function setupIdOf(holder: string): string {
  return `${holder}/setup`;
}

/** The process that a decision is of, by its id; `undefined` for other ids. */
export function holderOf(id: string): string | undefined {
  return /^([^/]+)\/d[0-9a-z]+$/.exec(id)?.[1];
}

/** What a process is made of, beside what it must not write down: by `keyPrint` its notice key can be told from others. */
export interface WrittenSetup extends DecisionSetup {
  readonly noticeUrl: string;
  readonly keyPrint: string;
  /** One no-bid in so many is kept. */
  readonly noBidsPerKept: number;
}

/** By what a notice key can be told from others without telling it. */
export function keyPrintOf({ keys }: Pick<NoticeConfig, 'keys'>): string {
  return sha256(`notice key ${Buffer.from(keys[0]!).toString('hex')}`).slice(0, KEY_PRINT_CHARS);
}

const KEY_PRINT_CHARS = 16;

/** The record that comes before all others of a process. */
export function setupOutcome(setup: WrittenSetup, at: EpochMs): DecisionOutcome {
  return plan(setupIdOf(setup.holder), null, at, 'a process begins', JSON.stringify(setup));
}

/** The records of what a process has recorded, in order. */
export function outcomesOf(holder: string, recorded: readonly Recorded[]): (DecisionOutcome | BidOutcome)[] {
  return recorded.flatMap((each) =>
    each.kind === 'state'
      ? [stateOutcome(holder, each)]
      : [decisionOutcome(holder, each), ...each.bids.map((bid) => bidOutcome(holder, each, bid))],
  );
}

/** Reads what `outcomesOf` wrote of a state. */
export function readState({ data }: DecisionOutcome): RecordedState {
  return JSON.parse(data) as RecordedState;
}

/** The record of how far offers came in a process. */
export function funnelOutcome(holder: string, number: number, funnel: ProcessFunnel): DecisionOutcome {
  const id = `${holder}/f${number.toString(36)}`;
  return plan(id, setupIdOf(holder), funnel.at as EpochMs, FUNNEL, JSON.stringify(funnel));
}

/** Reads what `funnelOutcome` wrote; undefined for any other record. */
export function readFunnel(record: OutcomeRecord): ProcessFunnel | undefined {
  if (record.kind !== 'decision' || record.about !== 'plan' || record.reason !== FUNNEL) return undefined;
  return JSON.parse(record.data) as ProcessFunnel;
}

const FUNNEL = 'how far offers came';

/** Reads what `setupOutcome` wrote. */
export function readSetup({ data }: DecisionOutcome): WrittenSetup {
  return JSON.parse(data) as WrittenSetup;
}

/** Reads what `outcomesOf` wrote of a decision. */
export function readDecisionOutcome({ data, inputs }: DecisionOutcome) {
  return readDecision(
    Buffer.concat([Buffer.from(data, 'base64url'), Buffer.from(inputs ?? '', 'base64url')]),
  );
}

function stateOutcome(holder: string, state: RecordedState): DecisionOutcome {
  const id = stateIdOf(holder, state.number);
  return plan(id, setupIdOf(holder), state.at as EpochMs, 'the agents’ state', JSON.stringify(state));
}

function plan(id: string, parent: string | null, at: EpochMs, reason: string, data: string): DecisionOutcome {
  const head = { version: OUTCOME_VERSION, id, parent, at, campaign: '' } as const;
  return { ...head, kind: 'decision', about: 'plan', reason, data, inputs: null };
}

function decisionOutcome(
  holder: string,
  { number, at, bytes, bodyBytes, bids }: RecordedDecision,
): DecisionOutcome {
  const body = bytes.length - bodyBytes;
  const { outcome, reason, state } = readDecision(bytes);
  return {
    version: OUTCOME_VERSION,
    id: decisionIdOf(holder, number),
    parent: stateIdOf(holder, state),
    at: at as EpochMs,
    // Of an answer with bids for several it is about none.
    campaign: bids.length === 1 ? bids[0]!.campaign.campaign.id : '',
    kind: 'decision',
    about: outcome === 'bid' ? 'bid' : 'no-bid',
    reason: reason ?? outcome,
    data: bytes.subarray(0, body).toString('base64url'),
    inputs: bytes.subarray(body).toString('base64url'),
  };
}

function bidOutcome(
  holder: string,
  { number, at, exchange }: RecordedDecision,
  bid: RecordedBid,
): BidOutcome {
  const { campaign, creative, deal, priceCpmMicros, valueCpm, propensity, segment, exposures, market } = bid;
  return {
    version: OUTCOME_VERSION,
    id: outcomeId('bid', bid.bidId),
    parent: decisionIdOf(holder, number),
    at: at as EpochMs,
    campaign: campaign.campaign.id,
    kind: 'bid',
    exchange,
    deal: deal?.terms.dealId ?? '',
    creative: campaign.campaign.creatives[creative]!.id,
    cpm: money(priceCpmMicros, currencyOf(bid)),
    choice: { valueCpm, propensity, segment, exposures, market },
  };
}

function currencyOf({ campaign, deal }: RecordedBid): Currency {
  return deal?.terms.cpm.currency ?? campaign.campaign.currency;
}
