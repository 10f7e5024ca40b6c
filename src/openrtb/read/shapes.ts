import type { Key, Shape } from './source.ts';

type Field = Omit<Key, 'name' | 'slot'>;

const VALUE: Field = { child: undefined, list: false };
const LIST: Field = { child: undefined, list: true };
const object = (child: Shape): Field => ({ child, list: false });
const listOf = (child: Shape): Field => ({ child, list: true });

/** Two words a field: what stands there, and where. */
const WORDS = 2;

function shape<Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
): Readonly<Record<keyof Fields, Key>> {
  const keys = Object.entries(fields).map(([name, field], index) => [
    name,
    { name, slot: index * WORDS, ...field },
  ]);
  return Object.fromEntries(keys) as Readonly<Record<keyof Fields, Key>>;
}

export const DURATION_FLOOR = shape({ mindur: VALUE, maxdur: VALUE, bidfloor: VALUE });

export const DEAL = shape({
  id: VALUE,
  bidfloor: VALUE,
  bidfloorcur: VALUE,
  at: VALUE,
  guar: VALUE,
  wseat: LIST,
  wadomain: LIST,
  mincpmpersec: VALUE,
  durfloors: listOf(DURATION_FLOOR),
});

export const PMP = shape({ private_auction: VALUE, deals: listOf(DEAL) });

export const FORMAT = shape({ w: VALUE, h: VALUE, wmin: VALUE, wratio: VALUE, hratio: VALUE });

export const BANNER = shape({
  format: listOf(FORMAT),
  w: VALUE,
  h: VALUE,
  btype: LIST,
  battr: LIST,
  api: LIST,
  mimes: LIST,
  pos: VALUE,
  expdir: LIST,
});

export const VIDEO = shape({
  mimes: LIST,
  minduration: VALUE,
  maxduration: VALUE,
  rqddurs: LIST,
  protocols: LIST,
  protocol: LIST,
  w: VALUE,
  h: VALUE,
  linearity: VALUE,
  placement: VALUE,
  plcmt: VALUE,
  skip: VALUE,
  skipmin: VALUE,
  minbitrate: VALUE,
  maxbitrate: VALUE,
  battr: LIST,
  api: LIST,
  delivery: LIST,
  playbackmethod: LIST,
  podid: LIST,
  podseq: VALUE,
  slotinpod: VALUE,
  maxseq: VALUE,
  poddur: VALUE,
  mincpmpersec: VALUE,
  durfloors: listOf(DURATION_FLOOR),
});

export const NATIVE = shape({ request: VALUE, ver: VALUE, battr: LIST, api: LIST });

export const QTY = shape({ multiplier: VALUE });
export const IMP_EXT = shape({ gpid: VALUE });

export const IMP = shape({
  id: VALUE,
  bidfloor: VALUE,
  bidfloorcur: VALUE,
  secure: VALUE,
  instl: VALUE,
  rwdd: VALUE,
  ssai: VALUE,
  exp: VALUE,
  tagid: VALUE,
  ext: object(IMP_EXT),
  qty: object(QTY),
  banner: object(BANNER),
  video: object(VIDEO),
  audio: object(VIDEO),
  native: object(NATIVE),
  pmp: object(PMP),
});

export const NODE = shape({ asi: VALUE, sid: VALUE, hp: VALUE });
export const SCHAIN = shape({ complete: VALUE, nodes: listOf(NODE) });
/** `ext` of the request and of its source: both have held the supply chain. */
export const SCHAIN_EXT = shape({ schain: object(SCHAIN) });
export const SOURCE = shape({ tid: VALUE, schain: object(SCHAIN), ext: object(SCHAIN_EXT) });

export const PUBLISHER = shape({ id: VALUE, domain: VALUE });
/** Site, app or screen. */
export const PLACE = shape({
  id: VALUE,
  domain: VALUE,
  bundle: VALUE,
  page: VALUE,
  publisher: object(PUBLISHER),
  cat: LIST,
  venuetype: LIST,
  venuetypeid: LIST,
});

export const GEO = shape({ country: VALUE, region: VALUE, lat: VALUE, lon: VALUE });
export const DEVICE = shape({
  ua: VALUE,
  ip: VALUE,
  ipv6: VALUE,
  ifa: VALUE,
  lmt: VALUE,
  dnt: VALUE,
  devicetype: VALUE,
  os: VALUE,
  language: VALUE,
  geo: object(GEO),
});

/** A segment, or an id of another party: all that is read of either is its id. */
export const WITH_ID = shape({ id: VALUE });
export const EID = shape({ source: VALUE, mm: VALUE, uids: listOf(WITH_ID) });
export const DATA = shape({ id: VALUE, segment: listOf(WITH_ID) });
export const USER_EXT = shape({ consent: VALUE, eids: listOf(EID) });
export const USER = shape({
  id: VALUE,
  buyeruid: VALUE,
  eids: listOf(EID),
  data: listOf(DATA),
  consent: VALUE,
  ext: object(USER_EXT),
});

export const DSA = shape({ dsarequired: VALUE });
export const REGS_EXT = shape({
  gdpr: VALUE,
  gpp: VALUE,
  gpp_sid: LIST,
  us_privacy: VALUE,
  dsa: object(DSA),
});
export const REGS = shape({
  coppa: VALUE,
  gdpr: VALUE,
  gpp: VALUE,
  gpp_sid: LIST,
  us_privacy: VALUE,
  ext: object(REGS_EXT),
});

export const REQUEST = shape({
  id: VALUE,
  test: VALUE,
  at: VALUE,
  tmax: VALUE,
  cur: LIST,
  wseat: LIST,
  bseat: LIST,
  wlang: LIST,
  wlangb: LIST,
  acat: LIST,
  bcat: LIST,
  cattax: VALUE,
  badv: LIST,
  bapp: LIST,
  imp: listOf(IMP),
  site: object(PLACE),
  app: object(PLACE),
  dooh: object(PLACE),
  source: object(SOURCE),
  device: object(DEVICE),
  user: object(USER),
  regs: object(REGS),
  ext: object(SCHAIN_EXT),
});
