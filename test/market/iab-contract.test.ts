import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TEST_KEYS, testSeller } from '../../src/market/testing.ts';
import { assertMatches, fillIn, readFixture, valueAt } from './fixtures.ts';

// Each file is a conversation with one fresh seller; answers are compared member by member.
for (const file of ['catalog', 'quotes', 'deals', 'negotiation']) {
  suite(`the seller answers as the wire document says: ${file}`, () => {
    const seller = testSeller();
    const captured = new Map<string, string>();
    for (const exchange of readFixture(file)) {
      test(exchange.name, async () => {
        const { method, path, body, text } = fillIn(exchange.request, captured) as typeof exchange.request;
        const key =
          exchange.key === undefined
            ? undefined
            : (TEST_KEYS[exchange.key as keyof typeof TEST_KEYS] ?? 'no such key');
        const answer = await seller.ask(method, path, text ?? body, key);
        assert.equal(answer.status, exchange.response.status, JSON.stringify(answer.body));
        assertMatches(answer.body, fillIn(exchange.response.body, captured));
        for (const [name, value] of Object.entries(exchange.response.headers ?? {})) {
          assert.equal(answer.headers[name], value);
        }
        for (const [name, at] of Object.entries(exchange.capture ?? {})) {
          captured.set(name, String(valueAt(answer.body, at)));
        }
      });
    }
  });
}
