import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Creative } from '../creative.ts';
import { readSample, sampleCreative, sampleRequest } from '../testing/index.ts';
import { RequestBlocks } from './blocks.ts';
import { type CategoryMap, creativeFacts } from './creative-facts.ts';
import type { Refusal } from './no-bid.ts';

const requestWith = (lists: object) =>
  readSample({ ...sampleRequest('banner'), bcat: [], badv: [], ...lists });
function refusal(lists: object, changes: Partial<Creative> = {}, map?: CategoryMap): Refusal {
  return new RequestBlocks(requestWith(lists)).refusal(creativeFacts(sampleCreative('banner', changes), map));
}

const cases: readonly (readonly [string, object, Partial<Creative>, Refusal])[] = [
  ['Q1 nothing blocked', {}, { cat: [] }, ''],
  ['Q1 the category itself', { bcat: ['IAB7-39'] }, { cat: ['IAB7-39'] }, 'category-blocked'],
  ['Q1 a parent covers its children', { bcat: ['IAB7'] }, { cat: ['IAB2', 'IAB7-39'] }, 'category-blocked'],
  ['Q1 a child does not cover its parent', { bcat: ['IAB7-39'] }, { cat: ['IAB7'] }, ''],
  ['Q1 IAB1 is no parent of IAB10', { bcat: ['IAB1'] }, { cat: ['IAB10-2'] }, ''],
  [
    'Q1 another taxonomy cannot be compared',
    { bcat: ['IAB7'] },
    { cattax: 2, cat: ['7'] },
    'category-unknown',
  ],
  ['Q1 nor with a request in another', { bcat: ['7'], cattax: 2 }, {}, 'category-unknown'],
  ['Q1 taxonomy is 1 when not given', { bcat: ['IAB2'], cattax: null }, {}, 'category-blocked'],
  ['Q1 a creative without category', { bcat: ['IAB7'] }, { cat: [] }, 'category-unknown'],
  ['Q1 an allowed category', { acat: ['IAB2'] }, { cat: ['IAB2-3'] }, ''],
  ['Q1 not an allowed category', { acat: ['IAB3'] }, {}, 'category-not-allowed'],
  ['V8 allowed and blocked', { acat: ['IAB2'], bcat: ['IAB2-3'] }, { cat: ['IAB2-3'] }, 'category-blocked'],
  ['Q2 the domain itself', { badv: ['brand.example'] }, {}, 'advertiser-blocked'],
  [
    'Q2 a domain above',
    { badv: ['brand.example'] },
    { adomain: ['shop.eu.brand.example'] },
    'advertiser-blocked',
  ],
  ['Q2 a domain below is another', { badv: ['shop.brand.example'] }, {}, ''],
  ['Q2 a name that only ends alike', { badv: ['brand.example'] }, { adomain: ['mybrand.example'] }, ''],
  ['Q2 any case, www, scheme and dot', { badv: ['HTTPS://www.Brand.Example./x'] }, {}, 'advertiser-blocked'],
  [
    'Q2 of the creative, too',
    { badv: ['brand.example'] },
    { adomain: ['WWW.Brand.example'] },
    'advertiser-blocked',
  ],
  ['Q2 a suffix such as co.uk', { badv: ['co.uk'] }, { adomain: ['brand.co.uk'] }, 'advertiser-blocked'],
  [
    'Q2 one of several domains',
    { badv: ['b.example'] },
    { adomain: ['a.example', 'b.example'] },
    'advertiser-blocked',
  ],
  ['Q2 the app it would install', { bapp: ['com.game'] }, { bundle: 'com.game' }, 'app-blocked'],
  ['Q2 no app to install', { bapp: [''] }, {}, ''],
  ['B16 a language wanted', { wlang: ['de', 'en'] }, { language: 'EN-gb' }, ''],
  ['B16 a language not wanted', { wlang: ['de'] }, {}, 'language-not-accepted'],
  ['B16 no known language', { wlang: ['de'] }, { language: '' }, 'language-not-accepted'],
  ['B16 a tag within a range', { wlangb: ['en'] }, { language: 'en-GB' }, ''],
  ['B16 a tag beside the range', { wlangb: ['en-US'] }, { language: 'en-GB' }, 'language-not-accepted'],
  ['B16 a tag that only begins alike', { wlangb: ['en'] }, { language: 'enm' }, 'language-not-accepted'],
  ['V8 both lists of languages hold', { wlang: ['en'], wlangb: ['de'] }, {}, 'language-not-accepted'],
];
describe('blocks', () => {
  for (const [name, lists, changes, expected] of cases) {
    test(`ortb/${name}`, () => assert.equal(refusal(lists, changes), expected));
  }
});

test('ortb/Q1 a table places categories of other taxonomies', () => {
  const map: CategoryMap = (from, id, to) =>
    from === 2 && id === '53' && to === 1 ? ['IAB3-1', 'IAB3'] : undefined;
  const creative = { cattax: 2, cat: ['53'] };
  assert.equal(refusal({ bcat: ['IAB3'] }, creative, map), 'category-blocked');
  assert.equal(refusal({ bcat: ['IAB4'] }, creative, map), '');
  assert.equal(refusal({ bcat: ['IAB4'] }, { ...creative, cat: ['53', '54'] }, map), 'category-unknown');
});

test('ortb/Q2 a domain is blocked exactly when it or one above is listed', () => {
  const label = fc.constantFrom('a', 'b', 'www', 'shop', 'co');
  const domain = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
  const plain = (text: string) => text.replace(/^www\./, '');
  fc.assert(
    fc.property(fc.array(domain, { maxLength: 4 }), domain, (badv, own) => {
      const blocked = badv.some(
        (each) => plain(own) === plain(each) || plain(own).endsWith(`.${plain(each)}`),
      );
      // A list entry of one label would block a whole top-level domain; those are not looked at.
      fc.pre(badv.every((each) => plain(each).includes('.')) && plain(own).includes('.'));
      assert.equal(refusal({ badv }, { adomain: [own] }), blocked ? 'advertiser-blocked' : '');
    }),
  );
});
