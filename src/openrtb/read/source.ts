/** A field that decides: its name, its place in a record of the extractor, and what is read inside of it. */
export interface Key {
  readonly name: string;
  /** Index of its first word in a record. */
  readonly slot: number;
  /** The fields read of the object, or of the objects in the list, that stand here. */
  readonly child: Shape | undefined;
  /** Whether the entries of a list are read. */
  readonly list: boolean;
}

/** The fields that are read of one kind of object. */
export type Shape = Readonly<Record<string, Key>>;

/**
 * Access to a body that was taken apart, by parsing it whole or by extracting what decides. The reading of requests
 * is written once, upon this; `Node` stands for an object of the body. Nothing here throws, whatever the types.
 */
export interface Source<Node> {
  /** The object without fields, which stands for whatever is no object. */
  readonly none: Node;
  /** Whether there is a value and it is not null. */
  given(from: Node, key: Key): boolean;
  /** The text, or ''. */
  text(from: Node, key: Key): string;
  /** The number, which may be infinite; NaN for all else. */
  number(from: Node, key: Key): number;
  /** Whether it is true, or any other value that is not absent, null, false or 0. */
  flag(from: Node, key: Key): boolean;
  object(from: Node, key: Key): Node;
  isList(from: Node, key: Key): boolean;
  /** Up to `most` entries of a list of objects, `none` for what is no object. */
  objects(from: Node, key: Key, most: number): readonly Node[];
  /** Up to `most` texts of a list, others left out; one text alone counts as a list of it. */
  texts(from: Node, key: Key, most: number): readonly string[];
  /** The same with whole numbers as texts. */
  idTexts(from: Node, key: Key, most: number): readonly string[];
  /** Up to `most` whole numbers of a list, others left out. */
  wholes(from: Node, key: Key, most: number): readonly number[];
  /** Whether `onlyTexts` finds nothing wrong. */
  areTexts(from: Node, key: Key): boolean;
  /** A list of nothing but texts, or one alone; empty when absent, null or ''; undefined when it is anything else. */
  onlyTexts(from: Node, key: Key): readonly string[] | undefined;
  /** A list of nothing but whole numbers, or one alone; empty when absent or null; undefined for anything else. */
  onlyWholes(from: Node, key: Key): readonly number[] | undefined;
}

/** Shared empty lists, so that what is not given costs nothing. */
export const NO_TEXTS: readonly string[] = Object.freeze([]);
export const NO_NUMBERS: readonly number[] = Object.freeze([]);
