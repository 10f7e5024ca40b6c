import { type EpochMs, GavotteError, type SqlDatabase, type SqlRow } from '../../kernel/index.ts';
import type { CampaignEntry, CampaignFact } from './facts.ts';

/** Most lines read at once. */
const READ_AT_ONCE = 10_000;

/**
 * The journal of all campaigns, in SQLite: what happened to them, in order, never changed. A campaign is what its lines
 * add up to; whoever writes says which line was the last that they had read, so that of two who act on the same campaign
 * one learns of the other.
 */
export class CampaignJournal {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS campaign_journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        campaign TEXT NOT NULL,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        reason TEXT NOT NULL,
        fact TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS journal_by_campaign ON campaign_journal (campaign, seq);
    `);
  }

  /**
   * Adds lines to one campaign, all or none, after the line `after` (0 for a new campaign).
   * @throws GV_VERSION_CONFLICT when the campaign has a later line.
   */
  append(
    campaign: string,
    after: number,
    lines: readonly Pick<CampaignEntry, 'at' | 'actor' | 'reason' | 'fact'>[],
  ): void {
    this.#database.transaction(() => {
      const last = this.#database
        .prepare('SELECT max(seq) AS seq FROM campaign_journal WHERE campaign = ?')
        .get(campaign);
      if (Number(last?.seq ?? 0) !== after)
        throw new GavotteError('GV_VERSION_CONFLICT', `${campaign} was changed by somebody else meanwhile`, {
          fix: 'Look at it again, and repeat what you want to do.',
        });
      const insert = this.#database.prepare(
        'INSERT INTO campaign_journal (campaign, at, actor, reason, fact) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { at, actor, reason, fact } of lines)
        insert.run(campaign, Math.trunc(at), actor, reason, JSON.stringify(fact));
    });
  }

  /** The lines of one campaign, or of all, after line `after`, in order; `limit` at most. */
  read(filter: {
    readonly campaign?: string;
    readonly after?: number;
    readonly limit?: number;
  }): readonly CampaignEntry[] {
    const { campaign, after = 0, limit = READ_AT_ONCE } = filter;
    const rows =
      campaign === undefined
        ? this.#database
            .prepare('SELECT * FROM campaign_journal WHERE seq > ? ORDER BY seq LIMIT ?')
            .all(after, limit)
        : this.#database
            .prepare('SELECT * FROM campaign_journal WHERE campaign = ? AND seq > ? ORDER BY seq LIMIT ?')
            .all(campaign, after, limit);
    return rows.map(entryFrom);
  }

  /** The ids of all campaigns, in order of their beginning. */
  campaigns(): readonly string[] {
    return this.#database
      .prepare('SELECT campaign FROM campaign_journal GROUP BY campaign ORDER BY min(seq)')
      .all()
      .map((row) => String(row.campaign));
  }

  close(): void {
    this.#database.close();
  }
}

function entryFrom(row: SqlRow): CampaignEntry {
  return {
    seq: Number(row.seq),
    campaign: String(row.campaign),
    at: Number(row.at) as EpochMs,
    actor: String(row.actor),
    reason: String(row.reason),
    fact: JSON.parse(String(row.fact)) as CampaignFact,
  };
}
