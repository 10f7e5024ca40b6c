import type { ExchangeReport } from '../../adauction/index.ts';
import { type BucketCounts, SCRAPE_CONTENT_TYPE, scrapeText } from '../../telemetry/index.ts';
import { processMetrics } from '../process-metrics.ts';
import { type RunningServer, serveHandler } from '../serve-handler.ts';

/**
 * Serves what an exchange has counted at `/metrics`; `answers` are those of its last second.
 * @throws GV_BAD_INPUT when the port cannot be had.
 */
export function serveExchangeMetrics(
  port: number,
  counted: { readonly seconds: BucketCounts; readonly answers: ExchangeReport['answers'] | undefined },
): Promise<RunningServer> {
  const text = () =>
    scrapeText(processMetrics, (scrape) => {
      for (const [answer, count] of Object.entries(counted.answers ?? {}))
        scrape.add('gavotte_exchange_answers_total', { answer }, count);
      scrape.addHistogram('gavotte_exchange_seconds', {}, counted.seconds);
    });
  return serveHandler(
    async ({ url }) =>
      new URL(url).pathname === '/metrics'
        ? { status: 200, headers: { 'content-type': SCRAPE_CONTENT_TYPE }, body: text() }
        : { status: 404, headers: {}, body: 'not found\n' },
    { port, host: '127.0.0.1' },
  );
}
