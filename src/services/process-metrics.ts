import type { Scrape } from '../telemetry/index.ts';

const MICROS_PER_SECOND = 1_000_000;

/** What every process tells of itself. */
export function processMetrics(scrape: Scrape): void {
  const { user, system } = process.cpuUsage();
  scrape.add('process_cpu_seconds_total', {}, (user + system) / MICROS_PER_SECOND);
  scrape.add('process_resident_memory_bytes', {}, process.memoryUsage.rss());
}
