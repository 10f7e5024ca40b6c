import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { canonicalJson } from '../../kernel/index.ts';
import { CardVerifier, type TrustedKey } from './card-signature.ts';

const SELLER = 'https://seller.example';
const CARD = {
  name: 'Seller',
  url: SELLER,
  capabilities: { streaming: false },
  nested: { b: [1, 2.5], a: 'ä' },
};

const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const otherCurve = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });

const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
const pinned = (keyId: string, key: KeyObject, sellerUrl?: string): TrustedKey => ({
  keyId,
  publicKey: jwk(key),
  ...(sellerUrl === undefined ? {} : { sellerUrl }),
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A detached JWS over a card, as A2A writes it. */
function signed(card: object, header: Record<string, unknown>, key: KeyObject) {
  const head = encode(header);
  const data = Buffer.from(`${head}.${Buffer.from(canonicalJson(card)).toString('base64url')}`);
  const mark =
    key.asymmetricKeyType === 'ec'
      ? sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
      : sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);
  return { protected: head, signature: mark.toString('base64url') };
}

const withSignature = (...signatures: unknown[]) => ({ ...CARD, signatures });

describe('CardVerifier', () => {
  it('verifies ES256, EdDSA and RS256 signatures by pinned keys, given as JWK or PEM', () => {
    for (const [alg, pair] of [
      ['ES256', ec],
      ['EdDSA', ed],
      ['RS256', rsa],
    ] as const) {
      const card = withSignature(signed(CARD, { alg, kid: 'k', typ: 'JOSE' }, pair.privateKey));
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      assert.equal(
        new CardVerifier([pinned('k', pair.publicKey)]).check(card, SELLER).verdict,
        'verified',
        alg,
      );
      assert.equal(
        new CardVerifier([{ keyId: 'k', publicKey: pem }]).check(card, SELLER).verdict,
        'verified',
      );
    }
  });

  it('does not mind the order in which a card is written', () => {
    const { name, ...rest } = CARD;
    const card = { signatures: [signed(CARD, { alg: 'ES256', kid: 'k' }, ec.privateKey)], ...rest, name };
    assert.equal(new CardVerifier([pinned('k', ec.publicKey)]).check(card, SELLER).verdict, 'verified');
  });

  it('takes a card without signatures as unsigned', () => {
    const verifier = new CardVerifier([pinned('k', ec.publicKey)]);
    for (const card of [CARD, { ...CARD, signatures: [] }, { ...CARD, signatures: null }])
      assert.equal(verifier.check(card, SELLER).verdict, 'unsigned');
  });

  it('accepts one good signature among others', () => {
    const good = signed(CARD, { alg: 'EdDSA', kid: 'k' }, ed.privateKey);
    const card = withSignature({ protected: 'x', signature: 'y' }, good);
    assert.equal(new CardVerifier([pinned('k', ed.publicKey)]).check(card, SELLER).verdict, 'verified');
  });

  const verifier = new CardVerifier([
    pinned('k', ec.publicKey),
    pinned('rsa', rsa.publicKey),
    pinned('weak', weakRsa.publicKey),
    pinned('curve', otherCurve.publicKey),
    pinned('theirs', ed.publicKey, 'https://other.example/'),
  ]);
  const es256 = { alg: 'ES256', kid: 'k' };
  for (const [name, card, reason] of [
    [
      'a changed card',
      { ...withSignature(signed(CARD, es256, ec.privateKey)), name: 'Other' },
      /does not match/,
    ],
    ['an added field', { ...withSignature(signed(CARD, es256, ec.privateKey)), extra: 1 }, /does not match/],
    [
      'another key',
      withSignature(signed(CARD, es256, generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)),
      /does not match/,
    ],
    [
      'an unknown key',
      withSignature(signed(CARD, { alg: 'ES256', kid: 'new' }, ec.privateKey)),
      /not a pinned one/,
    ],
    [
      'a key it brings along',
      withSignature(signed(CARD, { alg: 'ES256', kid: 'new', jwk: jwk(ec.publicKey) }, ec.privateKey)),
      /not a pinned one/,
    ],
    [
      'a key it points to',
      withSignature(
        signed(CARD, { alg: 'ES256', kid: 'new', jku: 'https://evil.example/keys' }, ec.privateKey),
      ),
      /not a pinned one/,
    ],
    [
      'alg none',
      withSignature({ protected: encode({ alg: 'none', kid: 'k' }), signature: '' }),
      /"none" is not allowed/,
    ],
    [
      'alg None',
      withSignature({ protected: encode({ alg: 'None', kid: 'k' }), signature: '' }),
      /not allowed/,
    ],
    [
      'a MAC',
      withSignature({ protected: encode({ alg: 'HS256', kid: 'k' }), signature: 'AAAA' }),
      /not allowed/,
    ],
    [
      'a prototype name as algorithm',
      withSignature({ protected: encode({ alg: 'constructor', kid: 'k' }), signature: 'AAAA' }),
      /not allowed/,
    ],
    [
      'an algorithm that does not fit the key',
      withSignature(signed(CARD, { alg: 'EdDSA', kid: 'k' }, ed.privateKey)),
      /does not fit/,
    ],
    [
      'a weak RSA key',
      withSignature(signed(CARD, { alg: 'RS256', kid: 'weak' }, weakRsa.privateKey)),
      /does not fit/,
    ],
    [
      'another curve',
      withSignature(signed(CARD, { alg: 'ES256', kid: 'curve' }, otherCurve.privateKey)),
      /does not fit/,
    ],
    [
      "another seller's key",
      withSignature(signed(CARD, { alg: 'EdDSA', kid: 'theirs' }, ed.privateKey)),
      /pinned for another seller/,
    ],
    [
      'an unencoded payload',
      withSignature(signed(CARD, { alg: 'ES256', kid: 'k', b64: false, crit: ['b64'] }, ec.privateKey)),
      /header cannot be read/,
    ],
    ['no key id', withSignature(signed(CARD, { alg: 'ES256' }, ec.privateKey)), /not a pinned one/],
    [
      'a header that is not JSON',
      withSignature({ protected: '!!', signature: 'x' }),
      /header cannot be read/,
    ],
    ['a signature that is not an object', withSignature('x'), /not a JWS/],
    ['signatures that are no list', { ...CARD, signatures: 'x' }, /not a JWS/],
  ] as const) {
    it(`fault/B13 refuses ${name}`, () => {
      const verdict = verifier.check(card, SELLER);
      assert.equal(verdict.verdict, 'refused');
      assert.match(verdict.verdict === 'refused' ? verdict.reason : '', reason);
    });
  }

  it('fault/B13 refuses a seller whose key is pinned when its signature was stripped', () => {
    const strict = new CardVerifier([pinned('k', ec.publicKey, `${SELLER}/`)]);
    assert.equal(strict.check(CARD, SELLER).verdict, 'refused');
    assert.equal(strict.check(CARD, 'https://other.example').verdict, 'unsigned');
    const card = withSignature(signed(CARD, es256, ec.privateKey));
    assert.equal(strict.check(card, SELLER).verdict, 'verified');
  });

  it('names a pinned key that cannot be read', () => {
    assert.throws(() => new CardVerifier([{ keyId: 'broken', publicKey: 'x' }]), {
      code: 'GV_BAD_INPUT',
      message: /"broken"/,
    });
  });
});
