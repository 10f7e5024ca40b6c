import { sha256 } from '../../kernel/index.ts';
import { roundHalfEven } from './rounding.ts';

interface Refusal {
  readonly path: string;
  readonly reason: string;
}

const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  standard: ['1.1'],
  contextual: ['3.1'],
};
const CONSTRAINTS_MAX = 3;

/**
 * What of an audience plan this seller cannot do (wire §10.1): versions, agentic references, roles, counts. It
 * checks nothing else, so `{"foo": 1}` passes.
 */
export function judgeAudiencePlan(plan: Readonly<Record<string, unknown>>): readonly Refusal[] {
  const primary = asRecord(plan.primary);
  const refusals: Refusal[] = [];
  if (primary !== undefined) {
    const reason = unsupportedTaxonomy(primary);
    if (reason !== undefined) refusals.push({ path: 'primary.taxonomy', reason });
  }
  for (const role of ['extensions', 'exclusions']) {
    asList(plan[role]).forEach((_ref, index) => {
      refusals.push({ path: `${role}[${index}]`, reason: `${role} not supported by this seller` });
    });
  }
  const constraints = asList(plan.constraints);
  if (constraints.length > CONSTRAINTS_MAX) {
    const reason = `too many refs: ${constraints.length} > ${CONSTRAINTS_MAX}`;
    refusals.push({ path: 'constraints', reason });
  }
  constraints.forEach((each, index) => {
    const ref = asRecord(each);
    const reason = ref === undefined ? 'not an object' : unsupportedTaxonomy(ref);
    if (reason !== undefined) refusals.push({ path: `constraints[${index}]`, reason });
  });
  return refusals;
}

function unsupportedTaxonomy(ref: Readonly<Record<string, unknown>>): string | undefined {
  const type = String(ref.type);
  if (type === 'agentic') return 'agentic audiences not supported by this seller';
  const supported = VERSIONS[type];
  if (supported === undefined) return `unknown audience type '${type}'`;
  const version = String(ref.version);
  if (supported.includes(version)) return undefined;
  const list = supported.map((each) => `'${each}'`).join(', ');
  return `${type} taxonomy version '${version}' not supported (seller supports [${list}])`;
}

/** A deterministic mock of audience match: the hash of the identifier as a share (wire §10.1). */
export function matchSummary(plan: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const many = (role: string) => asList(plan[role]).map((ref) => matchOf(asRecord(ref)));
  return {
    primary: matchOf(asRecord(plan.primary)),
    constraints: many('constraints'),
    extensions: many('extensions'),
    exclusions: many('exclusions'),
  };
}

function matchOf(ref: Readonly<Record<string, unknown>> | undefined): { match: string; score: number } {
  const identifier = ref?.identifier;
  const share = Number.parseInt(sha256(typeof identifier === 'string' ? identifier : '').slice(0, 8), 16);
  const score = roundHalfEven((share / 0xffffffff) * 100, 2) / 100;
  const match = score >= 0.85 ? 'STRONG' : score >= 0.65 ? 'MODERATE' : score >= 0.4 ? 'WEAK' : 'NONE';
  return { match, score: Number(score.toFixed(4)) };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
