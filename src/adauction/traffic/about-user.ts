import type { RandomStream } from '../../kernel/index.ts';
import { chance } from '../draw.ts';
import type { WireRegs } from '../wire.ts';
import { gppUsNational, tcfString, usPrivacyString } from './consent.ts';
import type { PlaceKind } from './options.ts';
import type { Person } from './people.ts';

/** The user object; undefined where an exchange must not or cannot say who is there (COPPA, screens). */
export function userOf(person: Person, place: PlaceKind): Record<string, unknown> | undefined {
  if (place === 'dooh' || person.child) return undefined;
  const consent = person.country.gdpr
    ? { consent: tcfString(person.answer, person.consentCreatedDs, person.country.language) }
    : {};
  const segment = person.segments.map((id) => {
    const name = id.slice(id.indexOf('/') + 1);
    return { id: name, name: name.replaceAll('-', ' '), value: '1' };
  });
  const data = segment.length === 0 ? {} : { data: [{ id: 'gvdata', name: 'Example Data', segment }] };
  // An opted-out user's ids are removed by the exchange; what is in the page's context stays.
  if (person.limited || person.optedOut) return { ...consent, ...data };
  return {
    id: person.userId,
    ...(person.buyeruid === '' ? {} : { buyeruid: person.buyeruid }),
    yob: person.yob,
    gender: person.gender,
    ...consent,
    ...data,
    eids: eidsOf(person),
  };
}

function eidsOf(person: Person): readonly unknown[] {
  const eids = [
    { source: 'pub-common.example', inserter: 'ssp.example', mm: 3, uids: [{ id: person.userId, atype: 1 }] },
  ];
  if (person.uid2 !== '') {
    eids.push({
      source: 'uidapi.example',
      inserter: 'pub.example',
      mm: 3,
      uids: [{ id: person.uid2, atype: 3 }],
    });
  }
  if (person.id5 !== '') {
    eids.push({
      source: 'id5.example',
      inserter: 'ssp.example',
      mm: 5,
      uids: [{ id: person.id5, atype: 1 }],
    });
  }
  return eids;
}

/** What law and choice say of this person. */
export function regsOf(random: RandomStream, person: Person): WireRegs {
  const { gdpr, usPrivacy } = person.country;
  return {
    ...(person.child ? { coppa: 1 } : {}),
    ...(gdpr ? { gdpr: 1 } : usPrivacy ? { gdpr: 0 } : {}),
    ...(gdpr && chance(random, 0.3) ? { ext: { dsa: { dsarequired: pickDsa(random), pubrender: 0 } } } : {}),
    ...(usPrivacy
      ? {
          us_privacy: usPrivacyString(person.optedOut),
          gpp: gppUsNational(person.optedOut, person.gpc),
          gpp_sid: [7],
        }
      : {}),
  };
}

/** 1 is a wish, 2 and 3 a demand (B17). */
function pickDsa(random: RandomStream): number {
  return chance(random, 0.8) ? 1 : 2 + random.int(2);
}
