/** Characters that are not seen: formats, tags, private use. */
const HIDDEN = /[\p{Cf}\p{Co}\u{e0000}-\u{e007f}]/u;
const MARKUP = /<\||<!--|<\/?[a-z]+>|!\[|\]\(https?:|"\s*,\s*"\w+"\s*:/i;
const FULL_WIDTH = /[\uff01-\uff5e]{6}/;
/** A long run without spaces that is no word of any language: base64 and the like. */
const ENCODED = /[A-Za-z0-9+/=]{60}|(?:%[0-9A-F]{2}.?){6}/;
const ORDERS =
  /ignore .{0,40}instruction|^\s*system\s*[:：]|book_deal|max_cpm|(?:do not|don't) tell|skip (?:every|all) check|exclude all/i;
/** Keys under which sellers write for people. */
const PROSE = new Set(['name', 'description', 'rationale', 'message', 'reason']);
/** The contract's newest limit for names. */
const MAX_NAME = 128;
const MAX_TEXTS = 5_000;

/** What is odd about a seller's texts, in a few words each; empty when nothing is. They decide nothing either way. */
export function oddTexts(answers: readonly unknown[]): readonly string[] {
  const found = new Set<string>();
  for (const { key, text } of prose(answers)) {
    if (HIDDEN.test(text)) found.add('hides characters');
    if (MARKUP.test(text)) found.add('carries markup');
    if (FULL_WIDTH.test(text)) found.add('writes in full-width letters');
    if (ENCODED.test(text)) found.add('carries encoded text');
    if (ORDERS.test(text)) found.add('gives orders to its reader');
    if (key === 'name' && text.length > MAX_NAME) found.add(`has a name of ${text.length} characters`);
    if (key === 'name' && /https?:\/\//i.test(text)) found.add('has a link for a name');
  }
  return [...found];
}

/** Texts for people anywhere in some JSON; nesting is bounded by the parser. */
function prose(answers: readonly unknown[]): readonly { key: string; text: string }[] {
  const texts: { key: string; text: string }[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null || texts.length >= MAX_TEXTS) return;
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === 'string' && PROSE.has(key)) texts.push({ key, text: member });
      else walk(member);
    }
  };
  answers.forEach(walk);
  return texts;
}
