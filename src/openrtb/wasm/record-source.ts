import { type Key, NO_NUMBERS, NO_TEXTS, type Source } from '../read/source.ts';

/** Kinds of values in a record; the extractor exports the same, and a test holds the two together. */
export const KIND = {
  NULL: 1,
  FALSE: 2,
  TRUE: 3,
  INTEGER: 4,
  DOUBLE: 5,
  DIGITS: 6,
  TEXT: 7,
  UTF8_TEXT: 8,
  ESCAPED_TEXT: 9,
  OBJECT: 10,
  LIST: 11,
} as const;

const KIND_MASK = 15;
const KIND_BITS = 4;
/** Words from a list's cell to the address of the next. */
const NEXT = 2;
const NONE = 0;

/**
 * V8 makes a long substring a view that keeps the whole text alive, and whoever stores an id would store the body
 * with it. Shorter ones are copies; longer ones are decoded anew.
 */
const LONGEST_COPY = 12;

/** What Buffer has for parts of itself; its types leave them out. */
interface Slices {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, length: number): number;
}

/** Access to the records that the extractor made of the last body. A node is the index of a record's first word. */
export class RecordSource implements Source<number> {
  readonly none = NONE;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Slices;
  readonly #body: number;
  /** The body byte for byte, so that positions in it are positions in the text. */
  #text = '';

  /** @param body Where the body begins in `memory`. */
  constructor(memory: ArrayBuffer, body: number) {
    this.#words = new Int32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#bytes = Buffer.from(memory) as unknown as Slices;
    this.#body = body;
  }

  /** Takes up a body of `length` bytes that was just extracted; answers the node at its root. */
  open(length: number, root: number): number {
    this.#text = this.#bytes.latin1Slice(this.#body, this.#body + length);
    return this.#nodeAt(root >> 2);
  }

  /** Forgets the body, whose records are about to be overwritten. */
  close(): void {
    this.#text = '';
  }

  /** The body that is open, one character a byte; '' when none is. */
  get body(): string {
    return this.#text;
  }

  /** Writes back a body that was open before. */
  restore(body: string): void {
    this.#bytes.latin1Write(body, this.#body, body.length);
  }

  given(from: number, key: Key): boolean {
    return (this.#words[from + key.slot]! & KIND_MASK) > KIND.NULL;
  }

  text(from: number, key: Key): string {
    return this.#textAt(from + key.slot);
  }

  number(from: number, key: Key): number {
    return this.#numberAt(from + key.slot);
  }

  flag(from: number, key: Key): boolean {
    const kind = this.#words[from + key.slot]! & KIND_MASK;
    if (kind <= KIND.FALSE) return false;
    return kind < KIND.INTEGER || kind > KIND.DIGITS || this.#numberAt(from + key.slot) !== 0;
  }

  object(from: number, key: Key): number {
    return this.#nodeAt(from + key.slot);
  }

  isList(from: number, key: Key): boolean {
    return (this.#words[from + key.slot]! & KIND_MASK) === KIND.LIST;
  }

  objects(from: number, key: Key, most: number): readonly number[] {
    const nodes: number[] = [];
    for (
      let cell = this.#firstOf(from, key);
      cell !== NONE && nodes.length < most;
      cell = this.#after(cell)
    ) {
      nodes.push(this.#nodeAt(cell));
    }
    return nodes;
  }

  texts(from: number, key: Key, most: number): readonly string[] {
    if (!this.isList(from, key)) return oneOrNone(this.text(from, key));
    const texts: string[] = [];
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      const text = this.#textAt(cell);
      if (text !== '' && texts.push(text) === most) break;
    }
    return texts;
  }

  idTexts(from: number, key: Key, most: number): readonly string[] {
    if (!this.isList(from, key)) return oneOrNone(this.#idTextAt(from + key.slot));
    const texts: string[] = [];
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      const text = this.#idTextAt(cell);
      if (text !== '' && texts.push(text) === most) break;
    }
    return texts;
  }

  wholes(from: number, key: Key, most: number): readonly number[] {
    let wholes: number[] | undefined;
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      const value = this.#numberAt(cell);
      if (!Number.isSafeInteger(value)) continue;
      wholes ??= [];
      if (wholes.push(value + 0) === most) break;
    }
    return wholes ?? NO_NUMBERS;
  }

  areTexts(from: number, key: Key): boolean {
    const kind = this.#words[from + key.slot]! & KIND_MASK;
    if (kind !== KIND.LIST) return kind <= KIND.NULL || isText(kind);
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      if (!isText(this.#words[cell]! & KIND_MASK)) return false;
    }
    return true;
  }

  onlyTexts(from: number, key: Key): readonly string[] | undefined {
    const kind = this.#words[from + key.slot]! & KIND_MASK;
    if (kind <= KIND.NULL) return NO_TEXTS;
    if (kind !== KIND.LIST) return isText(kind) ? oneOrNone(this.text(from, key)) : undefined;
    const texts: string[] = [];
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      if (!isText(this.#words[cell]! & KIND_MASK)) return undefined;
      texts.push(this.#textAt(cell));
    }
    return texts;
  }

  onlyWholes(from: number, key: Key): readonly number[] | undefined {
    const kind = this.#words[from + key.slot]! & KIND_MASK;
    if (kind <= KIND.NULL) return NO_NUMBERS;
    if (kind !== KIND.LIST) {
      const value = this.number(from, key);
      return Number.isSafeInteger(value) ? [value + 0] : undefined;
    }
    const wholes: number[] = [];
    for (let cell = this.#firstOf(from, key); cell !== NONE; cell = this.#after(cell)) {
      const value = this.#numberAt(cell);
      if (!Number.isSafeInteger(value)) return undefined;
      wholes.push(value + 0);
    }
    return wholes;
  }

  #firstOf(from: number, key: Key): number {
    return this.isList(from, key) ? this.#words[from + key.slot + 1]! >> 2 : NONE;
  }

  #after(cell: number): number {
    return this.#words[cell + NEXT]! >> 2;
  }

  #nodeAt(pair: number): number {
    return (this.#words[pair]! & KIND_MASK) === KIND.OBJECT ? this.#words[pair + 1]! >> 2 : NONE;
  }

  #numberAt(pair: number): number {
    const first = this.#words[pair]!;
    const second = this.#words[pair + 1]!;
    switch (first & KIND_MASK) {
      case KIND.INTEGER:
        return second;
      case KIND.DOUBLE:
        return this.#doubles[second >> 3]!;
      case KIND.DIGITS:
        return Number(this.#text.substring(first >>> KIND_BITS, second));
      default:
        return Number.NaN;
    }
  }

  #textAt(pair: number): string {
    const first = this.#words[pair]!;
    const kind = first & KIND_MASK;
    if (!isText(kind)) return '';
    const start = first >>> KIND_BITS;
    const end = this.#words[pair + 1]!;
    if (kind === KIND.TEXT) {
      if (end - start <= LONGEST_COPY) return this.#text.substring(start, end);
      return this.#bytes.latin1Slice(this.#body + start, this.#body + end);
    }
    const text = this.#bytes.utf8Slice(this.#body + start, this.#body + end);
    return kind === KIND.UTF8_TEXT ? text : (JSON.parse(`"${text}"`) as string);
  }

  #idTextAt(pair: number): string {
    const value = this.#numberAt(pair);
    return Number.isSafeInteger(value) ? String(value + 0) : this.#textAt(pair);
  }
}

function isText(kind: number): boolean {
  return kind >= KIND.TEXT && kind <= KIND.ESCAPED_TEXT;
}

function oneOrNone(text: string): readonly string[] {
  return text === '' ? NO_TEXTS : [text];
}
