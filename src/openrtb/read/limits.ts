/** The largest body that is read; a request is 2–4 KB, and the largest in public collections 48 KB. */
export const MAX_BODY_BYTES = 1_048_576;

/** No request nests deeper than about ten; what does is refused before anything is built. */
export const MAX_DEPTH = 64;

/** Imps of one request that are looked at; those after are left out. A long pod has about twenty. */
export const MAX_IMPS = 100;

/** Deals of one imp that are looked at; those after are left out. */
export const MAX_DEALS = 256;

/** Entries that are kept of a list which only informs (segments, ids, categories of the page). */
export const MAX_ENTRIES = 1_000;
