import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { currency, GavotteError } from '../../kernel/index.ts';
import { impressionCost, noticeCost } from './cost.ts';
import { AUCTION_MACROS, type AuctionMacro, macro, substituteMacros } from './macros.ts';
import { noticeReader } from './reader.ts';
import { NoticeSigner, noticeUrl } from './signer.ts';
import { CONFIG, EXPIRES, LEASE, NOW, plainExchange, type SampleBid, sampleTarget } from './testing.ts';
import { NOTICE_KINDS, type Notice, type NoticeKind, type NoticeRefusal } from './types.ts';

const read = noticeReader(CONFIG);
type Values = Partial<Record<AuctionMacro, string>>;

function target(kind: NoticeKind, values: Values, bid: SampleBid = {}): string {
  return substituteMacros(sampleTarget(kind, bid), values);
}

function accepted(text: string): Notice {
  const result = read(text, NOW);
  assert.ok(result.ok, result.ok ? '' : result.reason);
  return result.notice;
}

function refused(text: string): { reason: NoticeRefusal; alarm: boolean; authentic: boolean } {
  const result = read(text, NOW);
  assert.ok(!result.ok, `${text} was accepted`);
  return { reason: result.reason, alarm: result.alarm, authentic: result.claims !== undefined };
}

test('ortb/W5 what was signed is what is read, for every kind', () => {
  for (const kind of NOTICE_KINDS) {
    assert.deepEqual(accepted(target(kind, { PRICE: '2.10', CURRENCY: 'USD' })), {
      ...LEASE,
      kind,
      exchange: 'north',
      bidId: 'bid-1',
      capCpmMicros: 2_500_000,
      expiresAt: EXPIRES,
      test: false,
      billedBy: 'bill',
      maxMultiplier: 1,
      price: /click|error/.test(kind) ? undefined : 2_100_000,
      multiplier: 1,
      lossCode: undefined,
      errorCode: undefined,
      creative: '',
      minToWin: undefined,
      shownAt: undefined,
      at: NOW,
      bills: kind === 'bill',
    });
  }
});

test('ortb/W5 any names, prices and times survive the URL', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(
      fc.record({ campaign: name, account: name, holder: name, dealId: name, epoch: fc.nat() }),
      fc.nat(),
      fc.boolean(),
      (claims, capCpmMicros, test) => {
        const notice = accepted(target('win', {}, { claims, capCpmMicros, test }));
        for (const [key, value] of Object.entries(claims)) {
          assert.equal(notice[key as keyof typeof claims], value);
        }
        assert.equal(notice.capCpmMicros, capCpmMicros);
        assert.equal(notice.test, test);
      },
    ),
  );
});

test('ortb/W1 the notice that spends is the one that was signed to: burl, or the pixel of the markup; never nurl', () => {
  const bills = (kind: NoticeKind, billedBy: 'bill' | 'imp') =>
    accepted(target(kind, {}, { billedBy })).bills;
  assert.deepEqual(
    NOTICE_KINDS.filter((kind) => bills(kind, 'bill')),
    ['bill'],
  );
  assert.deepEqual(
    NOTICE_KINDS.filter((kind) => bills(kind, 'imp')),
    ['imp'],
  );
});

test('ortb/W3 every macro of the standard is substituted, those it does not have stay', () => {
  const all = AUCTION_MACROS.map((name) => `${name}=${macro(name)}`).join('&');
  const values = Object.fromEntries(AUCTION_MACROS.map((name, i) => [name, String(i)]));
  assert.equal(substituteMacros(all, values), AUCTION_MACROS.map((name, i) => `${name}=${i}`).join('&'));
  assert.equal(substituteMacros(all, {}), AUCTION_MACROS.map((name) => `${name}=`).join('&'));
  assert.equal(substituteMacros(macro('PRICE').replace('}', ':B64}'), { PRICE: '1.5' }), 'MS41');
  const others = macro('PRICE').replace('PRICE', 'OTHER') + ['$', '{OTHER}'].join('');
  assert.equal(substituteMacros(others, { PRICE: '1.5' }), others);
});

test('ortb/W3 only macros that the exchange knows are asked for', () => {
  const config = { ...CONFIG, exchanges: [{ ...plainExchange('north'), macros: [] }] };
  assert.match(sampleTarget('bill', { config }), /&p=\$\{AUCTION_PRICE\}$/);
});

describe('ortb/W4 values', () => {
  test('an empty price keeps the event, its price unknown', () => {
    const loss = accepted(target('loss', { LOSS: '102' }));
    assert.equal(loss.price, undefined);
    assert.equal(loss.lossCode, 102);
  });
  test('AUDIT is a test render and costs nothing', () => {
    const audit = accepted(target('bill', { PRICE: 'AUDIT', CURRENCY: 'AUDIT', MULTIPLIER: 'AUDIT' }));
    assert.equal(audit.price, 'audit');
    assert.equal(noticeCost(audit), 0);
  });
  test('an unsubstituted macro is refused, with an alarm, also percent-encoded', () => {
    const raw = sampleTarget('bill');
    const alarm = { reason: 'unsubstituted-macro', alarm: true, authentic: true };
    assert.deepEqual(refused(raw), alarm);
    assert.deepEqual(
      refused(raw.replaceAll('$', '%24').replaceAll('{', '%7B').replaceAll('}', '%7D')),
      alarm,
    );
    assert.deepEqual(refused(target('bill', {}).replace('p=', 'p=%%WINNING_PRICE%%')), alarm);
  });
});

describe('fault/D7 forgery and replay', () => {
  const good = target('bill', { PRICE: '2.5', CURRENCY: 'USD' });

  test('changing any character of the token refuses it', () => {
    const from = good.indexOf('t=') + 2;
    const to = good.indexOf('&p=');
    for (let i = from; i < to; i++) {
      const other = good[i] === 'A' ? 'B' : 'A';
      assert.equal(
        read(good.slice(0, i) + other + good.slice(i + 1), NOW).ok,
        false,
        `character ${i - from}`,
      );
    }
  });
  test('the token of one kind is no token of another', () => {
    for (const from of NOTICE_KINDS) {
      for (const to of NOTICE_KINDS) {
        const moved = target(from, {}).replace(`/n/${from}/`, `/n/${to}/`);
        // Win and loss are both the exchange's to tell, click and error the browser's.
        const pairs = [/win|loss/, /click|error/];
        const same = from === to || pairs.some((pair) => pair.test(from) && pair.test(to));
        assert.equal(read(moved, NOW).ok, same, `${from} as ${to}`);
      }
    }
  });
  test("another exchange's token is told from a forged one", () => {
    const other = { reason: 'other-exchange', alarm: true, authentic: false };
    assert.deepEqual(refused(good.replace('/north?', '/south?')), other);
    const foreign = { ...CONFIG, keys: [new Uint8Array(32).fill(9)] };
    const forged = { reason: 'forged', alarm: true, authentic: false };
    assert.deepEqual(refused(target('bill', {}, { config: foreign })), forged);
  });
  test('a price sent twice, a broken escape, too few fields, another path', () => {
    const malformed = { reason: 'malformed', alarm: false, authentic: false };
    assert.deepEqual(refused(`${good}&p=0.01`), malformed);
    assert.deepEqual(refused(`${good}&x=%E0%A4`), malformed);
    assert.deepEqual(refused('/n/bill/north?t=a.b.c'), malformed);
    assert.equal(refused('/n/bill/west?t=x').reason, 'unknown-exchange');
    for (const path of [
      '/',
      '/n/pay/north?t=x',
      '/n/bill/north',
      `/n/bill/north?t=${'x'.repeat(5000)}`,
      '',
    ]) {
      assert.equal(refused(path).reason, 'not-a-notice', path);
    }
  });
  test('five hours late it still counts, and says when it was due', () => {
    const result = read(good, (NOW + 5 * 3_600_000) as typeof NOW);
    assert.ok(result.ok && result.notice.at > result.notice.expiresAt);
  });
  test('a replaced key is accepted while notices are due, and a dropped one is not', () => {
    const [old] = CONFIG.keys;
    const fresh = new Uint8Array(32).fill(5);
    assert.ok(noticeReader({ ...CONFIG, keys: [fresh, old!] })(good, NOW).ok);
    assert.ok(!noticeReader({ ...CONFIG, keys: [fresh] })(good, NOW).ok);
  });
  test('anything at all is answered, never thrown at', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(read(text, NOW).ok, false)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = read(`/n/bill/north?t=${text}&p=1`, NOW);
        assert.equal(result.ok, false);
      }),
    );
  });
  test('a query re-encoded by a library on the way is the same notice', () => {
    const [path, query] = good.split('?');
    assert.deepEqual(accepted(`${path}?${new URLSearchParams(query).toString()}&cb=1`), accepted(good));
  });
});

describe('fault/D9 prices', () => {
  const withPrice = (PRICE: string) => target('bill', { PRICE, CURRENCY: 'USD' });
  const cases: readonly [string, NoticeRefusal][] = [
    ['2.52', 'price-above-bid'],
    ['2.500002', 'price-above-bid'],
    ['250', 'price-above-bid'],
    ['-0.01', 'price-negative'],
    ['-1e-05', 'price-negative'],
    ['NaN', 'price-invalid'],
    ['Infinity', 'price-invalid'],
    ['1e99', 'price-invalid'],
    ['0x1', 'price-invalid'],
    ['1,5', 'price-invalid'],
    [' 1', 'price-invalid'],
    ['1.5USD', 'price-invalid'],
    ['99999999999999', 'price-invalid'],
  ];
  for (const [price, reason] of cases) {
    test(`${price} is refused: ${reason}`, () => {
      assert.deepEqual(refused(withPrice(price)), { reason, alarm: true, authentic: true });
    });
  }
  test('a bid of 2.4951 that the exchange rounds to 2.50 is paid at 2.4951', () => {
    assert.equal(accepted(target('bill', { PRICE: '2.50' }, { capCpmMicros: 2_495_100 })).price, 2_495_100);
  });
  test('a seventh decimal is rounded up, and small prices may be in scientific form', () => {
    assert.equal(accepted(withPrice('1.0000001')).price, 1_000_001);
    assert.equal(accepted(withPrice('1e-05')).price, 10);
    assert.equal(accepted(withPrice('0')).price, 0);
  });
  test('another currency is refused', () => {
    assert.equal(refused(target('bill', { PRICE: '1', CURRENCY: 'EUR' })).reason, 'other-currency');
  });
  test('no accepted notice costs more than was reserved', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.double({ min: 0, max: 2000, noNaN: true }),
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        (capCpmMicros, price, maxMultiplier, shown) => {
          const values = { PRICE: String(price), MULTIPLIER: String(shown) };
          const result = read(target('bill', values, { capCpmMicros, maxMultiplier }), NOW);
          if (!result.ok) return;
          assert.ok(noticeCost(result.notice) <= impressionCost(capCpmMicros, maxMultiplier));
        },
      ),
    );
  });
});

test('ortb/W11 a DOOH display is paid by its multiplier, never more than asked for', () => {
  const paid = (MULTIPLIER: string) =>
    target('bill', { PRICE: '2', MULTIPLIER, IMP_TS: '1800000000123' }, { maxMultiplier: 12.5 });
  const notice = accepted(paid('0.5'));
  assert.equal(notice.multiplier, 0.5);
  assert.equal(notice.shownAt, 1_800_000_000_123);
  assert.equal(noticeCost(notice), 1000);
  assert.equal(accepted(paid('')).multiplier, 12.5);
  for (const wrong of ['12.6', '0', '-1', 'NaN', '1e3']) {
    assert.equal(refused(paid(wrong)).reason, 'multiplier-invalid', wrong);
  }
});

test('ortb/W12 the price is the one after discount: bid 10, 20 % off, pays 8', () => {
  const notice = accepted(target('bill', { PRICE: '8.0' }, { capCpmMicros: 10_000_000 }));
  assert.equal(notice.price, 8_000_000);
  assert.equal(noticeCost(notice), 8000);
});

test('ortb/F8 a price is a CPM in the currency of the bid: what is billed is a thousandth of it, in that currency', () => {
  const claims = { currency: currency('EUR') };
  for (const CURRENCY of ['', 'EUR']) {
    const notice = accepted(target('bill', { PRICE: '2.10', CURRENCY }, { claims }));
    assert.deepEqual([noticeCost(notice), notice.currency], [2_100, 'EUR']);
  }
  assert.equal(
    refused(target('bill', { PRICE: '2.10', CURRENCY: 'USD' }, { claims })).reason,
    'other-currency',
  );
});

test('ortb/V11 a test request costs nothing', () => {
  assert.equal(noticeCost(accepted(target('bill', { PRICE: '2' }, { test: true }))), 0);
});

test('notices: weak keys, other addresses and bad names are refused when set up', () => {
  const wrong = [
    { ...CONFIG, keys: [] },
    { ...CONFIG, keys: [new Uint8Array(31)] },
    { ...CONFIG, baseUrl: 'https://n.example.com/path' },
    { ...CONFIG, exchanges: [plainExchange('a'), plainExchange('a')] },
    { ...CONFIG, exchanges: [plainExchange('a/b')] },
  ];
  for (const config of wrong) {
    assert.throws(
      () => new NoticeSigner(config),
      (thrown) => thrown instanceof GavotteError,
    );
  }
});

test('ortb/T9 notices come by https only', () => {
  assert.throws(
    () => new NoticeSigner({ ...CONFIG, baseUrl: 'http://n.example.com' }),
    (thrown) => thrown instanceof GavotteError,
  );
});

test('notices: a token needs no escaping anywhere', () => {
  const signer = new NoticeSigner(CONFIG);
  const claims = { ...LEASE, campaign: 'a.b_c/ü&<"' };
  const signed = signer.context('north', claims).sign('b', 1, EXPIRES, false, 'imp');
  assert.match(signed.token('imp'), /^[A-Za-z0-9._-]+$/);
  assert.ok(noticeUrl(signer.urls('north'), 'click', signed).endsWith(signed.token('click')));
});
