import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { GavotteError } from '../errors.ts';

/**
 * Reads a body as text, inflating it on the way. Both what arrives and what it inflates to are held against
 * `maxBytes` chunk by chunk, so a bomb is dropped after the cap plus one chunk of 16 kB.
 * @throws GV_RESPONSE_TOO_LARGE, GV_RESPONSE_INVALID for a broken encoding, or the stream's own error.
 */
export async function readBody(
  body: Readable,
  headers: { readonly encoding: string; readonly length: string },
  maxBytes: number,
): Promise<string> {
  if (Number(headers.length) > maxBytes) throw tooLarge(maxBytes);
  const inflate = inflater(headers.encoding);
  const source = inflate === null ? body : inflated(body, inflate, maxBytes);
  const chunks: Buffer[] = [];
  let kept = 0;
  try {
    for await (const chunk of source) {
      kept += (chunk as Buffer).length;
      if (kept > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    // zlib's own errors mean a broken answer, not a broken connection.
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw new GavotteError('GV_RESPONSE_INVALID', `the body does not inflate: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return Buffer.concat(chunks, kept).toString('utf8');
}

/** The inflater for a content encoding; null for none. */
function inflater(encoding: string): Transform | null {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new GavotteError(
        'GV_RESPONSE_INVALID',
        `content-encoding ${JSON.stringify(encoding.slice(0, 40))} was not offered`,
      );
  }
}

/** `body` piped through `inflate`; the raw bytes are capped too, for bodies that inflate to nothing. */
function inflated(body: Readable, inflate: Transform, maxBytes: number): Transform {
  let arrived = 0;
  body.on('data', (chunk: Buffer) => {
    arrived += chunk.length;
    if (arrived > maxBytes) inflate.destroy(tooLarge(maxBytes));
  });
  // Ties their ends together: an error of either destroys both, and is read from `inflate`.
  pipeline(body, inflate, () => {});
  return inflate;
}

function tooLarge(maxBytes: number): GavotteError {
  return new GavotteError('GV_RESPONSE_TOO_LARGE', `the answer is larger than ${maxBytes} bytes`);
}
