import { PRIVACY } from './bits.ts';
import type { PrivacySettings } from './policy.ts';
import { readTcf, type TcfSignals } from './tcf.ts';

/** Strings made after this day must tell which vendors the user was shown (TCF 2.3, P4). */
const DISCLOSURE_SINCE_MS = Date.UTC(2026, 2, 1);
const PRECISE_LOCATION = 1;

/**
 * What a TCF string allows us (P3, P4), as bits of `PRIVACY`: purpose 2 to bid, 1 to store, both to use an id, 3 and 4 to
 * personalise, 7 to measure, special feature 1 for a precise place. `undefined` when it is no valid string.
 */
export function judgeTcf(text: string, settings: PrivacySettings): number | undefined {
  const { vendorId } = settings;
  if (vendorId === null || text === '') return undefined;
  const signals = readTcf(text, vendorId);
  if (signals === undefined) return undefined;
  if (signals.disclosed === 'absent' && signals.createdMs >= DISCLOSURE_SINCE_MS) return undefined;
  const may = (purpose: number) => allows(signals, purpose, settings);
  if (!may(2)) return 0;
  let bits: number = PRIVACY.mayBid;
  if (may(1)) bits |= PRIVACY.mayStore | PRIVACY.mayUseId;
  if (may(1) && may(3) && may(4)) bits |= PRIVACY.mayPersonalise;
  if (may(7)) bits |= PRIVACY.mayMeasure;
  if (signals.vendorConsent && has(signals.specialFeatures, PRECISE_LOCATION)) bits |= PRIVACY.mayGeo;
  return bits;
}

function has(mask: number, id: number): boolean {
  return (mask & (1 << (id - 1))) !== 0;
}

/**
 * Whether a purpose has a legal basis. The publisher's restrictions come first; where they ask for a basis that is not
 * the one we registered, only a flexible purpose can follow (TCF policies, "publisher restrictions").
 */
function allows(signals: TcfSignals, purpose: number, settings: PrivacySettings): boolean {
  if (has(signals.forbidden, purpose)) return false;
  const flexible = settings.flexiblePurposes.includes(purpose);
  const interest = settings.interestPurposes.includes(purpose);
  const consentOnly = has(signals.consentOnly, purpose);
  const interestOnly = has(signals.interestOnly, purpose);
  if (consentOnly && interestOnly) return false;
  if (consentOnly && interest && !flexible) return false;
  if (interestOnly && !interest && !flexible) return false;
  if (interestOnly || (interest && !consentOnly)) return hasInterest(signals, purpose);
  return signals.vendorConsent && has(signals.purposeConsents, purpose);
}

/** Legitimate interest counts only with vendors that the user was shown; strings before TCF 2.3 do not tell. */
function hasInterest(signals: TcfSignals, purpose: number): boolean {
  return signals.disclosed !== 'no' && signals.vendorInterest && has(signals.purposeInterests, purpose);
}
