/** One question asked of a seller, and how it answered. */
export interface SellerCheck {
  readonly check: CheckName;
  readonly status: 'pass' | 'warn' | 'fail';
  /** What was seen, in one sentence. */
  readonly detail: string;
}

/** The questions, in the order in which a report lists them. */
export const CHECK_NAMES = [
  'card',
  'card_identity',
  'card_signature',
  'catalog',
  'quote',
  'identity',
  'price',
  'currency',
  'terms',
  'availability',
  'expiry',
  'clock',
  'target_price',
  'read_back',
  'idempotency_replay',
  'idempotency_conflict',
  'negotiation',
  'texts',
  'latency',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** A: nothing to say; B: one or two warnings; C: more; D: a fault that costs no money; F: one that could. */
export type SellerGrade = 'A' | 'B' | 'C' | 'D' | 'F';

/** How one seller does: every check, and the grade they come to. */
export interface SellerReport {
  readonly url: string;
  readonly grade: SellerGrade;
  readonly checks: readonly SellerCheck[];
  /** Of all calls that were answered, ms. */
  readonly latency: { readonly calls: number; readonly p50Ms: number; readonly p95Ms: number };
}

/** Faults here make a bad buyer, not a bad purchase. */
const HARMLESS: ReadonlySet<CheckName> = new Set(['card', 'latency', 'texts', 'availability', 'negotiation']);

/** The grade that a set of answers earns. */
export function gradeOf(checks: readonly SellerCheck[]): SellerGrade {
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.some(({ check }) => !HARMLESS.has(check))) return 'F';
  if (failed.length > 0) return 'D';
  const warnings = checks.filter(({ status }) => status === 'warn').length;
  return warnings === 0 ? 'A' : warnings <= 2 ? 'B' : 'C';
}
