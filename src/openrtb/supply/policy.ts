import { z } from 'zod';
import { GavotteError } from '../../kernel/index.ts';

const DAY_MS = 86_400_000;
const choice = z.enum(['allow', 'refuse']);

const schema = z.strictObject({
  /** Requests without a supply chain, or with one that does not go back to the publisher (S3). */
  missingSchain: choice.default('allow'),
  incompleteSchain: choice.default('allow'),
  /** Nodes that we do not buy through: an ad system, or one account as `asi/sid` (nbr 17). */
  blockedNodes: z.array(z.string().min(1)).default([]),
  /** The longest chain that we buy through. */
  maxHops: z.int().min(1).max(20).default(20),
  /** Publishers whose ads.txt we do not have, or had too long ago (nbr 11). */
  unknownAdsTxt: choice.default('allow'),
  maxAgeMs: z
    .int()
    .min(60_000)
    .default(7 * DAY_MS),
  /** Accounts that sellers.json gives to somebody else (S5). */
  contradictedSeller: choice.default('refuse'),
});

/** What an operator decides about supply chains. What ads.txt forbids is refused without being asked (S4). */
export type SupplyPolicy = Omit<Readonly<z.infer<typeof schema>>, 'blockedNodes'> & {
  /** Lower case. */
  readonly blockedNodes: ReadonlySet<string>;
};

/**
 * A supply policy from an operator's file; `{}` is complete.
 * @throws GV_BAD_INPUT naming every wrong field.
 */
export function readSupplyPolicy(value: unknown, source = 'supply'): SupplyPolicy {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    const blockedNodes = new Set(parsed.data.blockedNodes.map((node) => node.toLowerCase()));
    return Object.freeze({ ...parsed.data, blockedNodes });
  }
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || source}: ${issue.message}`);
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${source} has ${problems.length} problem(s): ${problems.join('; ')}`,
    {
      fix: 'Correct the named fields; {} is a complete supply policy.',
    },
  );
}
