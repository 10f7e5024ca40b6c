import { GavotteError } from '../kernel/index.ts';
import {
  DEAL_EVENTS,
  DECISIONS,
  MONEY_MOVES,
  OUTCOME_VERSION,
  type OutcomeKind,
  type OutcomeRecord,
} from './record.ts';

/** Larger than any request we read, so a decision's inputs always fit; what is larger is a mistake. */
export const MAX_RECORD_BYTES = 1_000_000;
/** As long as any id of an exchange that we accept, with room for what is put before it. */
const MAX_ID_LENGTH = 512;
const NOT_MICROS = 'must be whole micros';

/** What is wrong with a value; `undefined` when nothing is. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be a text');
const id: Check = (value) =>
  typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH
    ? undefined
    : `must be a text of 1 to ${MAX_ID_LENGTH} characters`;
const whole: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'must be a whole number from 0';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? undefined : check(value);
const oneOf =
  (names: readonly string[]): Check =>
  (value) =>
    names.includes(value as string) ? undefined : `must be one of ${names.join(', ')}`;

function money(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'must be {amountMicros, currency}';
  const { amountMicros, currency } = value as { amountMicros?: unknown; currency?: unknown };
  if (!Number.isSafeInteger(amountMicros)) return NOT_MICROS;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
    ? undefined
    : 'must have a currency of three capitals';
}

function choice(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'must say how it was chosen';
  const { valueCpm, propensity, segment, exposures, market } = value as Record<string, unknown>;
  const isChance = typeof propensity === 'number' && propensity > 0 && propensity <= 1;
  if (!isChance || !Number.isFinite(valueCpm)) return 'must have a finite valueCpm and a propensity above 0';
  return text(segment) ?? text(market) ?? whole(exposures);
}

const HEAD: readonly [string, Check][] = [
  ['id', id],
  ['parent', orNull(id)],
  ['at', whole],
  ['campaign', text],
];
const OF_BID: readonly [string, Check][] = [
  ['exchange', text],
  ['deal', text],
  ['creative', text],
];

/** The fields of each kind in version 1, all of them required. */
const FIELDS: Readonly<Record<OutcomeKind, readonly [string, Check][]>> = {
  decision: [
    ['about', oneOf(DECISIONS)],
    ['reason', text],
    ['data', text],
    ['inputs', orNull(text)],
  ],
  bid: [...OF_BID, ['cpm', money], ['choice', orNull(choice)]],
  win: [...OF_BID, ['cpm', orNull(money)], ['minToWin', orNull(money)]],
  loss: [...OF_BID, ['reason', orNull(whole)], ['minToWin', orNull(money)]],
  billing: [...OF_BID, ['cost', money]],
  impression: OF_BID,
  click: OF_BID,
  conversion: [
    ['action', text],
    ['value', orNull(money)],
  ],
  deal: [
    ['event', oneOf(DEAL_EVENTS)],
    ['deal', text],
    ['seller', text],
    ['cpm', orNull(money)],
    ['impressions', orNull(whole)],
  ],
  money: [
    ['move', oneOf(MONEY_MOVES)],
    ['account', text],
    ['amount', money],
  ],
};

/** Why a value is no record of a version we know; `undefined` when it is one. */
function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const record = value as Record<string, unknown>;
  if (record.version !== OUTCOME_VERSION)
    return `version ${JSON.stringify(record.version)} is not known; this program reads ${OUTCOME_VERSION}`;
  const fields = Object.hasOwn(FIELDS, String(record.kind)) ? FIELDS[record.kind as OutcomeKind] : undefined;
  if (fields === undefined) return `kind ${JSON.stringify(record.kind)} is not known`;
  return firstProblem(record, HEAD) ?? firstProblem(record, fields);
}

function firstProblem(
  record: Record<string, unknown>,
  fields: readonly [string, Check][],
): string | undefined {
  for (const [name, check] of fields) {
    const problem = check(record[name]);
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
}

/**
 * A record as one line of JSON, checked before it is written: a reader that refused it later could not ask anybody.
 * @throws GV_OUTCOME_REFUSED naming the record and the rule.
 */
export function writeOutcome(record: OutcomeRecord): string {
  const problem = problemOf(record);
  if (problem !== undefined) throw refused(`the record ${JSON.stringify(record?.id)}: ${problem}`);
  return JSON.stringify(record);
}

/** A record as it was read, or the reason why it is refused. */
export type ReadOutcome =
  | { readonly ok: true; readonly record: OutcomeRecord }
  | { readonly ok: false; readonly reason: string };

/** Reads what `writeOutcome` wrote, by this program or a later one. Fields it does not know are left as they are. */
export function readOutcome(line: string): ReadOutcome {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { ok: false, reason: `it is no JSON: ${(error as Error).message}` };
  }
  const problem = problemOf(value);
  return problem === undefined
    ? { ok: true, record: value as OutcomeRecord }
    : { ok: false, reason: problem };
}

function refused(message: string): GavotteError {
  return new GavotteError('GV_OUTCOME_REFUSED', message, {
    fix: 'Write records of a version and kind that src/outcomes/record.ts lists.',
  });
}
