import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { forbidden, isPublicAddress } from './guard.ts';

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name; rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** The operating system's resolver. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/**
 * A `lookup` for sockets that fails if any address of the name is not public. The socket connects to the
 * addresses returned here and resolves nothing itself, so a second, different answer (DNS rebinding) is never
 * asked for.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const hidden = addresses.find(({ address }) => !isPublicAddress(address));
        const [first] = addresses;
        if (hidden !== undefined || first === undefined) {
          const reason =
            hidden === undefined
              ? 'it has no address'
              : `it resolves to ${hidden.address}, which is not public`;
          callback(forbidden(hostname, reason), '', 0);
        } else if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}
