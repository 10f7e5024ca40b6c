import {
  type TracingChannel,
  type TracingChannelSubscribers,
  tracingChannel,
} from 'node:diagnostics_channel';

/** What a step is about, for whoever watches: never a secret, never a user. */
export type StepFacts = Readonly<Record<string, string | number>>;

/** What listeners of a step's channel get; Node adds what it threw. */
export interface StepMessage {
  readonly facts: StepFacts;
  readonly error?: unknown;
}

/** A kind of step that can be watched, by its name. */
export interface Step {
  readonly name: string;
  /** Ends when it returns, or when what it returned is resolved. */
  readonly ends: 'returned' | 'resolved';
  readonly channel: TracingChannel<unknown, StepMessage>;
}

const nothing = (): void => {};

/** Listeners to a step's channel that do nothing, to be overwritten by those that are wanted: Node asks for all five. */
export const UNHEARD: TracingChannelSubscribers<StepMessage> = {
  start: nothing,
  end: nothing,
  asyncStart: nothing,
  asyncEnd: nothing,
  error: nothing,
};

/**
 * Steps on the way of a brief and of a bid, as tracing channels of `node:diagnostics_channel` called `gavotte:NAME`:
 * nobody who takes a step knows who watches, and while nobody does it costs one look.
 */
export const STEPS = {
  orchestrate: step('orchestrate', 'resolved'),
  sellerCall: step('seller-call', 'resolved'),
  exchangeRequest: step('exchange-request', 'resolved'),
  bid: step('bid', 'returned'),
  notice: step('notice', 'resolved'),
  ledger: step('ledger', 'resolved'),
  outcomes: step('outcomes', 'resolved'),
} as const satisfies Readonly<Record<string, Step>>;

function step<E extends Step['ends']>(name: string, ends: E) {
  return { name, ends, channel: tracingChannel<unknown, StepMessage>(`gavotte:${name}`) };
}

/** Takes a step that ends when its promise does. `facts` are asked for only while somebody watches. */
export function traced<T>(
  { channel }: Step & { readonly ends: 'resolved' },
  facts: () => StepFacts,
  work: () => Promise<T>,
): Promise<T> {
  return channel.hasSubscribers ? channel.tracePromise(work, { facts: facts() }) : work();
}

/** Takes a step that ends when it returns. */
export function tracedNow<T>(
  { channel }: Step & { readonly ends: 'returned' },
  facts: () => StepFacts,
  work: () => T,
): T {
  return channel.hasSubscribers ? channel.traceSync(work, { facts: facts() }) : work();
}
