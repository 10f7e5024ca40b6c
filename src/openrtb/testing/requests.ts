/** A request as its sender writes it: a plain object to change at will before it is put into bytes. */
export interface SampleRequest {
  id: string;
  imp: Record<string, unknown>[];
  [field: string]: unknown;
}

/** The kinds of valid requests that `sampleRequest` makes. */
export const SAMPLE_KINDS = ['banner', 'video', 'multi', 'pod', 'dooh', 'native', 'audio', 'deals'] as const;
/** One of `SAMPLE_KINDS`. */
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/**
 * A valid OpenRTB 2.6 request, for tests and trials; each call makes a new object, the same for the same arguments.
 * `banner`: one 300x250 or 320x50 on a site, floor 0.5 USD. `video`: in-app, skippable, floor 4 USD. `multi`: a banner
 * and a banner-or-video. `pod`: a dynamic pod of up to 4 ads in 90 s. `dooh`: a screen with 12.5 viewers. `native`,
 * `audio`: one each. `deals`: a banner with a guaranteed deal (`deal-pg`, at 3, 12 USD), a preferred deal in EUR
 * (`deal-pd`) and an open floor.
 */
export function sampleRequest(kind: SampleKind, id = `request-${kind}`): SampleRequest {
  return { id, ...common(kind), ...place(kind), imp: imps(kind) };
}

/** A sample request as the bytes that an exchange sends. */
export function sampleBody(request: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

function common(kind: SampleKind): Record<string, unknown> {
  return {
    at: 1,
    tmax: 150,
    cur: ['USD'],
    bcat: ['IAB25', 'IAB7-39'],
    badv: ['blocked.example'],
    source: {
      tid: 'tid-1',
      schain: { ver: '1.0', complete: 1, nodes: [{ asi: 'exchange.example', sid: 'pub-7', hp: 1 }] },
    },
    device: kind === 'dooh' ? screen() : phone(),
    ...(kind === 'dooh' ? {} : { user: user() }),
    regs: { coppa: 0, gdpr: 0 },
  };
}

function phone(): Record<string, unknown> {
  return {
    ua: 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
    ip: '203.0.113.0',
    ifa: '8f2a6c1e-3b7d-4e5f-9a0b-1c2d3e4f5a6b',
    devicetype: 4,
    os: 'Android',
    language: 'en',
    geo: { country: 'USA', region: 'CA', lat: 37.77, lon: -122.42 },
  };
}

function screen(): Record<string, unknown> {
  return {
    ua: 'Screen/1.0',
    ip: '203.0.113.0',
    devicetype: 3,
    geo: { country: 'USA', lat: 40.75, lon: -73.98 },
  };
}

function user(): Record<string, unknown> {
  return {
    id: 'user-1',
    buyeruid: 'buyer-user-1',
    data: [{ id: 'data.example', segment: [{ id: 'sports' }, { id: 'travel' }] }],
    eids: [{ source: 'id.example', mm: 3, uids: [{ id: 'eid-1', atype: 3 }] }],
  };
}

function place(kind: SampleKind): Record<string, unknown> {
  const publisher = { id: 'pub-7', domain: 'publisher.example' };
  if (kind === 'dooh') return { dooh: { id: 'venue-1', venuetype: ['transit.airports'], publisher } };
  if (kind === 'video' || kind === 'pod' || kind === 'audio') {
    return {
      app: {
        id: 'app-1',
        bundle: 'com.publisher.player',
        domain: 'publisher.example',
        cat: ['IAB1'],
        publisher,
      },
    };
  }
  const page = 'https://news.publisher.example/world';
  return { site: { id: 'site-1', domain: 'news.publisher.example', page, cat: ['IAB12'], publisher } };
}

function imps(kind: SampleKind): Record<string, unknown>[] {
  if (kind === 'multi') {
    return [imp('1', { banner: banner() }, 0.5), imp('2', { banner: banner(), video: video() }, 2)];
  }
  if (kind === 'pod') {
    const pod = {
      podid: 'break-1',
      poddur: 90,
      maxseq: 4,
      minduration: 6,
      maxduration: 30,
      mincpmpersec: 0.4,
    };
    return [imp('1', { video: { ...video(), ...pod } }, 4)];
  }
  if (kind === 'deals') return [{ ...imp('1', { banner: banner() }, 0.5), pmp: pmp() }];
  if (kind === 'video') return [imp('1', { video: video() }, 4)];
  if (kind === 'audio') return [imp('1', { audio: audio() }, 3)];
  if (kind === 'native') return [imp('1', { native: native() }, 1)];
  const dooh = kind === 'dooh' ? { qty: { multiplier: 12.5, sourcetype: 1 } } : {};
  return [{ ...imp('1', { banner: banner() }, 0.5), ...dooh }];
}

function imp(id: string, formats: object, bidfloor: number): Record<string, unknown> {
  return {
    id,
    ...formats,
    bidfloor,
    bidfloorcur: 'USD',
    secure: 1,
    tagid: `slot-${id}`,
    ext: { gpid: `/7/slot-${id}` },
  };
}

function banner(): Record<string, unknown> {
  const format = [
    { w: 300, h: 250 },
    { w: 320, h: 50 },
  ];
  return { format, battr: [8], api: [5, 7], pos: 1 };
}

function video(): Record<string, unknown> {
  return {
    mimes: ['video/mp4'],
    minduration: 5,
    maxduration: 30,
    protocols: [2, 3, 7],
    w: 1280,
    h: 720,
    linearity: 1,
    plcmt: 1,
    skip: 1,
    skipmin: 10,
    minbitrate: 300,
    maxbitrate: 4000,
    api: [7],
    delivery: [2],
  };
}

function audio(): Record<string, unknown> {
  return {
    mimes: ['audio/mp4', 'audio/mpeg'],
    minduration: 5,
    maxduration: 30,
    protocols: [9, 10],
    delivery: [2],
  };
}

function native(): Record<string, unknown> {
  const assets = [
    { id: 1, required: 1, title: { len: 90 } },
    { id: 2, required: 1, img: { type: 3, wmin: 600, hmin: 314 } },
    { id: 3, required: 0, data: { type: 1, len: 40 } },
  ];
  const eventtrackers = [{ event: 1, methods: [1] }];
  return { request: JSON.stringify({ ver: '1.2', assets, eventtrackers }), ver: '1.2' };
}

function pmp(): Record<string, unknown> {
  const deals = [
    { id: 'deal-pg', at: 3, guar: 1, bidfloor: 12, bidfloorcur: 'USD', wseat: ['seat-1'] },
    { id: 'deal-pd', at: 1, bidfloor: 6.5, bidfloorcur: 'EUR' },
  ];
  return { private_auction: 0, deals };
}
