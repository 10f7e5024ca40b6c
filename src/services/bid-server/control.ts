import type { ControlRequest } from './application.ts';
import type { RequestHead } from './hot/request-head.ts';

/** The request without its body, its texts copied out of the bytes that held them. */
export type ControlHead = Omit<ControlRequest, 'body'>;

/** Copies the head out of the bytes it was read from; header bytes above 127 become Latin-1, as Node has it. */
export function controlHead(bytes: Buffer, head: RequestHead, end: number): ControlHead {
  const headers = new Map<string, string>();
  // The reader has made sure of this form: every line is `name: value` and ends in CRLF.
  for (const line of bytes.toString('latin1', head.headersStart, end - 4).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = trimBlanks(line.slice(colon + 1));
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return {
    method: bytes.toString('latin1', head.methodStart, head.methodEnd),
    target: bytes.toString('latin1', head.targetStart, head.targetEnd),
    headers,
  };
}

/** Without spaces and tabs around it; `trim` would also take a no-break space, which is a byte of the value. */
function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
