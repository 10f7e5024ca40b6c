import { z } from 'zod';
import type { EpochMs } from '../../../kernel/index.ts';
import { reject } from './read.ts';

const TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** An ISO-8601 time; without a zone it is UTC, as some surfaces of the contract write it. */
export const wireTime = z.string().transform((text, context): EpochMs => {
  const match = TIMESTAMP.exec(text);
  if (match === null) return reject(context, `${JSON.stringify(text.slice(0, 60))} is not an ISO-8601 time`);
  // A leap second has no epoch time of its own; the second before it is the safe reading of an expiry.
  const plain = text.replace(' ', 'T').replace(/:60(?=[.Z+-]|$)/i, ':59');
  const at = Date.parse(match[3] === undefined ? `${plain}Z` : plain);
  if (Number.isNaN(at)) return reject(context, `${JSON.stringify(text)} is not a time that exists`);
  return at as EpochMs;
});

/** A calendar day `YYYY-MM-DD`; a timestamp of that day is tolerated. */
export const wireDay = z.string().transform((text, context): string => {
  const day = text.slice(0, 10);
  if (
    !DAY.test(day) ||
    (text.length > 10 && !TIMESTAMP.test(text)) ||
    Number.isNaN(Date.parse(`${day}T00:00:00Z`))
  )
    return reject(context, `${JSON.stringify(text.slice(0, 60))} is not a day YYYY-MM-DD`);
  return day;
});
