import type { HttpRequest } from '../../kernel/index.ts';
import { type MarketHandler, type MarketResponse, plainError, unhandled } from './response.ts';

/** A request taken apart for the route that serves it. */
export interface Call {
  readonly request: HttpRequest;
  /** Values of the `{name}` parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export type Route = readonly [
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  serve: (call: Call) => MarketResponse | Promise<MarketResponse>,
];

interface CompiledRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly serve: Route[2];
}

/**
 * One handler over a table of routes; the first that matches serves. As FastAPI does: unknown path 404, known
 * path with another method 405, a trailing slash 307, a defect in a route 500 in plain text.
 */
export function createRouter(routes: readonly Route[]): MarketHandler {
  const compiled = routes.map(([method, path, serve]): CompiledRoute => {
    const source = path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    return { method, pattern: new RegExp(`^${source}$`), serve };
  });
  return async (request) => {
    const url = new URL(request.url);
    const matching = compiled.filter(({ pattern }) => pattern.test(url.pathname));
    const route = matching.find(({ method }) => method === request.method);
    if (route !== undefined) {
      const groups = route.pattern.exec(url.pathname)?.groups ?? {};
      const params = Object.fromEntries(
        Object.entries(groups).map(([name, value]) => [name, decodePart(value)]),
      );
      return route.serve({ request, params, query: url.searchParams });
    }
    if (matching.length > 0) return plainError(405, 'Method Not Allowed');
    const trimmed = url.pathname.replace(/\/+$/, '');
    if (trimmed !== url.pathname && compiled.some(({ pattern }) => pattern.test(trimmed))) {
      return {
        status: 307,
        headers: { location: `${url.protocol}//${url.host}${trimmed}${url.search}` },
        body: '',
      };
    }
    return plainError(404, 'Not Found');
  };
}

/** Wraps `handler` so that a defect is a 500, not a lost connection; `DropConnection` passes through. */
export function withUnhandledErrors(
  handler: MarketHandler,
  isDeliberate: (error: unknown) => boolean,
): MarketHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (isDeliberate(error)) throw error;
      return unhandled();
    }
  };
}

function decodePart(value: string | undefined): string {
  try {
    return decodeURIComponent(value ?? '');
  } catch {
    return value ?? '';
  }
}
