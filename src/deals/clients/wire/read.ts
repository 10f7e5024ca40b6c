import { z } from 'zod';
import { GavotteError } from '../../../kernel/index.ts';

/** How many faults of one body are told. */
const ISSUES_SHOWN = 3;

/**
 * A foreign value through its schema.
 * @throws GV_RESPONSE_INVALID naming `what`, the field and the rule. Of a booking that means: outcome unknown.
 */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = describeIssues(parsed.error);
  throw new GavotteError('GV_RESPONSE_INVALID', `${what} is not what the contract promises: ${reason}`, {
    fix: 'The seller must answer as the contract says.',
    details: { reason },
  });
}

/** The first faults in one line: `pricing.final_cpm: a bare number says neither unit nor currency`. */
export function describeIssues(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, ISSUES_SHOWN)
    .map((issue) => `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`);
  const rest = error.issues.length - shown.length;
  return shown.join('; ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Fails a value inside a schema's transform with `reason`. */
export function reject(context: z.core.$RefinementCtx, reason: string): typeof z.NEVER {
  context.addIssue({ code: 'custom', message: reason, input: context.value });
  return z.NEVER;
}
