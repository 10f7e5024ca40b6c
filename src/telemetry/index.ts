// For users of the package.
export { BucketCounts, type HistogramName } from './bucket-counts.ts';
export { type LabelsOf, METRICS, type MetricInfo, type MetricName } from './metric-table.ts';
export { type Publish, SCRAPE_CONTENT_TYPE, Scrape, scrapeText } from './scrape.ts';
export { SellerMetrics } from './seller-metrics.ts';
export { type ApiSpan, recordSpans, type TracingApi } from './spans.ts';
