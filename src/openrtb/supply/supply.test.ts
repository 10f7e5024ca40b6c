import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type EpochMs, GavotteError } from '../../kernel/index.ts';
import { readProfile } from '../profiles/profile.ts';
import { nbrOf } from '../rules/no-bid.ts';
import { readSample, sampleRequest } from '../testing/index.ts';
import { parseAdsTxt } from './ads-txt.ts';
import { Authorisations } from './authorisations.ts';
import { judgeSupply } from './judge-supply.ts';
import { readSupplyPolicy } from './policy.ts';
import { parseSellersJson } from './sellers-json.ts';

const NOW = 1_800_000_000_000 as EpochMs;
const PROFILE = readProfile({ name: 'north', asi: 'exchange.example' });
const NODE = { asi: 'exchange.example', sid: 'pub-7', hp: 1 };
const FIRST = { asi: 'first.example', sid: 'f-1', hp: 1 };

interface Case {
  readonly source?: object;
  readonly ext?: object;
  readonly site?: object;
  readonly app?: object;
  readonly dooh?: object;
  readonly policy?: object;
  readonly adsTxt?: string | null;
  readonly fetchedAt?: number;
  readonly sellers?: object;
  readonly bundleDomain?: string;
}

/** Judges a request of news.example by a chain, with its ads.txt when given (`null` for a 404). */
function judge(given: Case) {
  const authorisations = new Authorisations();
  if (given.adsTxt !== undefined) {
    const file = given.adsTxt === null ? undefined : parseAdsTxt(given.adsTxt);
    const fetchedAt = (given.fetchedAt ?? NOW) as EpochMs;
    const kind = given.app === undefined ? 'ads.txt' : 'app-ads.txt';
    authorisations.setAdsTxt(kind, 'news.example', file, { fetchedAt, askAt: fetchedAt });
  }
  if (given.sellers !== undefined) {
    const text = JSON.stringify({ sellers: given.sellers });
    authorisations.setSellers('exchange.example', parseSellersJson(text), { fetchedAt: NOW, askAt: NOW });
  }
  if (given.bundleDomain !== undefined) authorisations.setAppDomain('com.news', given.bundleDomain);
  const { site, app, dooh, ...sample } = sampleRequest('banner');
  const place = given.app
    ? { app: given.app }
    : given.dooh
      ? { dooh: given.dooh }
      : { site: given.site ?? { domain: 'news.example' } };
  const source = given.source ?? { schain: chain([NODE]) };
  const request = readSample({ ...sample, ...place, source, ext: given.ext ?? {} });
  return judgeSupply(request, PROFILE, authorisations, readSupplyPolicy(given.policy ?? {}), NOW);
}
const chain = (nodes: readonly object[], complete: unknown = 1) => ({ ver: '1.0', complete, nodes });

describe('ortb/S1 the chain is found in its three places', () => {
  const broken = chain([{ ...NODE, asi: 'other.example' }]);
  for (const [name, where] of Object.entries({
    'source.schain': { source: { schain: broken } },
    'source.ext.schain': { source: { ext: { schain: broken } } },
    'ext.schain': { source: {}, ext: { schain: broken } },
  })) {
    test(name, () => assert.equal(judge(where), 'schain-invalid'));
  }
});

describe('ortb/S2 a valid chain', () => {
  test('ends at the exchange that called us', () => {
    assert.equal(judge({ source: { schain: chain([FIRST, NODE]) } }), '');
    assert.equal(judge({ source: { schain: chain([NODE, FIRST]) } }), 'schain-invalid');
    assert.equal(judge({ source: { schain: chain([{ ...NODE, asi: 'EXCHANGE.example' }]) } }), '');
  });
  test('has nodes, each with asi, sid of at most 64 characters and hp 1, and says whether it is complete', () => {
    const wrong: object[][] = [
      [],
      [{ ...NODE, sid: '' }],
      [{ ...NODE, sid: 'x'.repeat(65) }],
      [{ ...NODE, hp: 0 }],
    ];
    for (const nodes of [...wrong, [{ asi: '', sid: '1', hp: 1 }, NODE]]) {
      assert.equal(judge({ source: { schain: chain(nodes) } }), 'schain-invalid', JSON.stringify(nodes));
    }
    assert.equal(judge({ source: { schain: { ver: '1.0', nodes: [NODE] } } }), 'schain-invalid');
  });
});

describe('ortb/S3 by policy', () => {
  test('incomplete and missing chains', () => {
    const incomplete = { source: { schain: chain([NODE], 0) } };
    assert.equal(judge(incomplete), '');
    assert.equal(judge({ ...incomplete, policy: { incompleteSchain: 'refuse' } }), 'schain-incomplete');
    assert.equal(judge({ source: {} }), '');
    assert.equal(judge({ source: {}, policy: { missingSchain: 'refuse' } }), 'schain-incomplete');
    assert.equal(nbrOf('schain-incomplete'), 16);
  });
  test('blocked nodes, as a system or as one account', () => {
    const source = { schain: chain([FIRST, NODE]) };
    for (const node of ['FIRST.example', 'first.example/F-1']) {
      assert.equal(judge({ source, policy: { blockedNodes: [node] } }), 'schain-node-blocked');
    }
    assert.equal(judge({ source, policy: { blockedNodes: ['first.example/f-2'] } }), '');
    assert.equal(nbrOf('schain-node-blocked'), 17);
  });
  test('chains that are too long', () => {
    assert.equal(
      judge({ source: { schain: chain([FIRST, NODE]) }, policy: { maxHops: 1 } }),
      'schain-invalid',
    );
  });
});

describe('ortb/S4 ads.txt', () => {
  const LISTED = 'exchange.example, pub-7, RESELLER\nfirst.example, f-1, DIRECT';
  const source = { schain: chain([FIRST, NODE]) };
  test('the first account and the last must be listed', () => {
    assert.equal(judge({ source, adsTxt: LISTED }), '');
    for (const adsTxt of LISTED.split('\n')) {
      assert.equal(judge({ source, adsTxt }), 'ads-txt-violation', adsTxt);
    }
    assert.equal(nbrOf('ads-txt-violation'), 12);
  });
  test('account ids are exact, systems are not case-sensitive', () => {
    assert.equal(judge({ adsTxt: 'EXCHANGE.example, pub-7, direct' }), '');
    assert.equal(judge({ adsTxt: 'exchange.example, PUB-7, DIRECT' }), 'ads-txt-violation');
  });
  test("without a chain, the request's publisher id is the account", () => {
    const site = { domain: 'www.news.example', publisher: { id: 'pub-7' } };
    assert.equal(judge({ source: {}, site, adsTxt: LISTED }), '');
    assert.equal(
      judge({ source: {}, site: { ...site, publisher: { id: 'x' } }, adsTxt: LISTED }),
      'ads-txt-violation',
    );
  });
  test('of an incomplete chain only the last account can be asked for', () => {
    assert.equal(
      judge({ source: { schain: chain([{ ...FIRST, sid: 'who' }, NODE], 0) }, adsTxt: LISTED }),
      '',
    );
  });
  test('a placeholder authorises nobody; an empty file and a 404 say nothing', () => {
    assert.equal(
      judge({ adsTxt: 'placeholder.example.com, placeholder, DIRECT, placeholder' }),
      'ads-txt-violation',
    );
    for (const adsTxt of ['', '# nothing yet\n', '<html><body>Not found</body></html>', null]) {
      assert.equal(judge({ adsTxt, policy: { unknownAdsTxt: 'refuse' } }), '', String(adsTxt));
    }
  });
  test('a file that was not had, or too long ago, is by policy', () => {
    assert.equal(judge({}), '');
    assert.equal(judge({ policy: { unknownAdsTxt: 'refuse' } }), 'ads-txt-unavailable');
    const old = { adsTxt: 'other.example, 1, DIRECT', fetchedAt: NOW - 8 * 86_400_000 };
    assert.equal(judge(old), '');
    assert.equal(judge({ ...old, policy: { unknownAdsTxt: 'refuse' } }), 'ads-txt-unavailable');
    assert.equal(nbrOf('ads-txt-unavailable'), 11);
  });
  test("a subdomain goes by its parent's file; an app by that of its developer", () => {
    const adsTxt = 'other.example, 1, DIRECT';
    assert.equal(judge({ site: { domain: 'sport.news.example' }, adsTxt }), 'ads-txt-violation');
    assert.equal(judge({ site: { domain: 'oldnews.example' }, adsTxt }), '');
    const app = { bundle: 'com.news', domain: 'store.example' };
    assert.equal(judge({ app, adsTxt }), '');
    assert.equal(judge({ app, adsTxt, bundleDomain: 'news.example' }), 'ads-txt-violation');
  });
  test('a screen has no ads.txt', () => {
    assert.equal(judge({ dooh: { id: 'screen' }, policy: { unknownAdsTxt: 'refuse' } }), '');
  });
});

describe('ortb/S5 sellers.json bears out who sells directly', () => {
  const seller = (one: object) => [
    { seller_id: 'pub-7', seller_type: 'PUBLISHER', domain: 'news.example', ...one },
  ];
  const adsTxt = 'exchange.example, pub-7, DIRECT\nOWNERDOMAIN=media.example';
  test('the owner that ads.txt names', () => {
    assert.equal(judge({ adsTxt, sellers: seller({ domain: 'Media.example' }) }), '');
    assert.equal(judge({ adsTxt, sellers: seller({ domain: 'media.example', seller_type: 'both' }) }), '');
    assert.equal(judge({ adsTxt, sellers: seller({}) }), 'ads-txt-violation');
    assert.equal(judge({ adsTxt, sellers: seller({}), policy: { contradictedSeller: 'allow' } }), '');
  });
  test('the site itself where no owner is named, or its manager', () => {
    const plain = 'exchange.example, pub-7, DIRECT';
    assert.equal(judge({ adsTxt: plain, sellers: seller({}) }), '');
    const managed = `${plain}\nMANAGERDOMAIN=house.example,US`;
    assert.equal(
      judge({ adsTxt: managed, sellers: seller({ domain: 'house.example', seller_type: 'INTERMEDIARY' }) }),
      '',
    );
  });
  test('an intermediary is no direct seller, and nor is one that is not listed', () => {
    assert.equal(
      judge({ adsTxt, sellers: seller({ domain: 'media.example', seller_type: 'INTERMEDIARY' }) }),
      'ads-txt-violation',
    );
    assert.equal(judge({ adsTxt, sellers: [] }), 'ads-txt-violation');
  });
  test('confidential sellers and resellers are not asked', () => {
    assert.equal(judge({ adsTxt, sellers: seller({ is_confidential: 1 }) }), '');
    assert.equal(judge({ adsTxt: 'exchange.example, pub-7, RESELLER', sellers: [] }), '');
  });
});

test('ortb/S4 ads.txt as publishers write it: comments, extensions, spaces, bad lines, any line end', () => {
  const file = parseAdsTxt(
    '\ufeff# our sellers\r\nAds.Example , 123 , Direct , f08c47fec0942fa0 # main\rads.example,123\nads.example,,DIRECT\n' +
      'b.example, 9, RESELLER; x=y\nnonsense\nb.example, 9, MAYBE\ncontact=us@news.example\nOwnerDomain = Media.Example\n' +
      'OWNERDOMAIN=second.example\nmanagerdomain=house.example, DE\n,,,\nnot a domain, 1, DIRECT\n' +
      'subdomain=Sport.News.example\nSUBDOMAIN=10.0.0.1',
  );
  assert.deepEqual(file, {
    statement: true,
    records: [
      { asi: 'ads.example', sid: '123', relation: 'direct' },
      { asi: 'b.example', sid: '9', relation: 'reseller' },
    ],
    ownerDomain: 'media.example',
    managerDomains: ['house.example'],
    subdomains: ['sport.news.example'],
    problems: [
      { line: 3, why: 'a record has a domain, an account, and DIRECT or RESELLER' },
      { line: 4, why: 'an account has 1 to 256 characters' },
      { line: 6, why: 'a record has a domain, an account, and DIRECT or RESELLER' },
      { line: 7, why: 'its third field is neither DIRECT nor RESELLER' },
      { line: 12, why: 'its first field is no domain' },
      { line: 13, why: 'its first field is no domain' },
      { line: 15, why: 'SUBDOMAIN is no domain' },
    ],
  });
});

test('supply: files of any content are read without a throw, within limits', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseAdsTxt(text)));
  assert.equal(parseAdsTxt('a.example,1,DIRECT\n'.repeat(60_000)).records.length, 50_000);
  const listed = parseSellersJson(
    '{"sellers":[null,{"seller_id":5,"seller_type":"Publisher","domain":"A.example "},{"seller_id":"x"},{"seller_id":"y","seller_type":"?"}]}',
  );
  assert.deepEqual([...listed], [['5', { type: 'PUBLISHER', domain: 'a.example' }]]);
  assert.equal(parseSellersJson('[]').size, 0);
  assert.throws(
    () => parseSellersJson('<html>'),
    (thrown) => thrown instanceof GavotteError,
  );
});

test('supply: wrong policies are named', () => {
  for (const wrong of [{ missingSchain: 'maybe' }, { maxHops: 0 }, { adsTxt: 'x' }, null]) {
    assert.throws(
      () => readSupplyPolicy(wrong),
      (thrown) => thrown instanceof GavotteError,
    );
  }
});
