import { type AuditorStatus, DIFFERENCE_KINDS } from '../../audit/index.ts';
import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import type { Publish } from '../../telemetry/index.ts';

/** Publishes what an auditor knows; `failures` counts the times ledger or log could not be read. */
export function auditorMetrics(status: AuditorStatus, failures: number): Publish {
  const { differences, imbalance } = status;
  const count = (kind: string) => differences.filter((each) => each.kind === kind).length;
  return (scrape) => {
    for (const [currency, micros] of Object.entries(imbalance))
      scrape.add('gavotte_ledger_imbalance', { currency }, micros / MICROS_PER_UNIT);
    scrape.add('gavotte_accounts_over_cap', {}, count('over-cap'));
    for (const kind of DIFFERENCE_KINDS) scrape.add('gavotte_audit_differences', { kind }, count(kind));
    scrape.add('gavotte_audit_differences_total', {}, status.found);
    scrape.add('gavotte_audit_records_total', { kind: 'money' }, status.moneyEvents);
    scrape.add('gavotte_audit_records_total', { kind: 'billing' }, status.billings);
    scrape.add('gavotte_audit_records_total', { kind: 'copy' }, status.copies);
    scrape.add('gavotte_audit_bills_under_way', {}, status.underWay);
    scrape.add('gavotte_audit_checks_total', {}, status.checks);
    scrape.add('gavotte_audit_failures_total', {}, failures);
  };
}
