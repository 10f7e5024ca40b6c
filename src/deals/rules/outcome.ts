import type { GavotteError } from '../../kernel/index.ts';

/** What a failed booking call tells: certainly no contract, perhaps one, or one that exists already. */
export type BookingVerdict = 'failed' | 'unknown' | 'already_booked';

/**
 * Reads a booking call's error (law 3). A clear refusal is a failure; anything after which the seller may
 * have acted is unknown; "already booked" or "same key, other body" mean that a contract may be ours.
 */
export function bookingVerdict(error: GavotteError): BookingVerdict {
  if (error.code === 'GV_SELLER_REJECTED' && error.details?.status === 409) return 'already_booked';
  return error.outcome;
}
