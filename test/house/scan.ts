/** A piece of source text: code, or a comment, a text, a regular expression, the text part of a template. */
type Kind = 'code' | 'comment' | 'text' | 'regex' | 'template';

interface Piece {
  readonly kind: Kind;
  readonly end: number;
}

/** After these characters a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(?:^|[=(,:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|in|of|await|yield))\s*$/;

function pieceAt(source: string, start: number): Piece {
  if (source.startsWith('//', start)) return { kind: 'comment', end: until(source, '\n', start) };
  if (source.startsWith('/*', start)) return { kind: 'comment', end: until(source, '*/', start) + 2 };
  const first = source[start]!;
  if (first === "'" || first === '"') return { kind: 'text', end: closing(source, start, first) };
  if (first === '/' && BEFORE_REGEX.test(source.slice(Math.max(0, start - 40), start))) {
    return { kind: 'regex', end: regexEnd(source, start) };
  }
  return { kind: 'code', end: start + 1 };
}

function until(source: string, mark: string, start: number): number {
  const found = source.indexOf(mark, start);
  return found === -1 ? source.length : found;
}

function closing(source: string, start: number, quote: string): number {
  let index = start + 1;
  while (index < source.length && source[index] !== quote) index += source[index] === '\\' ? 2 : 1;
  return index + 1;
}

function regexEnd(source: string, start: number): number {
  let index = start + 1;
  let inClass = false;
  while (index < source.length && (source[index] !== '/' || inClass)) {
    if (source[index] === '\\') index += 1;
    else if (source[index] === '[') inClass = true;
    else if (source[index] === ']') inClass = false;
    index += 1;
  }
  return index + 1;
}

/** Cuts a source into pieces. Templates nest, so it remembers how many braces are open in each `${}`. */
class Scanner {
  readonly #source: string;
  readonly #open: number[] = [];
  #inTemplate = false;

  constructor(source: string) {
    this.#source = source;
  }

  next(start: number): Piece {
    if (this.#inTemplate) return this.#templateText(start);
    const piece = pieceAt(this.#source, start);
    if (piece.kind === 'code') this.#follow(this.#source[start]!);
    return piece;
  }

  #follow(character: string): void {
    const depth = this.#open.length - 1;
    if (character === '`') this.#inTemplate = true;
    else if (character === '{' && depth >= 0) this.#open[depth]! += 1;
    else if (character === '}' && depth >= 0) {
      this.#open[depth]! -= 1;
      if (this.#open[depth]! >= 0) return;
      this.#open.pop();
      this.#inTemplate = true;
    }
  }

  #templateText(start: number): Piece {
    const source = this.#source;
    let index = start;
    while (index < source.length && source[index] !== '`' && !source.startsWith('${', index)) {
      index += source[index] === '\\' ? 2 : 1;
    }
    if (index > start) return { kind: 'template', end: index };
    this.#inTemplate = false;
    if (source[index] === '`') return { kind: 'code', end: index + 1 };
    this.#open.push(0);
    return { kind: 'code', end: index + 2 };
  }
}

/**
 * The source with comments and regular expressions blanked out, and with `texts: false` the insides of texts as
 * well; line numbers stay. What stands in the `${}` of a template stays, as it is code.
 */
export function codeOf(source: string, { texts }: { texts: boolean }): string {
  const scanner = new Scanner(source);
  let result = '';
  for (let index = 0; index < source.length; ) {
    const { kind, end } = scanner.next(index);
    const piece = source.slice(index, end);
    if (kind === 'code' || (texts && (kind === 'text' || kind === 'template'))) result += piece;
    else if (kind === 'text') result += piece[0] + blank(piece.slice(1, -1)) + piece[0];
    else result += blank(piece);
    index = end;
  }
  return result;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** The line, counted from one, of a position. */
export function lineOf(source: string, position: number): number {
  return source.slice(0, position).split('\n').length;
}
