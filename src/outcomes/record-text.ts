import { GavotteError } from '../kernel/index.ts';
import {
  DEAL_EVENTS,
  DECISIONS,
  MONEY_MOVES,
  OUTCOME_VERSION,
  type OutcomeKind,
  type OutcomeRecord,
} from './record.ts';

/** A decision's inputs fit, and what a bidder of thousands of campaigns is made of; what is larger is a mistake. */
export const MAX_RECORD_BYTES = 8_000_000;
/** As long as any id of an exchange that we accept, with room for what is put before it. */
const MAX_ID_LENGTH = 512;

/** The fields of something that may be a record. */
type Fields = Readonly<Record<string, unknown>>;
/** What is wrong with a field, beginning with its name; `undefined` when nothing is. */
type Problem = string | undefined;

function text(name: string, value: unknown): Problem {
  return typeof value === 'string' ? undefined : `${name} must be a text`;
}

function id(name: string, value: unknown): Problem {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH
    ? undefined
    : `${name} must be a text of 1 to ${MAX_ID_LENGTH} characters`;
}

function whole(name: string, value: unknown): Problem {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : `${name} must be a whole number from 0`;
}

function oneOf(names: readonly string[], name: string, value: unknown): Problem {
  return names.includes(value as string) ? undefined : `${name} must be one of ${names.join(', ')}`;
}

function money(name: string, value: unknown): Problem {
  if (typeof value !== 'object' || value === null) return `${name} must be {amountMicros, currency}`;
  const { amountMicros, currency } = value as { amountMicros?: unknown; currency?: unknown };
  if (!Number.isSafeInteger(amountMicros)) return `${name} must be whole micros`;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
    ? undefined
    : `${name} must have a currency of three capitals`;
}

function changes(name: string, value: unknown): Problem {
  const isChange = (each: unknown) => {
    if (typeof each !== 'object' || each === null) return false;
    const { account, reserved, leased, settled } = each as Fields;
    return typeof account === 'string' && [reserved, leased, settled].every(Number.isSafeInteger);
  };
  return Array.isArray(value) && value.every(isChange)
    ? undefined
    : `${name} must be a list of accounts with whole micros of each balance`;
}

function choice(name: string, value: unknown): Problem {
  if (typeof value !== 'object' || value === null) return `${name} must say how it was chosen`;
  const { valueCpm, propensity, segment, exposures, market } = value as Fields;
  const isChance = typeof propensity === 'number' && propensity > 0 && propensity <= 1;
  if (!isChance || !Number.isFinite(valueCpm))
    return `${name} must have a finite valueCpm and a propensity above 0`;
  return text('segment', segment) ?? text('market', market) ?? whole('exposures', exposures);
}

function orNull(check: (name: string, value: unknown) => Problem, name: string, value: unknown): Problem {
  return value === null ? undefined : check(name, value);
}

function ofBid({ exchange, deal, creative }: Fields): Problem {
  return text('exchange', exchange) ?? text('deal', deal) ?? text('creative', creative);
}

/** The fields of each kind in version 1, all of them required. */
const CHECKS = new Map<unknown, (record: Fields) => Problem>(
  Object.entries({
    decision: ({ about, reason, data, inputs }) =>
      oneOf(DECISIONS, 'about', about) ??
      text('reason', reason) ??
      text('data', data) ??
      orNull(text, 'inputs', inputs),
    bid: (record) => ofBid(record) ?? money('cpm', record.cpm) ?? orNull(choice, 'choice', record.choice),
    win: (record) =>
      ofBid(record) ?? orNull(money, 'cpm', record.cpm) ?? orNull(money, 'minToWin', record.minToWin),
    loss: (record) =>
      ofBid(record) ?? orNull(whole, 'reason', record.reason) ?? orNull(money, 'minToWin', record.minToWin),
    billing: (record) => ofBid(record) ?? money('cost', record.cost),
    impression: ofBid,
    click: ofBid,
    conversion: ({ action, value }) => text('action', action) ?? orNull(money, 'value', value),
    deal: ({ event, deal, seller, cpm, impressions }) =>
      oneOf(DEAL_EVENTS, 'event', event) ??
      text('deal', deal) ??
      text('seller', seller) ??
      orNull(money, 'cpm', cpm) ??
      orNull(whole, 'impressions', impressions),
    money: (record) =>
      oneOf(MONEY_MOVES, 'move', record.move) ??
      text('account', record.account) ??
      money('amount', record.amount) ??
      orNull(id, 'bill', record.bill) ??
      whole('entry', record.entry) ??
      whole('after', record.after) ??
      changes('changes', record.changes),
  } satisfies Record<OutcomeKind, (record: Fields) => Problem>),
);

/** Why a value is no record of a version we know; `undefined` when it is one. */
function problemOf(value: unknown): Problem {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const record = value as Fields;
  if (record.version !== OUTCOME_VERSION)
    return `version ${JSON.stringify(record.version)} is not known; this program reads ${OUTCOME_VERSION}`;
  const check = CHECKS.get(record.kind);
  if (check === undefined) return `kind ${JSON.stringify(record.kind)} is not known`;
  return (
    id('id', record.id) ??
    orNull(id, 'parent', record.parent) ??
    whole('at', record.at) ??
    text('campaign', record.campaign) ??
    check(record)
  );
}

/**
 * A record as one line of JSON, checked before it is written: a reader that refused it later could not ask anybody.
 * @throws GV_OUTCOME_REFUSED naming the record and the rule.
 */
export function writeOutcome(record: OutcomeRecord): string {
  const problem = problemOf(record);
  if (problem !== undefined) throw refused(`the record ${JSON.stringify(record?.id)}: ${problem}`);
  const line = JSON.stringify(record);
  // Most are far too short to be counted.
  if (line.length * 3 > MAX_RECORD_BYTES && Buffer.byteLength(line) > MAX_RECORD_BYTES)
    throw refused(`the record ${JSON.stringify(record.id)} is larger than ${MAX_RECORD_BYTES} bytes`);
  return line;
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
