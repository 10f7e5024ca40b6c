import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BucketCounts } from './bucket-counts.ts';
import { METRICS, type MetricInfo } from './metric-table.ts';
import { Scrape, scrapeText } from './scrape.ts';

/** The value of a label as Prometheus reads it. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
}

test('samples of one metric stand together under its help and type, in the order of the table', () => {
  const text = scrapeText(
    (scrape) => scrape.add('gavotte_bids_total', { campaign: 'a' }, 1),
    (scrape) => scrape.add('gavotte_no_bids_total', { reason: 'paced' }, 2),
    (scrape) => scrape.add('gavotte_bids_total', { campaign: 'b' }, 3),
  );
  assert.equal(
    text,
    [
      '# HELP gavotte_no_bids_total Requests without a bid by main reason',
      '# TYPE gavotte_no_bids_total counter',
      'gavotte_no_bids_total{reason="paced"} 2',
      '# HELP gavotte_bids_total Bids made',
      '# TYPE gavotte_bids_total counter',
      'gavotte_bids_total{campaign="a"} 1',
      'gavotte_bids_total{campaign="b"} 3',
      '',
    ].join('\n'),
  );
});

test('any text is a label’s value on one line, and is read back as it was', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', 'é', ' ', '}', ',') }),
      (campaign) => {
        const scrape = new Scrape();
        scrape.add('gavotte_clicks_total', { campaign }, 1);
        const [line] = scrape.text().split('\n').slice(2);
        const value = /^gavotte_clicks_total\{campaign="((?:[^"\\\n]|\\.)*)"\} 1$/.exec(line!)?.[1];
        assert.equal(unescaped(value!), campaign);
      },
    ),
  );
});

test('buckets of a histogram are cumulative, take in their bound, and end in +Inf', () => {
  const counted = new BucketCounts('gavotte_bid_price_cpm');
  for (const price of [0.1, 0.2, 0.25, 1_000, Number.NaN]) counted.observe(price);
  const scrape = new Scrape();
  scrape.addHistogram('gavotte_bid_price_cpm', { currency: 'EUR' }, counted);
  const lines = scrape.text().split('\n');
  const value = (start: string) =>
    lines
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1);
  assert.equal(value('gavotte_bid_price_cpm_bucket{currency="EUR",le="0.1"}'), '1');
  assert.equal(value('gavotte_bid_price_cpm_bucket{currency="EUR",le="0.25"}'), '3');
  assert.equal(value('gavotte_bid_price_cpm_bucket{currency="EUR",le="100"}'), '3');
  assert.equal(value('gavotte_bid_price_cpm_bucket{currency="EUR",le="+Inf"}'), '4');
  assert.equal(value('gavotte_bid_price_cpm_count{currency="EUR"}'), '4');
  assert.equal(value('gavotte_bid_price_cpm_sum{currency="EUR"}'), '1000.55');
});

test('values without a decimal form are written as Prometheus reads them', () => {
  const scrape = new Scrape();
  scrape.add('gavotte_clock_skew_seconds', {}, Number.NEGATIVE_INFINITY);
  scrape.add('gavotte_reservation_age_seconds', {}, Number.NaN);
  assert.match(scrape.text(), /^gavotte_clock_skew_seconds -Inf$/m);
  assert.match(scrape.text(), /^gavotte_reservation_age_seconds NaN$/m);
});

test('names and labels in the table are Prometheus’, counters end in _total, bounds rise', () => {
  for (const [name, { type, labels, bounds, help }] of Object.entries<MetricInfo>(METRICS)) {
    assert.match(name, /^(?:gavotte|process)_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    for (const label of labels) assert.match(label, /^(?!le$)[a-z_]+$/);
    assert.equal(bounds !== undefined, type === 'histogram', name);
    assert.deepEqual(
      bounds,
      bounds === undefined ? undefined : [...new Set(bounds)].sort((a, b) => a - b),
      name,
    );
    assert.ok(help.length > 0 && !help.includes('\n'), name);
  }
});
