import { broken, type Path, type Problem } from './problems.ts';
import type { WrittenBrief } from './schema.ts';
import { AUDIENCE_ROLES } from './types.ts';

type WrittenAudience = NonNullable<WrittenBrief['audience']>;
type WrittenRef = WrittenAudience['primary'];

/** What sellers would refuse in an audience plan (wire §10.1, semantics §12). */
export function audienceProblems(audience: WrittenAudience): readonly Problem[] {
  return AUDIENCE_ROLES.flatMap((role) => {
    const refs = audience[role];
    return Array.isArray(refs)
      ? refs.flatMap((each, index) => refProblems(each, ['audience', role, index]))
      : refProblems(refs, ['audience', role]);
  });
}

function refProblems(ref: WrittenRef, path: Path): readonly Problem[] {
  const { taxonomy, version, source, confidence, compliance } = ref;
  const problems: Problem[] = [];
  if (source === 'explicit' && confidence !== undefined)
    problems.push(
      broken([...path, 'confidence'], confidence, 'is for what was worked out; leave it out, or say source'),
    );
  if (taxonomy === 'agentic-audiences' && compliance === undefined)
    problems.push({
      path: [...path, 'compliance'],
      message: 'is missing; an agentic audience needs its jurisdiction and consentFramework',
    });
  if (compliance?.jurisdiction === 'GLOBAL')
    problems.push(
      broken(
        [...path, 'compliance', 'jurisdiction'],
        'GLOBAL',
        'is no jurisdiction; name one, and give each its own reference',
      ),
    );
  if (taxonomy === 'iab-content' && !version.startsWith('3.'))
    problems.push(
      broken(
        [...path, 'version'],
        version,
        'must be of the IAB Content Taxonomy 3, such as "3.1"; map the identifier to it',
      ),
    );
  return problems;
}
