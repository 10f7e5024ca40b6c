import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSample, sampleRequest } from '../testing/index.ts';
import { hopsOf, impressionKey, PathWindow } from './path-window.ts';

const window = (maxBids = 1) => new PathWindow({ capacity: 1024, windowMs: 3000, maxBids });

test('ortb/S6 of one impression by several paths we take one, and a shorter one', () => {
  const paths = window();
  assert.ok(paths.take(7, 3, 0));
  assert.ok(!paths.take(7, 3, 10));
  assert.ok(!paths.take(7, 4, 20));
  assert.ok(paths.take(7, 1, 30));
  assert.ok(!paths.take(7, 1, 40));
  assert.ok(paths.take(8, 3, 50), 'another impression');
  assert.ok(paths.take(7, 3, 3001), 'after the window');
  assert.ok(paths.take(0, 3, 0) && paths.take(0, 3, 0), 'who cannot be told apart is not held back');
});

test('ortb/S6 as many paths as the operator wants', () => {
  const paths = window(2);
  assert.deepEqual(
    [1, 2, 3].map(() => paths.take(7, 3, 0)),
    [true, true, false],
  );
});

test('ortb/S6 an impression never seen is never held back, whatever the table has forgotten', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { maxLength: 300 }), (keys) => {
      const paths = new PathWindow({ capacity: 16, windowMs: 3000, maxBids: 1 });
      for (const key of keys) assert.ok(paths.take(key, 1, 0));
    }),
  );
});

test('ortb/S6 an impression is known by transaction and placement, else by person, page and placement', () => {
  const key = (changes: object, imp: object = {}) => {
    const sample = sampleRequest('banner');
    const request = readSample({ ...sample, ...changes, imp: [{ ...sample.imp[0], ...imp }] });
    return impressionKey(request, request.imps[0]!);
  };
  const placed = { ext: { gpid: '/1/home' } };
  assert.equal(key({ id: 'a' }, placed), key({ id: 'b', user: {} }, placed));
  assert.notEqual(key({}, placed), key({ source: { tid: 'tid-2' } }, placed));
  assert.notEqual(key({}, placed), key({}, { ext: { gpid: '/1/foot' } }));
  const untold = { source: {} };
  assert.equal(key({ ...untold, id: 'a' }, placed), key({ ...untold, id: 'b' }, placed));
  assert.notEqual(key(untold, placed), key({ ...untold, device: { ifa: 'other' } }, placed));
  assert.equal(key({ ...untold, device: {} }, placed), 0);
});

test('ortb/S6 a hidden path counts as the longest', () => {
  assert.equal(hopsOf(readSample(sampleRequest('banner'))), 1);
  assert.equal(hopsOf(readSample({ ...sampleRequest('banner'), source: {} })), 255);
});
