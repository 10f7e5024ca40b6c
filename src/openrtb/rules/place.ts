import type { BidRequest, Imp } from '../request.ts';
import type { Refusal } from './no-bid.ts';

/** I4: a screen out of home is known by where it stands. */
export function placeRefusal(request: BidRequest): Refusal {
  const { inventory, device } = request;
  const known = !Number.isNaN(device.lat) && !Number.isNaN(device.lon);
  return inventory.kind === 'dooh' && !known ? 'screen-without-place' : '';
}

/** B10: money is held until the exchange would still show the ad; where that is longer than we hold it, no bid. */
export function holdRefusal(imp: Imp, mostSeconds: number): Refusal {
  return imp.exp > mostSeconds ? 'hold-too-long' : '';
}
