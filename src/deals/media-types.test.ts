import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MEDIA_TYPES, mediaFormat, sellsMedia } from './media-types.ts';

describe('mediaFormat', () => {
  it('leaves the names of the field as they are', () => {
    for (const name of MEDIA_TYPES) assert.equal(mediaFormat(name), name);
  });

  it('resolves aliases, spelling and case; unknown names are their own', () => {
    for (const [alias, name] of [
      ['Banner', 'display'],
      ['interstitial', 'display'],
      ['rewarded', 'video'],
      ['mobile', 'mobile_app'],
      ['Mobile App', 'mobile_app'],
      ['Linear-TV', 'linear_tv'],
      ['OTT', 'ctv'],
      ['Podcast', 'podcast'],
      ['constructor', 'constructor'],
    ] as const) {
      assert.equal(mediaFormat(alias), name);
    }
  });
});

describe('sellsMedia', () => {
  it('keeps who sells it or did not say, leaves out who sells something else', () => {
    assert.equal(sellsMedia(['ctv', 'display'], 'CTV'), true);
    assert.equal(sellsMedia([], 'ctv'), true);
    assert.equal(sellsMedia(['pricing', 'negotiation'], 'ctv'), true);
    assert.equal(sellsMedia(['mobile'], 'mobile_app'), true);
    assert.equal(sellsMedia(['display'], 'ctv'), false);
    assert.equal(sellsMedia(['podcast', 'audio'], 'podcast'), true);
  });
});
