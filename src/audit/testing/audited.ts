import type { EpochMs } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { type BillingOutcome, type OutcomeLog, type OutcomeRecord, outcomeId } from '../../outcomes/index.ts';
import { AuditRounds } from '../audit-rounds.ts';
import { Auditor } from '../auditor.ts';
import type { Difference } from '../differences.ts';
import { LedgerTail } from '../ledger-tail.ts';
import { machine, openAccounts, usd } from './machine.ts';

const ACCOUNT = 'acme/spring';
const DAY_MS = 86_400_000;

/** Something that was found, and when, in virtual milliseconds. */
export interface Alert extends Difference {
  readonly foundAt: number;
}

/** Buys a bit in a world of its own: a ledger, a log, a holder with a lease, and an auditor who looks on. */
export async function audited(seed: number) {
  const here = machine(seed);
  const process = here.boot('bidder');
  const { clock } = process.world;
  const ledger = await here.run(here.ledgerOf(process));
  const log = await here.run(here.logOf(process));
  await here.run(openAccounts(ledger));
  const lease = await here.run(
    ledger.grantLease({
      account: ACCOUNT,
      holder: 'b1',
      amount: usd(5_000_000),
      expiresAt: (clock.now() + DAY_MS) as EpochMs,
      cause: 'plan:1',
    }),
  );
  const alerts: Alert[] = [];
  const now = () => here.simulation.scheduler.elapsedMs;
  return {
    ...here,
    clock,
    ledger,
    log,
    alerts,
    now,
    kinds: () => alerts.map(({ kind, about }) => `${kind} ${about}`),
    pay: (bid: string, micros: number) => here.run(pay(ledger, bid, micros, lease.epoch)),
    bill: (bid: string, micros: number) => here.run(log.append([billing(bid, micros, clock.now())])),
    append: (records: readonly OutcomeRecord[]) => here.run(log.append(records)),
    /** Starts an auditor; what it returns stops it. */
    watch: (name = 'auditor') => watch({ here, ledger, log, name, alerts, now }),
  };
}

async function watch(parts: {
  readonly here: ReturnType<typeof machine>;
  readonly ledger: Ledger;
  readonly log: OutcomeLog;
  readonly name: string;
  readonly alerts: Alert[];
  readonly now: () => number;
}) {
  const { here, ledger, log, alerts, now } = parts;
  const process = here.boot(parts.name);
  const { world } = process;
  const auditor = new Auditor({
    clock: world.clock,
    ledger,
    sources: [log],
    database: world.storage.openDatabase('auditor.db'),
    onDifference: (difference) => alerts.push({ ...difference, foundAt: now() }),
  });
  const path = 'money/ledger-tail.json';
  const tail = await here.run(LedgerTail.open({ ledger, log, storage: world.storage, path }));
  const consumer = await here.run(log.consumer('auditor'));
  const rounds = new AuditRounds({
    clock: world.clock,
    tail,
    auditor,
    consumers: new Map([['log', consumer]]),
  });
  const stop = new AbortController();
  const troubles: string[] = [];
  const running = rounds.run(stop.signal, ({ message }) => troubles.push(message));
  return {
    process,
    auditor,
    rounds,
    troubles,
    stop: () => {
      stop.abort();
      return here.run(running);
    },
  };
}

function pay(ledger: Ledger, bid: string, micros: number, epoch: number) {
  const id = `bill:adx:${bid}`;
  const amount = usd(micros);
  return ledger.spend({ id, account: ACCOUNT, holder: 'b1', epoch, amount, cause: `bid:${bid}` });
}

function billing(bid: string, micros: number, at: EpochMs): BillingOutcome {
  return {
    version: 1,
    kind: 'billing',
    id: outcomeId('billing', bid),
    parent: bid,
    at,
    campaign: 'spring',
    exchange: 'adx',
    deal: '',
    creative: 'c1',
    cost: usd(micros),
  };
}
