import { InProcessBlackboard } from '../../coordination/index.ts';
import { DeliveryEngine, type EngineOptions, type Wallet } from '../../delivery/index.ts';
import { type EpochMs, type Micros, money } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { NoticeReader, NoticeResult } from '../../openrtb/index.ts';
import { CAMPAIGN_ACCOUNT } from './bidders.ts';
import type { MakeEngine } from './run-delivery.ts';

/** A mistake that real bidders have made, put into ours on purpose. */
export interface PlantedDeliveryBug {
  readonly name: string;
  /** Where it was met, or the rule that it breaks. */
  readonly origin: string;
  readonly makeEngine: MakeEngine;
}

function withOptions(change: (options: EngineOptions) => Partial<EngineOptions>): MakeEngine {
  return (options) => new DeliveryEngine({ ...options, ...change(options) });
}

/** The engine, changed after it was made. */
function patched(
  patch: (engine: DeliveryEngine, options: EngineOptions, generation: number) => void,
): MakeEngine {
  return (options, generation) => {
    const engine = new DeliveryEngine(options);
    patch(engine, options, generation);
    return engine;
  };
}

/** Changes the wallets that are there, and those of days to come. */
function withWallets(engine: DeliveryEngine, change: (wallet: Wallet) => void): void {
  engine.purse.wallets.forEach(change);
  const { wallet: make } = engine.purse;
  engine.purse.wallet = (options) => {
    const wallet = make.call(engine.purse, options);
    change(wallet);
    return wallet;
  };
}

/** Reads notices soundly, then changes what was read. */
function readingNotices(
  change: (result: ReturnType<NoticeReader>, target: string) => ReturnType<NoticeReader>,
): MakeEngine {
  return withOptions(({ readNotice }) => ({
    readNotice: (target, now) => change(readNotice(target, now), target),
  }));
}

function withLedger(change: (ledger: Ledger) => Ledger['batch']): MakeEngine {
  return withOptions(({ ledger }) => {
    const batch = change(ledger);
    return {
      ledger: new Proxy(ledger, {
        get: (target, name) => (name === 'batch' ? batch : (Reflect.get(target, name) as unknown)),
      }),
    };
  });
}

/** A notice taken at its word. */
function believe(target: string, now: EpochMs): NoticeResult {
  const fields = (/t=([^&]*)/.exec(target)?.[1] ?? '').split('.').map(decodeURIComponent);
  const price = Math.round(Number(/p=([\d.]*)/.exec(target)?.[1]) * 1_000_000) as Micros;
  return {
    ok: true,
    notice: {
      kind: 'bill',
      exchange: 'exchange',
      bidId: fields[7]!,
      campaign: fields[1]!,
      account: CAMPAIGN_ACCOUNT,
      holder: fields[3]!,
      epoch: Number.parseInt(fields[4]!, 36),
      capCpmMicros: price,
      currency: money(0, 'USD').currency,
      dealId: '',
      expiresAt: (now + 60_000) as EpochMs,
      test: false,
      billedBy: 'bill',
      maxMultiplier: 1,
      price,
      multiplier: 1,
      lossCode: undefined,
      minToWin: undefined,
      errorCode: undefined,
      creative: '',
      shownAt: undefined,
      at: now,
      bills: true,
    },
  };
}

/** Every one must be caught, or the checker proves nothing. */
export const PLANTED_DELIVERY_BUGS: readonly PlantedDeliveryBug[] = [
  {
    name: 'a restarted bidder has its whole budget again',
    origin: 'rust-rtb-bidder: refilled on reload',
    makeEngine: patched((engine, { plan }, generation) => {
      if (generation === 1) return;
      const [campaign] = plan.campaigns;
      withWallets(engine, (wallet) => {
        if (wallet.reservation === null) wallet.free = () => campaign!.totalBudget - wallet.promised;
      });
    }),
  },
  {
    name: 'a bill is dropped when the ledger is slow',
    origin: 'rust-rtb-bidder: dropped on slow dedupe',
    makeEngine: patched((engine) => {
      engine.spool.add = () => {};
    }),
  },
  {
    name: 'no fencing: a lease is spent after its time',
    origin: 'Kleppmann; fault/D3',
    makeEngine: patched((engine) => {
      withWallets(engine, (wallet) => {
        wallet.free = () => (wallet.epoch === 0 ? 0 : wallet.amount - wallet.settled - wallet.promised);
      });
    }),
  },
  {
    name: 'a win is billed',
    origin: 'ortb/W1',
    makeEngine: readingNotices((result) =>
      result.ok && result.notice.kind === 'win'
        ? { ok: true, notice: { ...result.notice, bills: true } }
        : result,
    ),
  },
  {
    name: 'a guaranteed deal is shaded',
    origin: 'ortb/F7',
    makeEngine: patched((engine) => {
      for (const deal of engine.deals.deals) {
        const { terms } = deal;
        const cpm = {
          ...terms.cpm,
          amountMicros: (terms.cpm.amountMicros * 0.9) as typeof terms.cpm.amountMicros,
        };
        Object.assign(deal, { terms: { ...terms, cpm } });
      }
    }),
  },
  {
    name: 'a guaranteed deal is paced',
    origin: 'ortb/D9',
    makeEngine: withOptions(({ plan }) => ({
      plan: {
        ...plan,
        deals: plan.deals.map((deal) => ({ ...deal, impressions: Math.ceil(deal.impressions / 5) })),
      },
    })),
  },
  {
    name: 'each copy of a billing notice is paid',
    origin: 'fault/D7',
    makeEngine: withLedger((ledger) => {
      let copy = 0;
      return (commands) =>
        ledger.batch(
          commands.map((command) => {
            copy += 1;
            return command.kind === 'spend' ? { ...command, id: `${command.id}:${copy}` } : command;
          }),
        );
    }),
  },
  {
    name: 'the signature of a notice is not looked at',
    origin: 'AWS RTB: placeholder authentication',
    makeEngine: withOptions(({ readNotice }) => ({
      readNotice: (target, now) => {
        const result = readNotice(target, now);
        return result.ok || result.reason !== 'forged' ? result : believe(target, now);
      },
    })),
  },
  {
    name: 'test traffic is paid',
    origin: 'ortb/V11',
    makeEngine: readingNotices((result) =>
      result.ok ? { ok: true, notice: { ...result.notice, test: false } } : result,
    ),
  },
  {
    name: 'a win frees the money that its bill still needs',
    origin: 'inv/I9',
    makeEngine: readingNotices((result) =>
      result.ok && result.notice.kind === 'win'
        ? { ok: true, notice: { ...result.notice, kind: 'loss' } }
        : result,
    ),
  },
  {
    name: 'a notice is acknowledged before its bill is durable',
    origin: 'ortb/W10',
    makeEngine: patched((engine) => {
      const notice = engine.notice.bind(engine);
      engine.notice = (target) => {
        notice(target).catch(() => {});
        return Promise.resolve({ status: 204 });
      };
    }),
  },
  {
    name: 'bids leave without their money being promised',
    origin: 'AWS RTB: budgets from a snapshot, inv/I9',
    makeEngine: patched((engine) => {
      const { promise } = engine.purse;
      engine.purse.promise = (wallet, ...rest) => {
        const number = promise.call(engine.purse, wallet, ...rest);
        if (number >= 0) wallet.promised -= rest[0];
        return number;
      };
    }),
  },
  {
    name: 'each bidder decides for itself what is decided for all',
    origin: 'contract net: one executor or none',
    makeEngine: withOptions(({ world }) => ({
      blackboard: new InProcessBlackboard({ clock: world.clock }),
    })),
  },
  {
    name: 'what was agreed on the blackboard is spent as if it were a lease',
    origin: 'budget slices in Redis, lost by a failover; fault/D4',
    makeEngine: patched((engine, { plan }) => {
      const [campaign] = plan.campaigns;
      withWallets(engine, (wallet) => {
        if (wallet.reservation !== null) return;
        const { free } = wallet;
        wallet.free = (now) => free.call(wallet, now) + campaign!.totalBudget / 2;
      });
    }),
  },
  {
    name: 'a deal is paid from the open budget',
    origin: 'inv/I5',
    makeEngine: withLedger(
      (ledger) => (commands) =>
        ledger.batch(
          commands.map((command) => {
            if (command.kind !== 'grantLease' || command.reservation === undefined) return command;
            const { reservation, ...free } = command;
            void reservation;
            return { ...free, account: CAMPAIGN_ACCOUNT };
          }),
        ),
    ),
  },
];
