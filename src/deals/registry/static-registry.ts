import { baseUrlOf } from '../clients/base-url.ts';
import type { Listing, RegistrySource } from './source.ts';

/** Sellers the operator names by base URL. */
export class StaticRegistry implements RegistrySource {
  readonly kind = 'static';
  readonly origin = "the operator's list";
  readonly #listing: Listing;

  /** @throws GV_BAD_INPUT when one of `urls` is not a base URL. */
  constructor(urls: readonly string[]) {
    this.#listing = {
      sellers: urls.map(baseUrlOf).map((url) => {
        const host = url.replace(/^https?:\/\//, '');
        return {
          externalId: host,
          name: host,
          url,
          trustLevel: 'REGISTERED',
          capabilities: [],
          contentCategories: [],
        };
      }),
      excluded: [],
      warnings: [],
    };
  }

  async list(): Promise<Listing> {
    return this.#listing;
  }
}
