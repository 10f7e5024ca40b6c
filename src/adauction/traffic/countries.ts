/** A country of the traffic; where privacy law asks for strings, and how its media are priced. */
export interface Country {
  /** ISO 3166-1 alpha-3. */
  readonly code: string;
  readonly language: string;
  readonly gdpr: boolean;
  readonly usPrivacy: boolean;
  /** Currency that its publishers set floors in, where an exchange takes it. */
  readonly currency: string;
  /** Prices here as a multiple of those in the United States. */
  readonly priceLevel: number;
  readonly iosShare: number;
  readonly places: readonly {
    readonly region: string;
    readonly city: string;
    readonly lat: number;
    readonly lon: number;
  }[];
}

/** Shares of the traffic, in percent. */
export const COUNTRY_WEIGHTS: Readonly<Record<string, number>> = {
  USA: 52,
  GBR: 12,
  DEU: 11,
  FRA: 8,
  CAN: 6,
  BRA: 6,
  JPN: 5,
};

export const COUNTRIES: readonly Country[] = [
  {
    code: 'USA',
    language: 'en',
    gdpr: false,
    usPrivacy: true,
    currency: 'USD',
    priceLevel: 1,
    iosShare: 0.57,
    places: [
      { region: 'NY', city: 'New York', lat: 40.71, lon: -74.0 },
      { region: 'CA', city: 'Los Angeles', lat: 34.05, lon: -118.24 },
      { region: 'TX', city: 'Austin', lat: 30.27, lon: -97.74 },
      { region: 'IL', city: 'Chicago', lat: 41.88, lon: -87.63 },
    ],
  },
  {
    code: 'GBR',
    language: 'en',
    gdpr: true,
    usPrivacy: false,
    currency: 'GBP',
    priceLevel: 0.85,
    iosShare: 0.5,
    places: [
      { region: 'ENG', city: 'London', lat: 51.51, lon: -0.13 },
      { region: 'SCT', city: 'Glasgow', lat: 55.86, lon: -4.25 },
    ],
  },
  {
    code: 'DEU',
    language: 'de',
    gdpr: true,
    usPrivacy: false,
    currency: 'EUR',
    priceLevel: 0.8,
    iosShare: 0.36,
    places: [
      { region: 'BE', city: 'Berlin', lat: 52.52, lon: 13.4 },
      { region: 'BY', city: 'Munich', lat: 48.14, lon: 11.58 },
    ],
  },
  {
    code: 'FRA',
    language: 'fr',
    gdpr: true,
    usPrivacy: false,
    currency: 'EUR',
    priceLevel: 0.7,
    iosShare: 0.35,
    places: [
      { region: 'IDF', city: 'Paris', lat: 48.86, lon: 2.35 },
      { region: 'ARA', city: 'Lyon', lat: 45.76, lon: 4.84 },
    ],
  },
  {
    code: 'CAN',
    language: 'en',
    gdpr: false,
    usPrivacy: false,
    currency: 'CAD',
    priceLevel: 0.75,
    iosShare: 0.59,
    places: [
      { region: 'ON', city: 'Toronto', lat: 43.65, lon: -79.38 },
      { region: 'QC', city: 'Montreal', lat: 45.5, lon: -73.57 },
    ],
  },
  {
    code: 'BRA',
    language: 'pt',
    gdpr: false,
    usPrivacy: false,
    currency: 'BRL',
    priceLevel: 0.3,
    iosShare: 0.18,
    places: [{ region: 'SP', city: 'Sao Paulo', lat: -23.55, lon: -46.63 }],
  },
  {
    code: 'JPN',
    language: 'ja',
    gdpr: false,
    usPrivacy: false,
    currency: 'JPY',
    priceLevel: 0.6,
    iosShare: 0.66,
    places: [{ region: '13', city: 'Tokyo', lat: 35.68, lon: 139.69 }],
  },
];
