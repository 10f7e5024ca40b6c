import type { BidRequest } from '../request.ts';
import { ALL_ALLOWED, PRIVACY } from './bits.ts';
import { GPP_TCF_CANADA, GPP_TCF_EU, gppSection, readUsOptOut } from './gpp.ts';
import { judgeTcf } from './judge-tcf.ts';
import type { PrivacySettings } from './policy.ts';
import { RecentAnswers } from './recent.ts';
import { readUsPrivacy } from './us-privacy.ts';

/** Strings of the present users of one bidder: some megabytes at most. */
const RECENT_STRINGS = 4096;
/** The longest real strings are about 1,500 characters; longer ones are read but not kept. */
const MAX_KEPT_LENGTH = 2048;

/** Contextual advertising that looks at nobody. The ad may be counted, the user may not. */
const CONTEXTUAL = PRIVACY.mayBid;
/** Devices that ask for limited tracking keep the context, and measurement that names nobody. */
const LIMITED = PRIVACY.mayBid | PRIVACY.mayMeasure;

/** Settings, ready to judge, with the recent answers. One per process. */
export interface PrivacyPolicy {
  readonly settings: PrivacySettings;
  readonly gdprCountries: ReadonlySet<string>;
  readonly tcfAnswers: RecentAnswers;
  readonly gppAnswers: RecentAnswers;
}

/** Prepares settings for `decidePrivacy`. */
export function privacyPolicy(settings: PrivacySettings): PrivacyPolicy {
  return {
    settings,
    gdprCountries: new Set(settings.gdprCountries),
    tcfAnswers: new RecentAnswers(RECENT_STRINGS),
    gppAnswers: new RecentAnswers(RECENT_STRINGS),
  };
}

/**
 * What may be done with a request, as bits of `PRIVACY`; without `mayBid` none is set. Each regime that applies can only
 * take away (P1–P8): children, GDPR, GPP and US strings, device flags. Never throws.
 */
export function decidePrivacy(request: BidRequest, policy: PrivacyPolicy): number {
  const { regs, device } = request;
  const { settings } = policy;
  let bits = ALL_ALLOWED;
  if (regs.coppa) bits &= settings.children === 'contextual' ? CONTEXTUAL : 0;
  const europe = regs.gppSid.includes(GPP_TCF_EU);
  if (europe || gdprApplies(request, policy)) {
    // Strings in both places must both allow it.
    const section = europe ? (gppSection(regs.gpp, GPP_TCF_EU) ?? '') : '';
    if (section !== '') bits &= tcfBits(section, policy);
    if (section === '' || (request.user.consent !== '' && request.user.consent !== section)) {
      bits &= tcfBits(request.user.consent, policy);
    }
  }
  for (const section of regs.gppSid) bits &= gppBits(section, regs.gpp, policy);
  if (regs.usPrivacy !== '') bits &= optOutBits(readUsPrivacy(regs.usPrivacy), settings);
  if (device.limited || /^[0-]+$/.test(device.ifa)) bits &= LIMITED;
  return (bits & PRIVACY.mayBid) === 0 ? 0 : bits;
}

/** P2: by the request's word; where it says nothing, by country; without a country, by there being a consent string. */
function gdprApplies({ regs, device, user }: BidRequest, policy: PrivacyPolicy): boolean {
  if (regs.gdpr !== -1) return regs.gdpr === 1;
  return device.country === '' ? user.consent !== '' : policy.gdprCountries.has(device.country);
}

function tcfBits(text: string, policy: PrivacyPolicy): number {
  const kept = policy.tcfAnswers.get(text);
  if (kept !== undefined) return kept;
  const bits = judgeTcf(text, policy.settings) ?? missingBits(policy.settings);
  if (text.length <= MAX_KEPT_LENGTH) policy.tcfAnswers.set(text, bits);
  return bits;
}

function missingBits(settings: PrivacySettings): number {
  return settings.withoutConsent === 'contextual' ? CONTEXTUAL : 0;
}

/** Broken counts as opted out: a US section that cannot be read permits nothing about the user. */
function optOutBits(optedOut: boolean | undefined, settings: PrivacySettings): number {
  if (optedOut === false) return ALL_ALLOWED;
  return settings.optedOut === 'contextual' ? LIMITED : 0;
}

/** Section −1 says that none applies. A regime that we cannot read (Canada) leaves the context only. */
function gppBits(section: number, text: string, policy: PrivacyPolicy): number {
  if (section <= 0 || section === GPP_TCF_EU) return ALL_ALLOWED;
  if (section === GPP_TCF_CANADA) return missingBits(policy.settings);
  const key = `${section} ${text}`;
  const kept = policy.gppAnswers.get(key);
  if (kept !== undefined) return kept;
  const found = gppSection(text, section);
  const optedOut = found === undefined || found === '' ? undefined : readUsOptOut(section, found);
  const bits = optOutBits(optedOut, policy.settings);
  if (key.length <= MAX_KEPT_LENGTH) policy.gppAnswers.set(key, bits);
  return bits;
}
