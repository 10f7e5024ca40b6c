import type { RandomStream } from '../../kernel/index.ts';
import { chance, pick } from '../draw.ts';
import type { PlaceKind } from './options.ts';
import type { Person } from './people.ts';

const NO_IFA = '00000000-0000-0000-0000-000000000000';

const AGENTS = {
  desktop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  iOS: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  Android:
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  tv: 'Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/5.0 Chrome/108.0.0.0 TV Safari/537.36',
  screen:
    'Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Signage/3.1',
} as const;

/** What the ad would be shown on, AdCOM device types: 2 PC, 3 TV, 4 phone, 7 set-top box, 8 screen. */
export function drawDevice(random: RandomStream, kind: PlaceKind, person: Person): Record<string, unknown> {
  switch (kind) {
    case 'site':
      return chance(random, 0.45) ? { ...desktop(), ...shared(person, true) } : phone(random, person);
    case 'app':
      return { ...phone(random, person), ...advertisingId(person, person.ifa, 'idfa') };
    case 'ctv':
      return {
        ua: AGENTS.tv,
        devicetype: pick(random, [3, 3, 7]),
        make: 'Samsung',
        model: 'QN90D',
        os: 'Tizen',
        osv: '8.0',
        w: 1920,
        h: 1080,
        connectiontype: 2,
        ...advertisingId(person, person.tvIfa, 'tifa'),
        ...shared(person, false),
      };
    case 'dooh':
      return {
        ua: AGENTS.screen,
        devicetype: 8,
        make: 'Signage',
        os: 'Linux',
        w: 1080,
        h: 1920,
        ip: person.ip,
        geo: geoOf(person, true),
      };
  }
}

function desktop() {
  return {
    ua: AGENTS.desktop,
    devicetype: 2,
    make: 'PC',
    os: 'Windows',
    osv: '10',
    w: 1920,
    h: 1080,
    js: 1,
    sua: structuredAgent('Windows', '15.0.0', ''),
  };
}

function phone(random: RandomStream, person: Person) {
  const ios = person.phone === 'iOS';
  return {
    ua: AGENTS[person.phone],
    devicetype: 4,
    make: ios ? 'Apple' : 'Google',
    model: ios ? 'iPhone' : 'Pixel 9',
    os: person.phone,
    osv: ios ? '18.6' : '15',
    w: 390,
    h: 844,
    pxratio: 3,
    js: 1,
    ...(ios ? {} : { sua: structuredAgent('Android', '15.0.0', 'Pixel 9') }),
    connectiontype: pick(random, [2, 6, 7]),
    carrier: 'Example Mobile',
    mccmnc: '310-260',
    ...shared(person, true),
  };
}

/** The structured form of the agent (§3.2.29), which browsers now send beside the text. */
function structuredAgent(platform: string, version: string, model: string) {
  const mobile = model === '' ? 0 : 1;
  return {
    browsers: [
      { brand: 'Chromium', version: ['142', '0', '7444', '60'] },
      { brand: 'Not_A Brand', version: ['99', '0', '0', '0'] },
    ],
    platform: { brand: platform, version: version.split('.') },
    mobile,
    ...(mobile === 1 ? { model } : {}),
    source: 2,
  };
}

function advertisingId(person: Person, ifa: string, type: string) {
  return person.limited
    ? { ifa: NO_IFA, lmt: 1 }
    : { ifa, lmt: 0, ext: { ifa_type: type === 'idfa' && person.phone === 'Android' ? 'aaid' : type } };
}

function shared(person: Person, mobile: boolean) {
  const address = person.ipv6 === '' ? { ip: person.ip } : { ipv6: person.ipv6 };
  return {
    ...(mobile ? address : { ip: person.ip }),
    language: person.language,
    ...(person.gpc ? { dnt: 1 } : {}),
    geo: geoOf(person, false),
  };
}

function geoOf(person: Person, exact: boolean) {
  const digits = exact ? 10_000 : 10;
  return {
    lat: Math.round(person.lat * digits) / digits,
    lon: Math.round(person.lon * digits) / digits,
    type: exact ? 1 : 2,
    country: person.country.code,
    region: person.region,
    city: person.city,
    zip: person.zip,
    ...(exact ? {} : { accuracy: 5_000, ipservice: 3, utcoffset: 0 }),
  };
}
