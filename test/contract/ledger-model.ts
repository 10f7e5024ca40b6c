import type { EpochMs } from '../../src/kernel/index.ts';
import type { Command } from '../../src/ledger/index.ts';

interface ModelReservation {
  account: string;
  micros: number;
  drawn: number;
  state: 'reserved' | 'settled' | 'released' | 'expired';
  paid: number;
  memo: string;
  expiresAt: number | null;
}

interface ModelLease {
  account: string;
  micros: number;
  /** The reservation it was taken from. */
  from: string | undefined;
  reserved: number;
  paid: number;
  /** The part of `paid` that was paid bill by bill; each bill is a reservation that is settled. */
  billed: number;
  expiresAt: number;
  live: boolean;
}

/**
 * The books as a child would keep them: lists, and every balance added up anew at each question. It shares no code
 * with the ledger, has one currency, and predicts what each command does and with which code it is refused.
 */
export class LedgerModel {
  readonly caps = new Map<string, number>();
  readonly reservations = new Map<string, ModelReservation>();
  /** All that were ever granted to a holder on an account; the index is the epoch less one. */
  readonly leases = new Map<string, ModelLease[]>();

  /** Figures of an account with everything below it. */
  balances(account: string): { reserved: number; leased: number; settled: number } {
    const isIn = (each: { account: string }) =>
      each.account === account || each.account.startsWith(`${account}/`);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
    const reservations = [...this.reservations.values()].filter(isIn);
    const leases = [...this.leases.values()].flat().filter(isIn);
    return {
      reserved: sum(
        reservations.map(({ state, micros, drawn }) => (state === 'reserved' ? micros - drawn : 0)),
      ),
      leased: sum(leases.map(({ live, micros, reserved, paid }) => (live ? micros - paid : reserved))),
      settled:
        sum(reservations.map(({ paid }) => paid)) + sum(leases.map(({ paid, billed }) => paid - billed)),
    };
  }

  /** Applies a command; returns 'changed', 'same', or the code with which it must be refused. */
  apply(command: Command, now: EpochMs): string {
    const before = JSON.stringify(this.#all());
    const refused = this.#apply(command, now);
    if (refused !== undefined) return refused;
    return before === JSON.stringify(this.#all()) ? 'same' : 'changed';
  }

  #all(): unknown {
    return [[...this.caps], [...this.reservations], [...this.leases]];
  }

  #left(account: string): number {
    const { reserved, leased, settled } = this.balances(account);
    return this.caps.get(account)! - reserved - leased - settled;
  }

  /** Whether `micros` fit under the caps of `account` and of those above it, down from below `from` if given. */
  #refusal(account: string, micros: number, from = ''): string | undefined {
    const path = account.split('/').map((_name, index, names) => names.slice(0, index + 1).join('/'));
    const asked = path.filter((each) => from === '' || each.startsWith(`${from}/`));
    if (asked.some((each) => !this.caps.has(each))) return 'GV_ACCOUNT_UNKNOWN';
    return asked.some((each) => this.#left(each) < micros) ? 'GV_CAP_EXCEEDED' : undefined;
  }

  #apply(command: Command, now: number): string | undefined {
    switch (command.kind) {
      case 'open':
        return this.#open(command.account, command.cap.amountMicros);
      case 'setCap':
        return this.#setCap(command.account, command.cap.amountMicros);
      case 'reserve':
        return this.#reserve(command);
      case 'settle':
        return this.#settle(command.id, command.amount.amountMicros);
      case 'release':
        return this.#release(command.id);
      case 'move':
        return this.#move(command.id, command.to, command.memo);
      case 'annotate':
        return this.#annotate(command.id, command.memo);
      case 'expire':
        return this.#expire(now);
      case 'grantLease':
        return this.#grant(command, now);
      case 'resizeLease':
        return this.#resize(command, now);
      case 'spend':
        return this.#spend(command);
      case 'pay':
        return this.#pay(command.id, command.reservation, command.amount.amountMicros);
      case 'reportLease':
        return this.#report(command, now);
      case 'returnLease':
        return this.#giveBack(command);
    }
  }

  #open(account: string, cap: number): string | undefined {
    if (cap < 0) return 'GV_BAD_INPUT';
    if (this.caps.has(account)) return this.caps.get(account) === cap ? undefined : 'GV_ID_CONFLICT';
    const parent = account.split('/').slice(0, -1).join('/');
    if (parent !== '' && !this.caps.has(parent)) return 'GV_ACCOUNT_UNKNOWN';
    this.caps.set(account, cap);
  }

  #setCap(account: string, cap: number): string | undefined {
    if (!this.caps.has(account)) return 'GV_ACCOUNT_UNKNOWN';
    if (cap < this.caps.get(account)! - this.#left(account)) return 'GV_CAP_EXCEEDED';
    this.caps.set(account, cap);
  }

  #reserve(command: Extract<Command, { kind: 'reserve' }>): string | undefined {
    const { id, account, memo } = command;
    const micros = command.amount.amountMicros;
    const existing = this.reservations.get(id);
    if (existing !== undefined) {
      const same = existing.micros === micros && `${existing.account}/`.startsWith(`${account}/`);
      return same ? undefined : 'GV_ID_CONFLICT';
    }
    if (micros <= 0) return 'GV_BAD_INPUT';
    const refused = this.#refusal(account, micros);
    if (refused !== undefined) return refused;
    const expiresAt = command.expiresAt ?? null;
    this.reservations.set(id, { account, micros, drawn: 0, state: 'reserved', paid: 0, memo, expiresAt });
  }

  #settle(id: string, micros: number): string | undefined {
    const row = this.reservations.get(id);
    if (row?.state === 'settled' && row.paid === micros) return undefined;
    if (row?.state !== 'reserved' || micros < 0 || micros > row.micros - row.drawn)
      return 'GV_TRANSFER_STATE';
    row.state = 'settled';
    row.paid = micros;
  }

  #release(id: string): string | undefined {
    const row = this.reservations.get(id);
    if (row === undefined || row.state === 'settled' || row.state === 'expired') return 'GV_TRANSFER_STATE';
    row.state = 'released';
  }

  #move(id: string, to: string, memo: string): string | undefined {
    const row = this.reservations.get(id);
    if (row?.account === to) return this.#annotate(id, memo);
    if (row?.state !== 'reserved' || row.drawn > 0) return 'GV_TRANSFER_STATE';
    if (!to.startsWith(`${row.account}/`)) return 'GV_BAD_INPUT';
    const isNew = !this.caps.has(to);
    const refused =
      (isNew ? this.#open(to, row.micros) : undefined) ?? this.#refusal(to, row.micros, row.account);
    if (refused === undefined) {
      row.account = to;
      row.memo = memo;
    } else if (isNew) this.caps.delete(to);
    return refused;
  }

  #annotate(id: string, memo: string): string | undefined {
    const row = this.reservations.get(id);
    if (row?.memo === memo) return undefined;
    if (row?.state !== 'reserved') return 'GV_TRANSFER_STATE';
    row.memo = memo;
  }

  #expire(now: number): undefined {
    for (const row of this.reservations.values())
      if (row.state === 'reserved' && row.expiresAt !== null && row.expiresAt <= now) row.state = 'expired';
    for (const lease of [...this.leases.values()].flat()) {
      if (lease.expiresAt > now) continue;
      this.#free(lease, this.#unpaid(lease));
      lease.live = false;
      lease.reserved = 0;
    }
  }

  #unpaid({ live, micros, paid, reserved }: ModelLease): number {
    return live ? micros - paid : reserved;
  }

  /** Puts money back into the reservation that it was taken from, if that lives. */
  #free(lease: ModelLease, micros: number): void {
    const row = lease.from === undefined ? undefined : this.reservations.get(lease.from);
    if (row?.state === 'reserved') row.drawn -= micros;
  }

  #bill(id: string, account: string, micros: number): void {
    this.reservations.set(id, {
      account,
      micros,
      drawn: 0,
      state: 'settled',
      paid: micros,
      memo: '',
      expiresAt: null,
    });
  }

  /** Whether `id` is paid already, or what speaks against it. */
  #billed(id: string, account: string, micros: number): string {
    const row = this.reservations.get(id);
    if (row === undefined) return 'new';
    return row.state === 'settled' && row.account === account && row.paid === micros
      ? 'paid'
      : 'GV_ID_CONFLICT';
  }

  #resize(command: Extract<Command, { kind: 'resizeLease' }>, now: number): string | undefined {
    const micros = command.amount.amountMicros;
    if (micros <= 0 || command.expiresAt <= now) return 'GV_BAD_INPUT';
    const lease = this.#current(command);
    if (typeof lease === 'string') return lease;
    if (!lease.live) return 'GV_LEASE_STALE';
    const grown = micros - lease.micros;
    if (grown === 0 && command.expiresAt === lease.expiresAt) return undefined;
    if (micros < lease.paid + lease.reserved || this.#outlives(lease.from, command.expiresAt))
      return 'GV_BAD_INPUT';
    if (grown > 0) {
      const { account, from } = lease;
      const refused =
        from === undefined
          ? this.#refusal(account, grown)
          : this.#drawLease(account, from, grown, command.expiresAt);
      if (refused !== undefined) return refused;
    } else this.#free(lease, -grown);
    lease.micros = micros;
    lease.expiresAt = command.expiresAt;
  }

  #spend(command: Extract<Command, { kind: 'spend' }>): string | undefined {
    const micros = command.amount.amountMicros;
    if (micros <= 0) return 'GV_BAD_INPUT';
    const before = this.#billed(command.id, command.account, micros);
    if (before !== 'new') return before === 'paid' ? undefined : before;
    const lease = this.#current(command);
    if (typeof lease === 'string') return lease;
    if (micros > this.#unpaid(lease)) return 'GV_LEASE_STALE';
    lease.paid += micros;
    lease.billed += micros;
    lease.reserved = Math.max(0, lease.reserved - micros);
    this.#bill(command.id, command.account, micros);
  }

  #pay(id: string, source: string, micros: number): string | undefined {
    if (micros <= 0) return 'GV_BAD_INPUT';
    const row = this.reservations.get(source);
    if (row === undefined) return 'GV_TRANSFER_STATE';
    const before = this.#billed(id, row.account, micros);
    if (before !== 'new') return before === 'paid' ? undefined : before;
    if (row.state !== 'reserved' || micros > row.micros - row.drawn) return 'GV_TRANSFER_STATE';
    row.drawn += micros;
    this.#bill(id, row.account, micros);
  }

  #grant(command: Extract<Command, { kind: 'grantLease' }>, now: number): string | undefined {
    const { account, expiresAt } = command;
    const micros = command.amount.amountMicros;
    if (micros <= 0 || expiresAt <= now) return 'GV_BAD_INPUT';
    const key = `${account} ${command.holder}`;
    const granted = this.leases.get(key) ?? [];
    const former = granted.at(-1);
    if (former !== undefined && former.reserved > 0) return 'GV_TRANSFER_STATE';
    const from = command.reservation;
    const saved = structuredClone([...this.reservations]);
    const wasLive = former?.live;
    if (former?.live === true) this.#close(former);
    const refused =
      from === undefined ? this.#refusal(account, micros) : this.#drawLease(account, from, micros, expiresAt);
    if (refused === undefined) {
      const lease = { account, micros, from, reserved: 0, paid: 0, billed: 0, expiresAt, live: true };
      this.leases.set(key, [...granted, lease]);
    } else {
      if (former !== undefined) former.live = wasLive!;
      for (const [id, row] of saved) this.reservations.set(id, row);
    }
    return refused;
  }

  /** Whether a lease would live longer than the reservation it is taken from. */
  #outlives(from: string | undefined, expiresAt: number): boolean {
    const row = from === undefined ? undefined : this.reservations.get(from);
    return row?.state === 'reserved' && row.expiresAt !== null && expiresAt > row.expiresAt;
  }

  #drawLease(account: string, from: string, micros: number, expiresAt: number): string | undefined {
    if (!this.caps.has(account)) return 'GV_ACCOUNT_UNKNOWN';
    const row = this.reservations.get(from);
    if (row?.state !== 'reserved' || micros > row.micros - row.drawn) return 'GV_TRANSFER_STATE';
    if (row.account !== account || this.#outlives(from, expiresAt)) return 'GV_BAD_INPUT';
    row.drawn += micros;
  }

  #close(lease: ModelLease): void {
    this.#free(lease, lease.micros - lease.paid - lease.reserved);
    lease.live = false;
  }

  #current(command: { account: string; holder: string; epoch: number }): ModelLease | string {
    if (!this.caps.has(command.account)) return 'GV_ACCOUNT_UNKNOWN';
    const granted = this.leases.get(`${command.account} ${command.holder}`) ?? [];
    const isCurrent = granted.length > 0 && granted.length === command.epoch;
    return isCurrent ? granted.at(-1)! : 'GV_LEASE_STALE';
  }

  #report(command: Extract<Command, { kind: 'reportLease' }>, now: number): string | undefined {
    const lease = this.#current(command);
    if (typeof lease === 'string') return lease;
    const { reserved, settled } = command;
    if (reserved < 0 || settled < lease.paid) return 'GV_BAD_INPUT';
    const over = !lease.live || lease.expiresAt <= now;
    const same = reserved === lease.reserved && settled === lease.paid;
    const freed = lease.live ? 0 : lease.reserved + lease.paid - reserved - settled;
    const limit = over ? lease.reserved + lease.paid : lease.micros;
    if (!same && (reserved + settled > limit || (over && reserved > lease.reserved))) return 'GV_LEASE_STALE';
    if (!same) this.#free(lease, freed);
    lease.reserved = reserved;
    lease.paid = settled;
  }

  #giveBack(command: Extract<Command, { kind: 'returnLease' }>): string | undefined {
    const lease = this.#current(command);
    if (typeof lease === 'string') return lease;
    if (lease.live) this.#close(lease);
  }
}
