import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EpochMs } from '../../kernel/index.ts';
import type { TrustLevel } from '../types.ts';
import { type DatedListing, mergeListings } from './merge.ts';

const at = 1_795_000_000_000 as EpochMs;

function listing(
  origin: string,
  ...sellers: readonly [externalId: string, url: string, trust?: TrustLevel, capabilities?: string[]][]
): DatedListing {
  return {
    source: { kind: 'aamp', origin },
    seenAt: at,
    sellers: sellers.map(([externalId, url, trustLevel = 'REGISTERED', capabilities = []]) => ({
      externalId,
      url,
      trustLevel,
      capabilities,
      contentCategories: [],
      name: `name of ${externalId}`,
    })),
  };
}

describe('mergeListings', () => {
  it('makes one seller of one address, named by the first source, with all provenance', () => {
    const merged = mergeListings([
      listing('r1', ['a', 'https://x.example', 'REGISTERED', ['ctv']]),
      listing('r2', ['b', 'https://x.example', 'VERIFIED', ['display', 'ctv']]),
    ]);
    assert.equal(merged.length, 1);
    assert.equal(merged[0]?.sellerId, 'a');
    assert.equal(merged[0]?.name, 'name of a');
    assert.equal(merged[0]?.trustLevel, 'VERIFIED');
    assert.deepEqual(merged[0]?.capabilities, ['ctv', 'display']);
    assert.deepEqual(
      merged[0]?.provenance.map(({ origin, externalId }) => `${origin}:${externalId}`),
      ['r1:a', 'r2:b'],
    );
  });

  it('keeps ids unique when two addresses claim one', () => {
    const merged = mergeListings([
      listing('r1', ['a', 'https://x.example']),
      listing('r2', ['a', 'https://y.example/path']),
    ]);
    assert.deepEqual(
      merged.map(({ sellerId }) => sellerId),
      ['a', 'a@y.example/path'],
    );
  });

  it('fault/B13 gives a second entry for an address no say over its trust', () => {
    const merged = mergeListings([
      listing('r1', ['victim', 'https://x.example', 'UNKNOWN'], ['liar', 'https://x.example', 'PREFERRED']),
    ]);
    assert.equal(merged[0]?.sellerId, 'victim');
    assert.equal(merged[0]?.trustLevel, 'UNKNOWN');
  });

  it('holds a block by any source, whatever the others say', () => {
    for (const order of [
      ['BLOCKED', 'PREFERRED'],
      ['PREFERRED', 'BLOCKED'],
    ] as const) {
      const merged = mergeListings([
        listing('r1', ['a', 'https://x.example', order[0]]),
        listing('r2', ['a', 'https://x.example', order[1]]),
      ]);
      assert.equal(merged[0]?.trustLevel, 'BLOCKED');
    }
  });
});
