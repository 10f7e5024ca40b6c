import type { AuditorStatus } from '../../audit/index.ts';
import type { GavotteError, HttpRequest, HttpResponse } from '../../kernel/index.ts';
import { SCRAPE_CONTENT_TYPE, scrapeText } from '../../telemetry/index.ts';
import { processMetrics } from '../process-metrics.ts';
import { serveHandler } from '../serve-handler.ts';
import { auditorMetrics } from './auditor-metrics.ts';
import { type AuditorParts, openAuditor } from './open-auditor.ts';

/** An auditor process needs these. */
export interface ServeAuditorOptions extends AuditorParts {
  readonly port: number;
  readonly host: string;
  /** Hears when the ledger or a log could not be read; the next round tries again. */
  readonly onTrouble?: (error: GavotteError) => void;
}

/** An auditor that listens. */
export interface RunningAuditor {
  readonly url: string;
  status(): AuditorStatus;
  close(): Promise<void>;
}

/** An auditor that has not compared for so long is not ready: nobody then knows whether all is well. */
const STALE_MS = 5_000;

/**
 * Runs one auditor process: it compares four times a second, and tells at `/livez`, `/readyz`, `/status` and `/metrics`.
 * @throws GV_BAD_INPUT when the port cannot be had or another auditor has the state.
 */
export async function serveAuditor(options: ServeAuditorOptions): Promise<RunningAuditor> {
  const opened = await openAuditor(options);
  let failures = 0;
  const isReady = () => opened.auditor.idleMs <= STALE_MS;
  const stop = new AbortController();
  const running = opened.rounds.run(stop.signal, (error) => {
    failures += 1;
    options.onTrouble?.(error);
  });
  const close = async () => {
    stop.abort();
    await running;
    await opened.close();
  };
  const handler = async (request: HttpRequest): Promise<HttpResponse> =>
    answer(new URL(request.url).pathname, {
      isReady: isReady(),
      status: () => opened.auditor.status,
      failures,
    });
  try {
    const server = await serveHandler(handler, options);
    return {
      url: server.url,
      status: () => opened.auditor.status,
      close: async () => {
        await server.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function answer(
  path: string,
  auditor: { readonly isReady: boolean; readonly status: () => AuditorStatus; readonly failures: number },
): HttpResponse {
  const text = (status: number, body: string, type = 'text/plain; charset=utf-8') => ({
    status,
    headers: { 'content-type': type },
    body,
  });
  switch (path) {
    case '/livez':
      return text(200, 'ok\n');
    case '/readyz':
      return auditor.isReady ? text(200, 'ok\n') : text(503, 'not compared for five seconds\n');
    case '/status':
      return text(200, JSON.stringify(auditor.status()), 'application/json');
    case '/metrics':
      return text(
        200,
        scrapeText(processMetrics, auditorMetrics(auditor.status(), auditor.failures)),
        SCRAPE_CONTENT_TYPE,
      );
    default:
      return text(404, 'not found\n');
  }
}
