import { z } from 'zod';
import { GavotteError } from '../../kernel/index.ts';

/** European Economic Area, United Kingdom and Switzerland, ISO 3166-1 alpha-3. */
const GDPR_COUNTRIES =
  'AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE ' +
  'ISL LIE NOR GBR CHE';

/** Purposes for which TCF allows legitimate interest at all (policy 4 and later: not storage, nor personalisation). */
const INTEREST_PURPOSES = [2, 7, 8, 9, 10, 11];
const purpose = z.int().min(1).max(24);

const schema = z.strictObject({
  /** Our id in the IAB Global Vendor List; `null` when not registered: then no TCF string permits us anything. */
  vendorId: z.int().min(1).max(65_535).nullable(),
  /** Purposes that we registered under legitimate interest, and those where either basis will do. */
  interestPurposes: z
    .array(purpose.refine((id) => INTEREST_PURPOSES.includes(id), 'needs consent'))
    .default([]),
  flexiblePurposes: z
    .array(purpose.refine((id) => INTEREST_PURPOSES.includes(id), 'needs consent'))
    .default([]),
  /** Where a signal is required and missing or broken (P5), or the user opted out: bid without the user, or not at all. */
  withoutConsent: z.enum(['contextual', 'no-bid']).default('no-bid'),
  optedOut: z.enum(['contextual', 'no-bid']).default('contextual'),
  children: z.enum(['contextual', 'no-bid']).default('contextual'),
  /** Where the request does not say whether GDPR applies, these countries mean that it does (P2). */
  gdprCountries: z
    .array(z.string().regex(/^[A-Z]{3}$/, 'must be ISO 3166-1 alpha-3'))
    .default(GDPR_COUNTRIES.split(' ')),
});

/** What an operator decides about privacy, checked. */
export type PrivacySettings = Readonly<z.infer<typeof schema>>;

/**
 * Privacy settings of an operator's file.
 * @throws GV_BAD_INPUT naming every wrong field.
 */
export function readPrivacySettings(value: unknown, source = 'privacy'): PrivacySettings {
  const parsed = schema.safeParse(value);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || source}: ${issue.message}`);
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${source} has ${problems.length} problem(s): ${problems.join('; ')}`,
    {
      fix: 'Correct the named fields; {"vendorId": null} is a complete one for use outside Europe.',
    },
  );
}
