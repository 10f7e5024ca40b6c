/** How a deal binds: programmatic guaranteed, preferred deal, private auction. */
export const DEAL_TYPES = ['PG', 'PD', 'PA'] as const;
/** `PG`, `PD` or `PA`. */
export type DealType = (typeof DEAL_TYPES)[number];

/** A calendar day `YYYY-MM-DD`, as flights are written on every wire of the field. */
export type IsoDate = string;

/** The days a deal runs, both included. */
export interface Flight {
  readonly start: IsoDate;
  readonly end: IsoDate;
}
