import { GavotteError, parseJson } from '../../../kernel/index.ts';
import { plainText } from './text.ts';

/** A refusal in any of the contract's shapes (wire §1.6), made plain. */
export interface SellerRefusal {
  readonly status: number;
  /** The seller's code, `validation` for a list of faults, or '' when it gave none. */
  readonly sellerCode: string;
  readonly sellerMessage: string;
  /** What the seller does not support, as `path: reason`. */
  readonly unsupported: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads an error body; whatever it is, something comes out. */
export function readRefusal(status: number, body: string): SellerRefusal {
  const refusal = { status, sellerCode: '', sellerMessage: '', unsupported: [] };
  const { detail, error, message } = fieldsOf(body);
  if (typeof detail === 'string' && error === undefined)
    return { ...refusal, sellerMessage: plainText(detail) };
  if (Array.isArray(detail)) {
    return {
      ...refusal,
      sellerCode: 'validation',
      sellerMessage: plainText(detail.map(validationFault).join('; ')),
    };
  }
  if (isFields(detail)) {
    return {
      status,
      sellerCode: textOf(detail.error),
      sellerMessage: textOf(detail.message) || textOf(detail.detail),
      unsupported: unsupportedOf(detail.unsupported),
    };
  }
  // The legacy flat shape: {"error": "...", "detail": "..."}.
  if (error !== undefined)
    return { ...refusal, sellerCode: textOf(error), sellerMessage: textOf(detail) || textOf(message) };
  return { ...refusal, sellerMessage: plainText(body) };
}

/**
 * What a status that is not 2xx means. A booking that is answered with a redirect may have been acted on, so
 * there the outcome is unknown; elsewhere a redirect is simply refused.
 */
export function sellerError(
  status: number,
  body: string,
  call: { what: string; books: boolean },
): GavotteError {
  if (status >= 300 && status < 400) return redirectError(status, call);
  const refusal = readRefusal(status, body);
  const said = [refusal.sellerCode, refusal.sellerMessage, ...refusal.unsupported].filter(Boolean).join(': ');
  const message = `${call.what}: the seller answered ${status}${said === '' ? '' : ` (${said})`}`;
  // 408 and 429 ask to come back later; whether anything was done by then is not known.
  if (status >= 500 || status === 408 || status === 429) {
    return new GavotteError('GV_SELLER_ERROR', message, { fix: 'Try again later.', details: { ...refusal } });
  }
  return new GavotteError('GV_SELLER_REJECTED', message, {
    fix: fixFor(status),
    details: { ...refusal },
  });
}

function redirectError(status: number, call: { what: string; books: boolean }): GavotteError {
  const message = `${call.what}: the seller answered with a redirect (${status}), which is refused`;
  const fix = 'Use the address the seller redirects to, if you trust it.';
  return call.books
    ? new GavotteError('GV_RESPONSE_INVALID', message, { fix, details: { status } })
    : new GavotteError('GV_URL_FORBIDDEN', message, { fix, details: { status } });
}

function fixFor(status: number): string {
  if (status === 401 || status === 403) return 'Check the API key of this seller.';
  if (status === 404) return 'Check the id; the seller does not know it.';
  if (status === 410) return 'Ask the seller for a fresh quote.';
  return 'Change what the seller objects to.';
}

function fieldsOf(body: string): Fields {
  try {
    const value = parseJson(body, 'error body');
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function validationFault(fault: unknown): string {
  if (!isFields(fault)) return 'invalid';
  const place = Array.isArray(fault.loc) ? fault.loc.map(String).join('.') : 'body';
  return `${place}: ${textOf(fault.msg) || 'invalid'}`;
}

function unsupportedOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isFields)
    .map((each) => `${textOf(each.path) || textOf(each.capability)}: ${textOf(each.reason)}`)
    .slice(0, 20);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? plainText(value) : '';
}
