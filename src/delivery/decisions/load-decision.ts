import { GavotteError } from '../../kernel/index.ts';
import type { OutcomeRecord, OutcomeSource } from '../../outcomes/index.ts';
import {
  holderOf,
  readDecisionOutcome,
  readSetup,
  readState,
  setupIdOf,
  stateIdOf,
  type WrittenSetup,
} from './decision-outcomes.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { RecordedState } from './decision-recorder.ts';

/** All that the outcome log has of a decision. */
export interface LoadedDecision {
  readonly setup: WrittenSetup;
  readonly record: DecisionRecord;
  /** From the last whole state to the one that it was decided in. */
  readonly states: readonly RecordedState[];
  /** What became of the bid that was asked for, in no order; empty when a decision was asked for. */
  readonly followed: readonly OutcomeRecord[];
}

/** What may follow from a bid. */
const FOLLOWING = ['win', 'loss', 'billing', 'impression', 'click', 'conversion'] as const;

/**
 * Finds a decision by its id, or by that of a bid it made.
 * @throws GV_OUTCOME_UNKNOWN when the log has no such decision, and says whether it was not sampled.
 */
export async function loadDecision(log: Pick<OutcomeSource, 'find'>, id: string): Promise<LoadedDecision> {
  const found = await log.find(id);
  const decided = found?.kind === 'bid' ? await log.find(found.parent ?? '') : found;
  if (decided?.kind !== 'decision' || decided.inputs === null) throw await notFound(log, id, found);
  const setup = await setupOf(log, decided.id);
  const record = readDecisionOutcome(decided);
  const followed =
    found?.kind === 'bid' ? await Promise.all(FOLLOWING.map((kind) => log.find(`${kind}:${id}`))) : [];
  return {
    setup,
    record,
    states: await statesOf(log, setup.holder, record.state),
    followed: followed.filter((each) => each !== undefined),
  };
}

async function setupOf(log: Pick<OutcomeSource, 'find'>, id: string): Promise<WrittenSetup> {
  const found = await log.find(setupIdOf(holderOf(id) ?? ''));
  if (found?.kind === 'decision') return readSetup(found);
  throw new GavotteError(
    'GV_OUTCOME_UNKNOWN',
    `the log no longer says what the process of ${id} was made of`,
    {
      fix: 'Keep the log for as long as decisions are to be explained.',
    },
  );
}

async function statesOf(
  log: Pick<OutcomeSource, 'find'>,
  holder: string,
  last: number,
): Promise<readonly RecordedState[]> {
  const states: RecordedState[] = [];
  for (let number = last; number > 0; number -= 1) {
    const found = await log.find(stateIdOf(holder, number));
    if (found?.kind !== 'decision')
      throw new GavotteError(
        'GV_OUTCOME_UNKNOWN',
        `the log no longer has state ${number} of the agents of ${holder}`,
        {
          fix: 'Keep the log for as long as decisions are to be explained.',
        },
      );
    const state = readState(found);
    states.unshift(state);
    if (state.isWhole) break;
  }
  return states;
}

async function notFound(
  log: Pick<OutcomeSource, 'find'>,
  id: string,
  found: OutcomeRecord | undefined,
): Promise<GavotteError> {
  if (found !== undefined)
    return new GavotteError('GV_OUTCOME_UNKNOWN', `${id} is a ${found.kind}, not a decision on a request`, {
      fix: 'Give the id of a bid, or of a decision on a request, as the log has them.',
    });
  const known = await log.find(setupIdOf(holderOf(id) ?? ''));
  if (known?.kind === 'decision') {
    const { noBidsPerKept } = readSetup(known);
    return new GavotteError(
      'GV_OUTCOME_UNKNOWN',
      `${id} is not in the log: it was a no-bid that was not sampled, or was never made`,
      {
        fix: `Of no-bids one in ${noBidsPerKept} is kept; \`gavotte why CAMPAIGN\` counts the reasons of all.`,
      },
    );
  }
  return new GavotteError('GV_OUTCOME_UNKNOWN', `the log has nothing called ${id}`, {
    fix: 'Give the id of a bid, which is in the answer and its notices, or of a decision.',
  });
}
