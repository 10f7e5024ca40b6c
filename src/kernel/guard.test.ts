import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GavotteError } from './errors.ts';
import { checkUrl, isPublicAddress, originSet } from './guard.ts';

const nobody = originSet([]);

/** Each of these must be refused before a packet leaves (fault/S1). */
const FORBIDDEN_URLS = [
  // Loopback and own network, in every spelling the URL parser understands.
  'https://127.0.0.1/',
  'https://127.1/',
  'https://127.255.255.254/',
  'https://0x7f.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://017700000001/',
  'https://0177.0.0.1/',
  'https://0177.0.0.0x1/',
  'https://127.0.0.1./',
  'https://%31%32%37.0.0.1/',
  'https://１２７.0.0.1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://0.0.0.0/',
  'https://0/',
  'https://0.1.2.3/',
  // RFC 1918, carrier NAT, link-local with the metadata addresses, protocol assignments.
  'https://10.0.0.1/',
  'https://10.255.255.255/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.0.1/',
  'https://192.168.1.1:8443/',
  'https://100.64.0.1/',
  'https://100.127.255.255/',
  'https://100.100.100.200/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0xa9fea9fe/',
  'https://2852039166/',
  'https://169.254.170.2/',
  'https://192.0.0.192/',
  'https://192.0.2.1/',
  'https://198.18.0.1/',
  'https://198.51.100.7/',
  'https://203.0.113.9/',
  'https://192.88.99.1/',
  'https://224.0.0.1/',
  'https://239.255.255.250/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  // IPv6: loopback, unspecified, mapped, compatible, NAT64, 6to4, Teredo, unique local, link-local, multicast.
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:a00:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[::8.8.8.8]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::a00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2002:a00:1::1]/',
  'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  'https://[2001:db8::1]/',
  'https://[3fff::1]/',
  'https://[5f00::1]/',
  'https://[100::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[fe80::1%25eth0]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  // Names that never are public.
  'https://localhost/',
  'https://LOCALHOST/',
  'https://localhost./',
  'https://ⓛocalhost/',
  'https://api.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://router.home.arpa/',
  'https://intranet/',
  `https://${'y'.repeat(64)}.example/`,
  `https://${'long.'.repeat(60)}example/`,
  // Schemes, user info, ports, junk.
  'http://seller.example/',
  'file:///etc/passwd',
  'gopher://seller.example:70/1',
  'ftp://seller.example/',
  'data:text/plain,hi',
  'javascript:alert(1)',
  'ws://seller.example/',
  'blob:https://seller.example/1',
  'https://user@seller.example/',
  'https://user:secret@seller.example/',
  'https://seller.example@127.0.0.1/',
  'https://:secret@seller.example/',
  'https://seller.example:22/',
  'https://seller.example:25/',
  'https://seller.example:80/',
  'https://seller.example:0/',
  'https://seller.example:1023/',
  'https://',
  'seller.example',
  '//seller.example/',
  '',
];

describe('fault/S1 the guard', () => {
  it('knows at least 60 ways to reach a private place', () => {
    assert.ok(FORBIDDEN_URLS.length >= 60, String(FORBIDDEN_URLS.length));
  });

  for (const url of FORBIDDEN_URLS) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.throws(() => checkUrl(url, nobody), { code: 'GV_URL_FORBIDDEN' });
    });
  }

  for (const url of [
    'https://seller.example/',
    'https://seller.example:443/',
    'https://seller.example:8443/products?limit=500',
    'https://8.8.8.8/',
    'https://172.32.0.1/',
    'https://100.128.0.1/',
    'https://169.255.0.1/',
    'https://[2606:4700:4700::1111]/',
    'https://xn--bcher-kva.example/',
    'https://bücher.example/',
    'https://local.example/',
  ]) {
    it(`admits ${url}`, () => {
      assert.equal(checkUrl(url, nobody).exempt, false);
    });
  }

  it('admits exactly the origins the operator names', () => {
    const named = originSet(['http://127.0.0.1:8000/', 'HTTPS://Seller.Example:443']);
    assert.equal(checkUrl('http://127.0.0.1:8000/products', named).exempt, true);
    assert.equal(checkUrl('https://seller.example/x', named).exempt, true);
    for (const other of [
      'http://127.0.0.1:8001/',
      'https://127.0.0.1:8000/',
      'http://127.0.0.2:8000/',
      'http://u@127.0.0.1:8000/',
    ]) {
      assert.throws(() => checkUrl(other, named), { code: 'GV_URL_FORBIDDEN' }, other);
    }
  });

  it('never shows a password', () => {
    assert.throws(
      () => checkUrl('https://user:hunter2@seller.example/', nobody),
      (error: GavotteError) => !error.message.includes('hunter2'),
    );
  });

  it('refuses an --allow-private that is not an origin, naming it', () => {
    for (const text of ['8000', 'localhost:8000', 'file:///x', '']) {
      assert.throws(() => originSet([text]), { code: 'GV_BAD_INPUT' }, text);
    }
  });

  it('calls no address public that is written oddly', () => {
    for (const text of [
      '',
      'localhost',
      '1.2.3',
      '01.2.3.4',
      '8.8.8.8 ',
      '8.8.8.8%eth0',
      '2606:4700::1%1',
      '::ffff:1',
    ]) {
      assert.equal(isPublicAddress(text), false, text);
    }
  });

  it('agrees with arithmetic on which IPv4 addresses of the private blocks are private', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(octet, octet, octet, (b, c, d) => {
        for (const address of [
          `10.${b}.${c}.${d}`,
          `127.${b}.${c}.${d}`,
          `192.168.${c}.${d}`,
          `169.254.${c}.${d}`,
        ]) {
          assert.equal(isPublicAddress(address), false);
        }
        assert.equal(isPublicAddress(`172.${b}.${c}.${d}`), !(b >= 16 && b <= 31));
        assert.equal(isPublicAddress(`100.${b}.${c}.${d}`), !(b >= 64 && b <= 127));
      }),
    );
  });

  it('throws nothing but its own error, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.ipV6().map((ip) => `https://[${ip}]/`),
        ),
        (text) => {
          try {
            checkUrl(text, nobody);
          } catch (error) {
            assert.ok(error instanceof GavotteError);
          }
        },
      ),
    );
  });
});
