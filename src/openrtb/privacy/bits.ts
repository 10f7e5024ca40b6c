/** What privacy law and signals allow for one request; combine with `|`, test with `&`. */
export const PRIVACY = {
  /** Bid at all. */
  mayBid: 1,
  /** Use ids of user or device: match, cap, recognise. */
  mayUseId: 2,
  /** Use what is known of the user to choose or value an ad. */
  mayPersonalise: 4,
  /** Use a location more precise than the region. */
  mayGeo: 8,
  /** Store or read ids on the device (cookie sync). */
  mayStore: 16,
  /** Measure the ad's effect on the user. */
  mayMeasure: 32,
} as const;

/** Everything is allowed. */
export const ALL_ALLOWED = 63;
