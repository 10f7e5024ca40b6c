import { z } from 'zod';
import { listOf, text } from './fields.ts';
import {
  AUDIENCE_SOURCES,
  CONSENT_FRAMEWORKS,
  EMBEDDING_PROVENANCES,
  STRICTNESS,
  type Strictness,
  TAXONOMIES,
} from './types.ts';

const compliance = z.strictObject({
  jurisdiction: text.describe('Whose law: an ISO 3166 code or EEA.'),
  consentFramework: z.enum(CONSENT_FRAMEWORKS).describe('By what consent was given.'),
  consentStringRef: text.exactOptional().describe('Where the consent is kept.'),
  attestation: text.exactOptional().describe('Who vouches for it.'),
  embeddingProvenance: z.enum(EMBEDDING_PROVENANCES).exactOptional().describe('Who made the embedding.'),
});

const ref = z.strictObject({
  taxonomy: z.enum(TAXONOMIES).describe('Where it is defined.'),
  version: text.describe('The version of the taxonomy, in quotes: "1.1", "3.1", "draft-2026-01".'),
  identifier: text.describe('Its id there.'),
  source: z
    .enum(AUDIENCE_SOURCES)
    .default('explicit')
    .describe('explicit: named by a person; resolved or inferred: worked out.'),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .exactOptional()
    .describe('How sure, 0 to 1; only where it was worked out.'),
  compliance: compliance.exactOptional().describe('Needed for agentic audiences.'),
});

const strict = (by: Strictness) =>
  z
    .enum(STRICTNESS)
    .default(by)
    .describe('required leaves out sellers that cannot; else it is dropped there.');

/** Whom to reach: semantics §10, with a strictness for every role. */
export const audience = z.strictObject({
  primary: ref.describe('The audience itself.'),
  constraints: listOf(ref).describe('Who must also be in these.'),
  extensions: listOf(ref).describe('Others who are welcome.'),
  exclusions: listOf(ref).describe('Who must not be reached.'),
  strictness: z
    .strictObject({
      primary: strict('required'),
      constraints: strict('preferred'),
      extensions: strict('optional'),
      exclusions: strict('optional'),
    })
    .prefault({})
    .describe('What happens to sellers that cannot do a role.'),
  rationale: z.string().max(10_000).default('').describe('Why, for people.'),
});
