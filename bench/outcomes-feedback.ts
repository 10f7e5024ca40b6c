import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedbackAgent } from '../src/feedback/index.ts';
import { createRealWorld, type EpochMs, money } from '../src/kernel/index.ts';
import {
  OUTCOME_VERSION,
  type OutcomeRecord,
  openSegmentedLog,
  readSegmentedLog,
} from '../src/outcomes/index.ts';

const CLICKS = 300;
/** Bids and bills beside each click. */
const BESIDE = 1_000;
const WARM_UP = 20;

/** What feedback takes. */
export interface FeedbackFigures {
  /** From handing a click to the log to its creative’s posterior in another reader of the log, with 1,000 records beside. */
  readonly posteriorMs: { readonly p50: number; readonly p99: number };
  readonly targetPosteriorP99Ms: number;
  readonly observedPerSecond: number;
}

/** From outcome to posterior: one writer, and a feedback agent that reads the log as another process would. */
export async function feedbackFigures(): Promise<FeedbackFigures> {
  const world = createRealWorld();
  const folder = mkdtempSync(join(tmpdir(), 'gavotte-bench-feedback-'));
  const log = await openSegmentedLog({ world, folder });
  const reader = await readSegmentedLog({ world, folder });
  try {
    const agent = new FeedbackAgent({ consumer: await reader.consumer('feedback', { from: 'start' }) });
    const times: number[] = [];
    let read = 0;
    let spent = 0;
    for (let click = 0; click < CLICKS + WARM_UP; click += 1) {
      await log.append(besideOf(click));
      const before = agent.market.creatives.posteriors('spring')[0]?.alpha ?? 0;
      const at = performance.now();
      await log.append([followOf(click, 'click')]);
      while ((agent.market.creatives.posteriors('spring')[0]?.alpha ?? 0) <= before) {
        const from = performance.now();
        const count = await agent.read(100);
        if (count > BESIDE / 2) {
          read += count;
          spent += performance.now() - from;
        }
      }
      if (click >= WARM_UP) times.push(performance.now() - at);
    }
    times.sort((a, b) => a - b);
    const quantile = (share: number) => times[Math.floor(share * times.length)]!;
    return {
      posteriorMs: { p50: quantile(0.5), p99: quantile(0.99) },
      targetPosteriorP99Ms: 1_000,
      observedPerSecond: Math.round((1_000 * read) / spent),
    };
  } finally {
    await reader.close();
    await log.close();
    rmSync(folder, { recursive: true });
  }
}

function besideOf(click: number): readonly OutcomeRecord[] {
  return Array.from({ length: BESIDE / 2 }, (_, index) => index).flatMap((index) => {
    const id = `b${click}-${index}`;
    return [
      bidOf(id, click),
      { ...followOf(click, 'billing'), id: `billing:${id}`, parent: id } as OutcomeRecord,
    ];
  });
}

const HEAD = {
  version: OUTCOME_VERSION,
  campaign: 'spring',
  exchange: 'north',
  deal: '',
  creative: 'a',
} as const;

function bidOf(id: string, at: number): OutcomeRecord {
  const choice = {
    valueCpm: 5_000_000,
    propensity: 0.5,
    segment: '',
    exposures: 0,
    market: 'north banner site',
  };
  const cpm = money(3_000_000, 'USD');
  return { ...HEAD, id, parent: 'd', at: at as EpochMs, kind: 'bid', cpm, choice };
}

function followOf(click: number, kind: 'click' | 'billing'): OutcomeRecord {
  const parent = `b${click}-0`;
  const head = { ...HEAD, id: `${kind}:${parent}`, parent, at: click as EpochMs };
  return kind === 'click' ? { ...head, kind } : { ...head, kind, cost: money(2_000, 'USD') };
}
