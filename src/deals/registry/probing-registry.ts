import { GavotteError } from '../../kernel/index.ts';
import type { CallOptions } from '../types.ts';
import { AampRegistry } from './aamp-registry.ts';
import { AgentsRegistry } from './agents-registry.ts';
import type { RegistryWorld } from './fetch-json.ts';
import type { Listing, RegistrySource } from './source.ts';

/** A registry of which only the address is known: asks by the AAMP protocol, then by the older one. */
export class ProbingRegistry implements RegistrySource {
  readonly origin: string;
  readonly #candidates: readonly RegistrySource[];
  #found: RegistrySource | undefined;

  constructor(options: { url: string; world: RegistryWorld; token?: string }) {
    const aamp = new AampRegistry(options);
    this.origin = aamp.origin;
    this.#candidates = [aamp, new AgentsRegistry(options)];
  }

  get kind(): RegistrySource['kind'] {
    return this.#found?.kind ?? 'aamp';
  }

  async list(options: CallOptions): Promise<Listing> {
    if (this.#found !== undefined) return this.#found.list(options);
    const failures: GavotteError[] = [];
    for (const candidate of this.#candidates) {
      try {
        const listing = await candidate.list(options);
        this.#found = candidate;
        return listing;
      } catch (thrown) {
        const error = GavotteError.from(thrown);
        // Another protocol does not help a registry that is down.
        if (error.code !== 'GV_RESPONSE_INVALID') throw error;
        failures.push(error);
      }
    }
    throw new GavotteError(
      'GV_RESPONSE_INVALID',
      `${this.origin} speaks no registry protocol: ${failures.map(({ message }) => message).join('; ')}`,
      { fix: 'Give the base URL of an AAMP or /agents registry.' },
    );
  }
}
