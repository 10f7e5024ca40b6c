import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardedLookup, type Resolve } from './guard-lookup.ts';

function lookUp(resolve: Resolve, all: boolean): Promise<unknown> {
  return new Promise((done, fail) => {
    guardedLookup(resolve)('seller.example', { all }, (error, address) =>
      error === null ? done(address) : fail(error),
    );
  });
}

const publicAddress = { address: '93.184.216.34', family: 4 };

describe('fault/S1 resolving a name', () => {
  it('hands on the addresses that were checked', async () => {
    const resolve: Resolve = async () => [publicAddress, { address: '2606:4700::1', family: 6 }];
    assert.equal(await lookUp(resolve, false), '93.184.216.34');
    assert.deepEqual(await lookUp(resolve, true), [publicAddress, { address: '2606:4700::1', family: 6 }]);
  });

  it('refuses the name if any of its addresses is private', async () => {
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:10.0.0.1',
      'fe80::1%eth0',
    ]) {
      const resolve: Resolve = async () => [
        publicAddress,
        { address, family: address.includes(':') ? 6 : 4 },
      ];
      await assert.rejects(lookUp(resolve, true), { code: 'GV_URL_FORBIDDEN' }, address);
      await assert.rejects(lookUp(resolve, false), { code: 'GV_URL_FORBIDDEN' }, address);
    }
  });

  it('refuses a name without addresses, and passes on a resolver error', async () => {
    await assert.rejects(
      lookUp(async () => [], true),
      { code: 'GV_URL_FORBIDDEN' },
    );
    const failing: Resolve = async () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    await assert.rejects(lookUp(failing, true), { code: 'ENOTFOUND' });
  });
});
