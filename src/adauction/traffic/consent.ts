import type { RandomStream } from '../../kernel/index.ts';
import { pickWeighted } from '../draw.ts';
import { BitWriter } from './bits.ts';

/** What somebody answered when asked. `garbage` is not a consent string at all. */
export type ConsentAnswer = 'all' | 'some' | 'none' | 'undisclosed' | 'garbage';

/** Vendor ids of the Global Vendor List end about here. */
const MAX_VENDOR = 1_300;
const ALL_PURPOSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** Purposes for which a legitimate interest may be claimed at all (TCF policies 2.2). */
const INTEREST_PURPOSES = [2, 7, 8, 9, 10, 11];

const ANSWERS: Readonly<Record<ConsentAnswer, number>> = {
  all: 0.74,
  some: 0.12,
  none: 0.1,
  undisclosed: 0.02,
  garbage: 0.02,
};

/** How one person answered, drawn once. */
export function drawAnswer(random: RandomStream): ConsentAnswer {
  return pickWeighted(random, ANSWERS);
}

/**
 * A TCF string (Transparency and Consent String v2.3, core and disclosed vendors) that says `answer` to every vendor:
 * `all` consents to all purposes, `some` to storage and plain ads (1, 2, 7), `none` to nothing. `undisclosed` is `all`
 * without the segment that 2.3 demands. `createdDs` is in tenths of a second since 1970.
 */
export function tcfString(answer: ConsentAnswer, createdDs: number, language: string): string {
  if (answer === 'garbage') return 'CP!not-a-consent-string~~';
  const purposes = answer === 'none' ? [] : answer === 'some' ? [1, 2, 7] : ALL_PURPOSES;
  const interests = answer === 'none' ? [] : INTEREST_PURPOSES;
  const core = new BitWriter();
  core.add(2, 6).add(createdDs, 36).add(createdDs, 36).add(31, 12).add(4, 12).add(1, 6);
  for (const letter of language.toUpperCase()) core.add(letter.charCodeAt(0) - 65, 6);
  core.add(142, 12).add(5, 6).add(1, 1).add(0, 1);
  core.addSet(answer === 'all' || answer === 'undisclosed' ? [1, 2] : [], 12);
  core.addSet(purposes, 24).addSet(interests, 24).add(0, 1);
  for (const letter of language.toUpperCase()) core.add(letter.charCodeAt(0) - 65, 6);
  addVendors(core, answer !== 'none');
  addVendors(core, answer !== 'none');
  core.add(0, 12);
  if (answer === 'undisclosed') return core.toString();
  const disclosed = new BitWriter().add(1, 3);
  addVendors(disclosed, true);
  return `${core.toString()}.${disclosed.toString()}`;
}

/** All vendors as one range, or none as an empty bit field. */
function addVendors(bits: BitWriter, all: boolean): void {
  if (all) bits.add(MAX_VENDOR, 16).add(1, 1).add(1, 12).add(1, 1).add(1, 16).add(MAX_VENDOR, 16);
  else bits.add(0, 16).add(0, 1);
}

/** A US Privacy string (IAB CCPA v1): notice given, opted out or not, no service-provider agreement. */
export function usPrivacyString(optedOut: boolean): string {
  return optedOut ? '1YYN' : '1YNN';
}

/**
 * A GPP string with the one section US National (id 7, version 1): every notice given; sale, sharing and targeted
 * advertising opted out of or not; the GPC sub-section when the browser says so. The header `DBABLA` is the
 * Fibonacci code of [7].
 */
export function gppUsNational(optedOut: boolean, gpc: boolean): string {
  const core = new BitWriter().add(1, 6);
  for (let notice = 0; notice < 6; notice += 1) core.add(1, 2);
  for (let choice = 0; choice < 3; choice += 1) core.add(optedOut ? 1 : 2, 2);
  core.add(0, 24).add(0, 4).add(0, 2).add(2, 2).add(0, 2).add(0, 2);
  const gpcSection = new BitWriter().add(1, 2).add(gpc ? 1 : 0, 1);
  return `DBABLA~${core.toString()}.${gpcSection.toString()}`;
}
