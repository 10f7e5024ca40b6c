/**
 * The parameters of a query, percent-decoded once. `undefined` when it cannot be decoded or one of them comes twice:
 * of two prices nobody can say which is meant.
 */
export function readQuery(query: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const name = part.slice(0, equals);
    const value = decode(part.slice(equals + 1));
    if (value === undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  return values;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A macro of the form %%NAME%% that came as it left is no percent-encoding; it must be seen as what it is.
    return text.includes('%%') ? text : undefined;
  }
}
