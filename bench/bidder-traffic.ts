import { type RandomStream, randomStream } from '../src/kernel/index.ts';

/** How many different requests are sent in turn. */
export const BODIES = 256;

/** The last hop of every supply chain: the exchange that asks. */
export const LAST_HOP = 'exchange.example';
/** Our seat there. */
export const BENCH_SEAT = 'gavotte';

const SIZES: readonly (readonly [number, number])[] = [
  [300, 250],
  [728, 90],
  [320, 50],
  [160, 600],
  [970, 250],
  [300, 600],
  [336, 280],
  [468, 60],
];
const VIDEO_SIZES: readonly (readonly [number, number])[] = [
  [640, 360],
  [1280, 720],
  [1920, 1080],
];

/**
 * OpenRTB 2.6 requests of websites, 2.3 to 3.75 KB: one or two imps, banner or video, up to four deals each, device
 * with geo, user with ids and segments, a supply chain, GPP. Half of the deals are among the thousand that bidders know.
 */
export function bidBodies(): readonly Buffer[] {
  const random = randomStream('bench-bidder');
  return Array.from({ length: BODIES }, (_, index) =>
    Buffer.from(JSON.stringify(request(random.split(`${index}`), index))),
  );
}

function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.int(from.length)]!;
}

function hex(random: RandomStream, digits: number): string {
  let text = '';
  while (text.length < digits) text += random.uint32().toString(16).padStart(8, '0');
  return text.slice(0, digits);
}

function request(random: RandomStream, index: number): object {
  const domain = `news-${random.int(500)}.example`;
  return {
    id: hex(random, 32),
    imp: Array.from({ length: 1 + random.int(2) }, (_, at) => imp(random, at + 1)),
    site: {
      id: hex(random, 8),
      domain,
      cat: ['IAB12', 'IAB12-2'],
      cattax: 1,
      page: `https://${domain}/section/${hex(random, 12)}/article-${index}?utm_source=newsletter&utm_campaign=${hex(random, 10)}`,
      ref: 'https://search.example/',
      keywords: 'news,politics,economy,weather,sport',
      publisher: { id: `pub-${random.int(2_000)}`, name: `Publisher ${random.int(2_000)}`, domain },
      content: { language: 'en', title: `Article ${index}`, len: 640, livestream: 0 },
    },
    device: device(random),
    user: user(random),
    at: 1 + random.int(2),
    tmax: 120,
    cur: ['USD'],
    bcat: ['IAB25', 'IAB26', 'IAB7-39', 'IAB8-5', 'IAB8-18'],
    badv: ['competitor-one.example', 'competitor-two.example', 'casino.example'],
    source: {
      tid: hex(random, 32),
      fd: 1,
      schain: {
        ver: '1.0',
        complete: 1,
        nodes: hops(random),
      },
    },
    regs: { coppa: 0, gdpr: 0, gpp: 'DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA', gpp_sid: [7] },
    ext: { exchange: { version: 3, region: 'us-east', pod: hex(random, 6) } },
  };
}

function hops(random: RandomStream): readonly object[] {
  const count = 1 + random.int(3);
  return Array.from({ length: count }, (_, hop) => ({
    asi: hop === count - 1 ? LAST_HOP : `exchange-${hop}.example`,
    sid: hex(random, 10),
    hp: 1,
    rid: hex(random, 16),
  }));
}

function imp(random: RandomStream, at: number): object {
  const deals = Array.from({ length: random.int(5) }, () => ({
    id: `deal-${random.int(2_000)}`,
    bidfloor: (100 + random.int(300)) / 100,
    bidfloorcur: 'USD',
    at: 1 + random.int(3),
    wseat: ['gavotte'],
  }));
  return {
    id: `${at}`,
    ...(random.int(3) === 0 ? { video: video(random) } : { banner: banner(random) }),
    tagid: `/1234/${hex(random, 8)}/slot-${at}`,
    bidfloor: (20 + random.int(170)) / 100,
    bidfloorcur: 'USD',
    secure: 1,
    exp: 300,
    instl: 0,
    ...(deals.length > 0 ? { pmp: { private_auction: random.int(6) === 0 ? 1 : 0, deals } } : {}),
    ext: { gpid: `/1234/${hex(random, 8)}/slot-${at}`, tid: hex(random, 32) },
  };
}

function banner(random: RandomStream): object {
  const first = random.int(SIZES.length - 1);
  const format = Array.from({ length: 1 + random.int(3) }, (_, at) => {
    const [w, h] = SIZES[(first + at) % SIZES.length]!;
    return { w, h };
  });
  return {
    format,
    w: format[0]!.w,
    h: format[0]!.h,
    pos: 1,
    btype: [1],
    battr: [1, 2, 8],
    api: [5, 6],
    topframe: 1,
  };
}

function video(random: RandomStream): object {
  const [w, h] = pick(random, VIDEO_SIZES);
  return {
    mimes: random.int(16) === 0 ? ['video/webm'] : ['video/mp4', 'video/webm'],
    minduration: 5,
    maxduration: pick(random, [15, 30, 60]),
    protocols: [2, 3, 5, 6, 7, 8],
    w,
    h,
    plcmt: 1,
    linearity: 1,
    skip: 1,
    skipafter: 5,
    playbackmethod: [1],
    delivery: [2],
    api: [1, 2, 7],
  };
}

function device(random: RandomStream): object {
  return {
    ua: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${120 + random.int(20)}.0.0.0 Safari/537.36`,
    sua: {
      browsers: [
        { brand: 'Chromium', version: ['128', '0', '6613', '138'] },
        { brand: 'Google Chrome', version: ['128', '0', '6613', '138'] },
      ],
      platform: { brand: 'Windows', version: ['15', '0', '0'] },
      mobile: 0,
      architecture: 'x86',
      source: 2,
    },
    geo: {
      lat: 40 + random.int(1_000) / 100,
      lon: -74 - random.int(1_000) / 100,
      country: 'USA',
      region: 'NY',
      city: 'New York',
      zip: `${10_000 + random.int(999)}`,
      type: 2,
    },
    ip: `203.0.113.${random.int(256)}`,
    devicetype: 2,
    make: 'Generic',
    model: 'Desktop',
    os: 'Windows',
    osv: '10',
    w: 1920,
    h: 1080,
    pxratio: 1,
    js: 1,
    language: 'en',
    connectiontype: 2,
    dnt: 0,
    lmt: 0,
  };
}

function user(random: RandomStream): object {
  return {
    id: hex(random, 24),
    buyeruid: hex(random, 24),
    eids: Array.from({ length: 1 + random.int(3) }, (_, at) => ({
      source: `id-${at}.example`,
      uids: [{ id: hex(random, 40), atype: 3 }],
    })),
    data: [
      {
        id: 'segments',
        name: 'provider.example',
        segment: Array.from({ length: 2 + random.int(12) }, () => ({ id: `${random.int(100_000)}` })),
      },
    ],
  };
}

const TRANSACTION = Buffer.from('"tid":"');
const USER = Buffer.from('"buyeruid":"');
const RENEWED_DIGITS = 8;

/** Where requests name their transaction (not those of their imps, which come first) and their user. */
export interface Renewable {
  readonly bytes: Buffer;
  readonly transactionAt: number;
  readonly userAt: number;
}

/** Finds them in bytes that hold one body. */
export function renewable(bytes: Buffer): Renewable {
  return {
    bytes,
    transactionAt: bytes.lastIndexOf(TRANSACTION) + TRANSACTION.length,
    userAt: bytes.indexOf(USER) + USER.length,
  };
}

/** Makes it another impression for another user, as bidders rightly treat repeated ones otherwise. */
export function renew({ bytes, transactionAt, userAt }: Renewable, number: number): Buffer {
  const digits = number.toString(16).padStart(RENEWED_DIGITS, '0');
  bytes.write(digits, transactionAt, 'latin1');
  bytes.write(digits, userAt, 'latin1');
  return bytes;
}
