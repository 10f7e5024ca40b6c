import { GavotteError } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';
import type { AgentCard } from '../registry/agent-card.ts';
import { CardVerifier, type TrustedKey } from '../registry/card-signature.ts';
import type { SellerCheck } from './report.ts';

/** Judges what a seller says of itself. */
export function judgeCard(
  card: AgentCard,
  baseUrl: string,
  trustedKeys: readonly TrustedKey[],
): readonly SellerCheck[] {
  const sells = card.capabilities.join(', ') || 'no media type';
  return [
    { check: 'card', status: 'pass', detail: `${JSON.stringify(card.name)} names ${sells}` },
    judgeAddress(card, baseUrl),
    judgeSignature(card, baseUrl, trustedKeys),
  ];
}

function judgeAddress(card: AgentCard, baseUrl: string): SellerCheck {
  const check = 'card_identity';
  if (card.url === null) return { check, status: 'warn', detail: 'its card gives no address' };
  const claimed = addressOf(card.url);
  if (claimed === baseUrl)
    return { check, status: 'pass', detail: 'its card gives the address it was read from' };
  const shown = JSON.stringify(card.url.slice(0, 200));
  // The software's default, left in place behind a proxy: careless, not a claim to be somebody else.
  return claimed !== null && /^http:\/\/(?:localhost|127\.0\.0\.1)/.test(claimed)
    ? { check, status: 'warn', detail: `its card gives the unset address ${shown}` }
    : { check, status: 'fail', detail: `its card claims to be ${shown}, but it was read from ${baseUrl}` };
}

function judgeSignature(card: AgentCard, baseUrl: string, trustedKeys: readonly TrustedKey[]): SellerCheck {
  const check = 'card_signature';
  const verdict = new CardVerifier(trustedKeys).check(card.raw, baseUrl);
  if (verdict.verdict === 'refused') return { check, status: 'fail', detail: verdict.reason };
  const detail =
    verdict.verdict === 'verified'
      ? 'its card is signed with a pinned key'
      : 'its card is not signed, which is allowed';
  return { check, status: 'pass', detail };
}

function addressOf(url: string): string | null {
  try {
    return baseUrlOf(url);
  } catch (error) {
    if (error instanceof GavotteError) return null;
    throw error;
  }
}
