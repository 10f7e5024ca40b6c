import { type EpochMs, money, type SimulatedProcess, Simulation } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { type OutcomeRecord, type OutcomeSource, openSegmentedLog } from '../../outcomes/index.ts';

const LIMIT_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CAUSE = 'plan:1';
export const usd = (micros: number) => money(micros, 'USD');

/** A simulated machine with a ledger and an outcome log on its disk. */
export function machine(seed: number) {
  const simulation = new Simulation({ seed });
  const disk = simulation.disk();
  return {
    simulation,
    disk,
    boot: (name = 'process') => simulation.boot(name, disk),
    run: <T>(work: Promise<T>) => simulation.run(work, LIMIT_MS),
    ledgerOf: ({ world }: SimulatedProcess) =>
      openLedger({ store: sqliteStore(world.storage.openDatabase('ledger.db')), clock: world.clock }),
    logOf: ({ world }: SimulatedProcess) => openSegmentedLog({ world, folder: 'outcomes', sync: 'batch' }),
  };
}

/** Opens `acme` and two campaigns below it. */
export async function openAccounts(ledger: Ledger): Promise<void> {
  for (const account of ['acme', 'acme/spring', 'acme/autumn'])
    await ledger.open({ account, cap: usd(10_000_000), cause: CAUSE });
}

/** Every move there is; `round` makes the ids its own. */
export async function moveMoney(ledger: Ledger, round: number, now: EpochMs): Promise<void> {
  const cause = CAUSE;
  const account = 'acme/spring';
  const id = (name: string) => `${name}-${round}`;
  const expiresAt = (now + HOUR_MS) as EpochMs;
  const deal = `${account}/${id('deal')}`;
  await ledger.reserve({ id: id('book'), account, amount: usd(50_000), memo: '', cause });
  await ledger.move({ id: id('book'), to: deal, memo: 'booked', cause });
  await ledger.annotate({ id: id('book'), memo: 'seen', cause });
  const holder = id('holder');
  const lease = { account: deal, holder, amount: usd(9_000), expiresAt, reservation: id('book'), cause };
  const { epoch } = await ledger.grantLease(lease);
  await ledger.spend({
    id: id('bill:adx:s'),
    account: deal,
    holder,
    epoch,
    amount: usd(700),
    cause: `bid:s-${round}`,
  });
  await ledger.resizeLease({ account: deal, holder, epoch, amount: usd(5_000), expiresAt, cause });
  await ledger.pay({
    id: id('bill:adx:p'),
    reservation: id('book'),
    amount: usd(300),
    cause: `bid:p-${round}`,
  });
  await ledger.returnLease({ account: deal, holder, epoch, cause });
  await ledger.release({ id: id('book'), cause });
  await ledger.reserve({ id: id('paid'), account: 'acme/autumn', amount: usd(4_000), memo: '', cause });
  await ledger.settle({ id: id('paid'), amount: usd(3_500), cause });
  const soon = (now + 1) as EpochMs;
  for (const each of ['spring', 'autumn'])
    await ledger.reserve({
      id: id(each),
      account: `acme/${each}`,
      amount: usd(10),
      memo: '',
      expiresAt: soon,
      cause,
    });
}

/** All that a log holds, copies too. */
export async function allRecords(log: OutcomeSource): Promise<readonly OutcomeRecord[]> {
  const reader = await log.consumer('all', { from: 'start' });
  const records: OutcomeRecord[] = [];
  for (;;) {
    const entries = await reader.poll({ max: 1_000, waitMs: 0 });
    if (entries.length === 0) return records;
    records.push(...entries.map(({ record }) => record));
  }
}
