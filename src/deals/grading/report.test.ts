import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CheckName, gradeOf, type SellerCheck } from './report.ts';

const check = (name: CheckName, status: SellerCheck['status']): SellerCheck => ({
  check: name,
  status,
  detail: '',
});

describe('gradeOf', () => {
  it('falls with what was found', () => {
    assert.equal(gradeOf([check('price', 'pass')]), 'A');
    assert.equal(gradeOf([check('price', 'warn'), check('texts', 'warn')]), 'B');
    assert.equal(gradeOf([check('price', 'warn'), check('texts', 'warn'), check('expiry', 'warn')]), 'C');
    assert.equal(gradeOf([check('card', 'fail'), check('price', 'pass')]), 'D');
    assert.equal(gradeOf([check('price', 'fail')]), 'F');
    assert.equal(gradeOf([check('idempotency_conflict', 'fail'), check('card', 'fail')]), 'F');
  });
});
