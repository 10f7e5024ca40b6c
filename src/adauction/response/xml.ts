/** An element; `text` is all character data directly inside, entities resolved. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text with its entities resolved; undefined when an `&` begins none. */
function resolved(text: string): string | undefined {
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(text)) return undefined;
  return text.replace(/&(#x?)?([\da-zA-Z]+);/g, (_whole, numeric: string | undefined, name: string) =>
    numeric === undefined
      ? ENTITIES[name]!
      : String.fromCodePoint(Number.parseInt(name, numeric === '#' ? 10 : 16)),
  );
}

/** The root of a well-formed XML document, or undefined. No DTDs: VAST has none, and they are a known trap. */
export function parseXml(text: string): XmlElement | undefined {
  const top = element('', '');
  const open: XmlElement[] = [top];
  TOKEN.lastIndex = 0;
  const body = text.trim();
  while (TOKEN.lastIndex < body.length) {
    const match = TOKEN.exec(body);
    if (match === null || !step(open, match)) return undefined;
  }
  const [root, second] = top.children;
  return open.length === 1 && second === undefined && top.text.trim() === '' ? root : undefined;
}

/** Takes one token; false when it cannot stand here. */
function step(open: XmlElement[], match: RegExpExecArray): boolean {
  const [, cdata, closed, opened, attributes, empty, text] = match;
  const inner = open.at(-1)!;
  if (cdata !== undefined) inner.text += cdata;
  else if (closed !== undefined) {
    if (open.length === 1 || inner.name !== closed) return false;
    open.pop();
  } else if (opened !== undefined) {
    const child = element(opened, attributes ?? '');
    inner.children.push(child);
    if (empty === '') open.push(child);
    return resolved(attributes ?? '') !== undefined;
  } else if (text !== undefined) {
    const plain = resolved(text);
    if (plain === undefined) return false;
    inner.text += plain;
  }
  return true;
}

function element(name: string, attributes: string): XmlElement {
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(
    (match) => [match[1]!, resolved(match[2] ?? match[3] ?? '') ?? ''] as const,
  );
  return { name, attributes: new Map(pairs), children: [], text: '' };
}

/** Every element of that name, at any depth. */
export function findAll(root: XmlElement, name: string): readonly XmlElement[] {
  const below = root.children.flatMap((child) => findAll(child, name));
  return root.name === name ? [root, ...below] : below;
}
