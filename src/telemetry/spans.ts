import { AsyncLocalStorage } from 'node:async_hooks';
import { GavotteError, STEPS, type Step, type StepMessage, UNHEARD } from '../kernel/index.ts';

/** Of OpenTelemetry's `Span`, what is needed here. */
export interface ApiSpan {
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/** Of the package `@opentelemetry/api`, what is needed here: hand in the package itself. */
export interface TracingApi<C, S extends ApiSpan> {
  readonly context: { active(): C };
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: { attributes: Record<string, string | number> }, context: C): S;
    };
    setSpan(context: C, span: S): C;
  };
}

/** OpenTelemetry's code for a span that failed. */
const STATUS_ERROR = 2;

/**
 * Makes a span of each step (`STEPS`), under the step it was taken in, until the function that is answered is called. Which spans
 * are kept and where they go is up to the SDK that the caller has registered; without one they cost a little and go nowhere.
 * @example `recordSpans(await import('@opentelemetry/api'))`
 */
export function recordSpans<C, S extends ApiSpan>({ context, trace }: TracingApi<C, S>): () => void {
  const tracer = trace.getTracer('gavotte');
  const inside = new AsyncLocalStorage<C>();
  const spans = new WeakMap<StepMessage, S>();
  const stops = Object.values<Step>(STEPS).map(({ name, ends, channel }) => {
    channel.start.bindStore(inside, (message) => {
      const parent = inside.getStore() ?? context.active();
      const span = tracer.startSpan(`gavotte.${name}`, { attributes: { ...message.facts } }, parent);
      spans.set(message, span);
      return trace.setSpan(parent, span);
    });
    const end = (message: StepMessage) => spans.get(message)?.end();
    const error = (message: StepMessage) =>
      spans.get(message)?.setStatus({ code: STATUS_ERROR, message: GavotteError.from(message.error).code });
    const heard = { ...UNHEARD, [ends === 'resolved' ? 'asyncEnd' : 'end']: end, error };
    channel.subscribe(heard);
    return () => {
      channel.start.unbindStore(inside);
      channel.unsubscribe(heard);
    };
  });
  return () => {
    for (const stop of stops) stop();
  };
}
