/** One seller that a publisher authorises to sell its inventory. */
export interface AdsTxtRecord {
  /** Domain of the ad system, lower case. */
  readonly asi: string;
  /** The publisher's account there. */
  readonly sid: string;
  readonly relation: 'direct' | 'reseller';
}

/** A line that is skipped because it is neither record, variable nor comment. */
export interface AdsTxtProblem {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

/** What an ads.txt or app-ads.txt says (IAB ads.txt 1.1). */
export interface AdsTxt {
  /** False for a file that says nothing: empty, or without a single valid record. Then everybody may sell (§3.2.1). */
  readonly statement: boolean;
  readonly records: readonly AdsTxtRecord[];
  /** Business domain of the owner; '' when not given. */
  readonly ownerDomain: string;
  /** Domains that manage the sale, whatever the country. */
  readonly managerDomains: readonly string[];
  /** Names below that of the file which have a file of their own. */
  readonly subdomains: readonly string[];
  /** The first twenty. */
  readonly problems: readonly AdsTxtProblem[];
}

/** Files of the largest publishers have some 20,000 lines; what comes after is not read. */
const MAX_LINES = 50_000;
const MAX_FIELD = 256;
const MAX_PROBLEMS = 20;
/** No top-level domain begins with a digit, as the last part of an address does. */
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z][a-z0-9-]{1,62}$/;
const VARIABLE = /^([A-Za-z]+)\s*=\s*(.+)$/;
/** The record by which a publisher says that nobody may sell (§3.2.1). */
const PLACEHOLDER = 'placeholder.example.com';

/** Whether a text in lower case is the name of a domain. */
export function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}

/** Reads an ads.txt. Never throws: lines that are no records are skipped, as the standard asks. */
export function parseAdsTxt(text: string): AdsTxt {
  const records: AdsTxtRecord[] = [];
  const problems: AdsTxtProblem[] = [];
  const named = new Map<string, string[]>(DOMAIN_VARIABLES.map((name) => [name, []]));
  let statement = false;
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (const [index, raw] of body.split(/\r\n|\r|\n/, MAX_LINES).entries()) {
    // After '#' comes a comment, after ';' an extension.
    const line = raw.split(/[#;]/, 1)[0]!.trim();
    if (line === '') continue;
    const variable = VARIABLE.exec(line);
    const read = variable === null ? recordOf(line) : variableProblem(variable, named);
    if (typeof read === 'string') {
      if (read !== '' && problems.length < MAX_PROBLEMS) problems.push({ line: index + 1, why: read });
      continue;
    }
    statement = true;
    if (read.asi !== PLACEHOLDER) records.push(read);
  }
  return {
    statement,
    records,
    ownerDomain: named.get('ownerdomain')![0] ?? '',
    managerDomains: named.get('managerdomain')!,
    subdomains: named.get('subdomain')!,
    problems,
  };
}

const DOMAIN_VARIABLES = ['ownerdomain', 'managerdomain', 'subdomain'] as const;

/** Takes in a variable that names a domain; what is wrong with it, or ''. Others, such as CONTACT, are for people. */
function variableProblem([, name, value]: readonly string[], named: ReadonlyMap<string, string[]>): string {
  const list = named.get(name!.toLowerCase());
  if (list === undefined) return '';
  // MANAGERDOMAIN may name a country after a comma.
  const domain = plain(value!.split(',', 1)[0]!);
  if (!isDomain(domain)) return `${name} is no domain`;
  list.push(domain);
  return '';
}

/** The record of a line, or what is wrong with it. */
function recordOf(line: string): AdsTxtRecord | string {
  const fields = line.split(',');
  if (fields.length < 3) return 'a record has a domain, an account, and DIRECT or RESELLER';
  const asi = plain(fields[0]!);
  const sid = fields[1]!.trim();
  const relation = fields[2]!.trim().toLowerCase();
  if (!isDomain(asi)) return 'its first field is no domain';
  if (sid === '' || sid.length > MAX_FIELD) return `an account has 1 to ${MAX_FIELD} characters`;
  return relation === 'direct' || relation === 'reseller'
    ? { asi, sid, relation }
    : 'its third field is neither DIRECT nor RESELLER';
}

function plain(domain: string): string {
  return domain.trim().toLowerCase();
}
