/** One seller that a publisher authorises to sell its inventory. */
export interface AdsTxtRecord {
  /** Domain of the ad system, lower case. */
  readonly asi: string;
  /** The publisher's account there. */
  readonly sid: string;
  readonly relation: 'direct' | 'reseller';
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
}

/** Files of the largest publishers have some 20,000 lines; what comes after is not read. */
const MAX_LINES = 50_000;
const MAX_FIELD = 256;
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z0-9-]{2,63}$/;
/** The record by which a publisher says that nobody may sell (§3.2.1). */
const PLACEHOLDER = 'placeholder.example.com';

/** Reads an ads.txt. Never throws: lines that are no records are skipped, as the standard asks. */
export function parseAdsTxt(text: string): AdsTxt {
  const records: AdsTxtRecord[] = [];
  let statement = false;
  let ownerDomain = '';
  const managerDomains: string[] = [];
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (const raw of body.split(/\r\n|\r|\n/, MAX_LINES)) {
    // After '#' comes a comment, after ';' an extension.
    const line = raw.split(/[#;]/, 1)[0]!.trim();
    const variable = /^([A-Za-z]+)\s*=\s*(.+)$/.exec(line);
    if (variable !== null) {
      const value = plain(variable[2]!.split(',')[0]!);
      if (/^ownerdomain$/i.test(variable[1]!) && ownerDomain === '' && DOMAIN.test(value))
        ownerDomain = value;
      if (/^managerdomain$/i.test(variable[1]!) && DOMAIN.test(value)) managerDomains.push(value);
      continue;
    }
    const record = recordOf(line);
    if (record === undefined) continue;
    statement = true;
    if (record.asi !== PLACEHOLDER) records.push(record);
  }
  return { statement, records, ownerDomain, managerDomains };
}

function recordOf(line: string): AdsTxtRecord | undefined {
  const fields = line.split(',');
  if (fields.length < 3) return undefined;
  const asi = plain(fields[0]!);
  const sid = fields[1]!.trim();
  const relation = fields[2]!.trim().toLowerCase();
  if (relation !== 'direct' && relation !== 'reseller') return undefined;
  if (!DOMAIN.test(asi) || sid === '' || sid.length > MAX_FIELD) return undefined;
  return { asi, sid, relation };
}

function plain(domain: string): string {
  return domain.trim().toLowerCase();
}
