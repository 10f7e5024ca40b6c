import type { Retrained, RetrainingReason } from '../../feedback/index.ts';
import { money, showMoney } from '../../kernel/index.ts';
import type { Comparison } from '../../learning/index.ts';
import type { Report } from '../output.ts';
import { table } from '../table.ts';
import type { CandidateFate } from './shift-demo.ts';
import { type CanaryResult, dollars, type ShiftStage } from './shift-stage.ts';

/** What the feedback agent did. */
export interface Retraining {
  readonly reason: RetrainingReason;
  readonly retrained: Retrained;
  readonly canary: CanaryResult | null;
}

/** What the demo of a changing market came to. Bad news when the ledger and the records do not agree. */
export async function shiftReport(
  stage: ShiftStage,
  retraining: Retraining | null,
  fate: CandidateFate,
  compared: Comparison | null,
): Promise<Report> {
  const { violations } = await stage.ledger.audit();
  const books = await stage.ledger.account('live');
  const settled = books?.settled ?? 0;
  const { paid } = stage.feedback.market;
  const isBalanced = violations.length === 0 && settled === stage.billed && paid === stage.billed;
  const { phases, records } = stage;
  return {
    json: {
      phases,
      records,
      found: retraining?.reason ?? null,
      agentSteps: retraining?.retrained.agentSteps ?? 0,
      judged: retraining?.retrained.judged ?? null,
      canary: retraining?.canary ?? null,
      fate,
      compared,
      billed: money(stage.billed, 'USD'),
      settled: money(settled, 'USD'),
      counted: money(paid, 'USD'),
      violations: violations.length,
    },
    failed: !isBalanced,
    text: [
      ...table(
        [
          { title: 'days', align: 'left' },
          { title: 'number', align: 'right' },
          { title: 'surplus an hour (95 %)', align: 'right' },
        ],
        phases.map(({ name, days, perHour: { value, low, high } }) => [
          name,
          String(days),
          `${dollars(value)} (${dollars(low)} … ${dollars(high)})`,
        ]),
      ),
      '',
      `The candidate was ${fate.says}.`,
      ...(compared === null
        ? []
        : [
            `New policy over old on the same 16 days of the changed market, impression by impression: ${said(compared)}.`,
          ]),
      '',
      `${records.toLocaleString('en-US')} outcomes were written. They billed ${showMoney(money(stage.billed, 'USD'))}, those read again came to ${showMoney(money(paid, 'USD'))}, the ledger settled ${showMoney(money(settled, 'USD'))}; its audit found ${violations.length} violations.`,
    ].join('\n'),
  };
}

function said({ relative: { value, low, high }, verdict }: Comparison): string {
  const percent = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)} %`;
  return `${percent(value)} (${percent(low)} … ${percent(high)}), a ${verdict}`;
}
