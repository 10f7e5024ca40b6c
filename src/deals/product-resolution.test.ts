import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { money } from '../kernel/index.ts';
import { resolveProduct } from './product-resolution.ts';
import type { Product } from './types.ts';

function product(productId: string, price: number | null, rest: Partial<Product> = {}): Product {
  return {
    productId,
    name: productId,
    formats: ['ctv'],
    basePrice: price === null ? null : money(price * 1_000_000, 'USD'),
    floorCpm: null,
    minimumImpressions: 0,
    availableImpressions: null,
    dealTypes: [],
    ...rest,
  };
}

const found = (products: readonly Product[], wanted: Partial<Parameters<typeof resolveProduct>[1]>) => {
  const { outcome, product: each } = resolveProduct({ products }, { dealType: 'PD', ...wanted });
  return `${outcome} ${each?.productId ?? '-'}`;
};

describe('resolveProduct', () => {
  it('takes the requested id before anything else, priced or not', () => {
    const catalog = [product('a', 1), product('b', null, { name: 'A' })];
    assert.equal(found(catalog, { productId: 'b', productName: 'a', channel: 'ctv' }), 'exact_id b');
  });

  it('then the same name, trimmed and case-folded; among several the smallest id', () => {
    const catalog = [
      product('z', 1, { name: 'Sports ' }),
      product('y', 9, { name: ' SPORTS' }),
      product('x', 1),
    ];
    assert.equal(found(catalog, { productId: 'gone', productName: 'sports' }), 'name_match y');
  });

  it('never matches an empty name', () => {
    assert.equal(
      found([product('a', null, { name: '' })], { productName: ' ', channel: 'ctv' }),
      'unresolved -',
    );
  });

  it('then the cheapest of the channel that has a price; ties go to the smallest id', () => {
    const catalog = [
      product('free', 0),
      product('asked', null),
      product('c', 3),
      product('b', 2),
      product('a', 2),
    ];
    assert.equal(found(catalog, { channel: 'CTV' }), 'channel_match a');
  });

  it('prefers a product that lists the deal type over a cheaper one that does not', () => {
    const catalog = [
      product('cheap', 1, { dealTypes: ['PA'] }),
      product('fit', 5, { dealTypes: ['PG', 'PD'] }),
    ];
    assert.equal(found(catalog, { channel: 'ctv' }), 'channel_match fit');
  });

  it('knows the aliases of channels on both sides', () => {
    assert.equal(
      found([product('a', 1, { formats: ['mobile_app'] })], { channel: 'mobile' }),
      'channel_match a',
    );
    assert.equal(
      found([product('a', 1, { formats: ['banner'] })], { channel: 'display' }),
      'channel_match a',
    );
    assert.equal(
      found([product('a', 1, { formats: ['rewarded'] })], { channel: 'Video' }),
      'channel_match a',
    );
    assert.equal(
      found([product('a', 1, { formats: ['Podcast'] })], { channel: 'podcast' }),
      'channel_match a',
    );
  });

  it('counts a product that names no format as one of any channel', () => {
    assert.equal(found([product('a', 1, { formats: [] })], { channel: 'audio' }), 'channel_match a');
  });

  it('falls back to the media type, and says when nothing answers', () => {
    assert.equal(found([product('a', 1)], { mediaType: 'ctv' }), 'channel_match a');
    assert.equal(found([product('a', 1)], {}), 'unresolved -');
    assert.equal(found([], { channel: 'ctv' }), 'unresolved -');
    assert.equal(found([product('a', null)], { channel: 'ctv' }), 'unresolved -');
  });
});
