import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import type { Seller } from '../types.ts';
import { filterSellers, type SellerRequirements } from './filter-sellers.ts';

function seller(rest: Partial<Seller> = {}): Seller {
  return {
    sellerId: 's-1',
    url: 'https://one.example',
    name: 'One',
    trustLevel: 'VERIFIED',
    capabilities: ['ctv'],
    dealTypes: ['PG', 'PD'],
    contentCategories: ['sports'],
    provenance: [{ source: 'aamp', origin: 'https://r.example', externalId: '42', seenAt: 0 as EpochMs }],
    discoverOnly: null,
    ...rest,
  };
}

/** Why a seller is left out; null when it is kept. */
function reason(rest: Partial<Seller>, requirements: Partial<SellerRequirements> = {}): string | null {
  const discovery = { sellers: [seller(rest)], excluded: [], warnings: [] };
  const { sellers, excluded } = filterSellers(discovery, {
    mediaType: 'ctv',
    dealTypes: [],
    ...requirements,
  });
  assert.equal(sellers.length + excluded.length, 1);
  return excluded[0]?.reason ?? null;
}

describe('filterSellers', () => {
  it('keeps who fits', () => {
    assert.equal(reason({}, { dealTypes: ['PD'], contentCategories: ['Sports'] }), null);
  });

  it('keeps who did not say', () => {
    const silent = { capabilities: [], dealTypes: [], contentCategories: [] };
    assert.equal(reason(silent, { dealTypes: ['PA'], contentCategories: ['news'] }), null);
  });

  it('names why a seller is left out', () => {
    assert.match(reason({ capabilities: ['display'] }) ?? '', /sells display, not ctv/);
    assert.match(reason({}, { dealTypes: ['PA'] }) ?? '', /offers PG, PD, not PA/);
    assert.match(reason({}, { contentCategories: ['news'] }) ?? '', /no content of news/);
    assert.match(reason({ trustLevel: 'BLOCKED' }) ?? '', /blocks/);
    assert.match(reason({ discoverOnly: 'bad signature' }) ?? '', /bad signature/);
  });

  it('excludes by id, by a registry id, or by address in any spelling', () => {
    for (const name of [
      's-1',
      '42',
      'https://one.example',
      'https://one.example/',
      'HTTPS://One.Example:443',
    ])
      assert.match(reason({}, { excludedSellers: [name] }) ?? '', /excludedSellers/, name);
    for (const name of ['s-2', 'one.example', 'https://one.example/path', ''])
      assert.equal(reason({}, { excludedSellers: [name] }), null, name);
  });

  it('keeps what was excluded before, and the warnings', () => {
    const before = { sellerId: 'x', name: 'X', url: '', reason: 'malformed' };
    const result = filterSellers(
      { sellers: [], excluded: [before], warnings: ['old list'] },
      { mediaType: 'ctv', dealTypes: [] },
    );
    assert.deepEqual(result, { sellers: [], excluded: [before], warnings: ['old list'] });
  });
});
