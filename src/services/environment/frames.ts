import { GavotteError } from '../../kernel/index.ts';

/** Version of what clients and server say to each other; a client of another version is refused. */
export const PROTOCOL = 1;

/**
 * Kinds of frames. A frame is a head of 8 bytes (bytes of the body, uint32; kind, uint8; three zeros) and a body;
 * all numbers are little-endian. The client asks, the server answers each question with one frame.
 */
export const FRAMES = {
  /** JSON, see `Hello`: which environment. Answered by `welcome`. */
  hello: 1,
  /** first and stride, uint32 each: see `TrainingEnv.begin`. Answered by `view`, whose rewards are 0. */
  begin: 2,
  /** Actions of all rows, float32: those of the first role, then of the next. Answered by `view`. */
  step: 3,
  /** JSON, see `Welcome`: sizes and names. */
  welcome: 129,
  /** What `View` lays out. */
  view: 130,
  /** JSON: code, message and fix. The server closes the connection after it. */
  error: 255,
} as const;

/** Bytes before a body. */
export const HEAD_BYTES = 8;

/** A question of a client. */
export interface Frame {
  readonly kind: number;
  readonly body: Buffer;
}

/** A frame as bytes. */
export function frameOf(kind: number, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + body.length);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt8(kind, 4);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** A frame of JSON as bytes. */
export function jsonFrame(kind: number, value: object): Buffer {
  return frameOf(kind, Buffer.from(JSON.stringify(value)));
}

/**
 * Cuts a stream of bytes into frames. A body is kept only once `check` has passed its head, so that nobody can make
 * the server hold more than the frame it waits for.
 */
export class FrameReader {
  readonly #check: (kind: number, bytes: number) => void;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #body: Buffer | null = null;
  #bodyBytes = 0;

  /** @param check throws when a frame of this kind and length must not come now. */
  constructor(check: (kind: number, bytes: number) => void) {
    this.#check = check;
  }

  /**
   * The frames that are complete with `chunk`; what is left over waits for the next one.
   * @throws what `check` throws; GV_BAD_INPUT for a head that is none.
   */
  *read(chunk: Buffer): Generator<Frame> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === null) {
        const taken = chunk.copy(this.#head, this.#headBytes, at);
        this.#headBytes += taken;
        at += taken;
        if (this.#headBytes < HEAD_BYTES) return;
        this.#begin();
      }
      const body = this.#body!;
      const taken = chunk.copy(body, this.#bodyBytes, at);
      this.#bodyBytes += taken;
      at += taken;
      if (this.#bodyBytes < body.length) continue;
      const kind = this.#head.readUInt8(4);
      this.#headBytes = 0;
      this.#body = null;
      yield { kind, body };
    }
  }

  #begin(): void {
    const bytes = this.#head.readUInt32LE(0);
    if (this.#head.readUIntLE(5, 3) !== 0)
      throw badFrame(
        `the head of a frame is ${this.#head.toString('hex')}, and its last three bytes are not 0`,
      );
    this.#check(this.#head.readUInt8(4), bytes);
    this.#body = Buffer.alloc(bytes);
    this.#bodyBytes = 0;
  }
}

/** What a client that speaks the protocol wrongly is told. */
export function badFrame(message: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, {
    fix: 'Use the Python package of this checkout, or speak as src/services/environment/frames.ts says.',
  });
}
