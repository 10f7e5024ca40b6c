import { GavotteError } from './errors.ts';

declare const microsBrand: unique symbol;
declare const currencyBrand: unique symbol;

/** A whole number of millionths of a currency unit, exact to 9.007e15 (nine billion units). */
export type Micros = number & { readonly [microsBrand]: true };
/** An ISO 4217 code of three capital letters. */
export type Currency = string & { readonly [currencyBrand]: true };

/** A sum of money. In JSON that is printed it looks exactly like this. */
export interface Money {
  readonly amountMicros: Micros;
  readonly currency: Currency;
}

/** A sum as files spell it: `{"amount": "100000.00", "currency": "USD"}`. */
export interface MoneyText {
  readonly amount: string;
  readonly currency: string;
}

/** Micros in one currency unit. */
export const MICROS_PER_UNIT = 1_000_000;

const ISO_CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD ' +
    'CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD ' +
    'GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT ' +
    'LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR ' +
    'NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP ' +
    'STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD ' +
    'XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
);

/** @throws GV_MONEY_RANGE when `value` is not a whole number that a double holds exactly. */
export function micros(value: number): Micros {
  if (!Number.isSafeInteger(value)) {
    throw new GavotteError(
      'GV_MONEY_RANGE',
      `micros ${value} must be a whole number within ±9007199254740991`,
      {
        fix: 'Give an integer count of millionths of the currency unit.',
      },
    );
  }
  return (value === 0 ? 0 : value) as Micros;
}

/** @throws GV_CURRENCY_UNKNOWN when `code` is not an ISO 4217 code in capitals. */
export function currency(code: unknown): Currency {
  if (typeof code !== 'string' || !ISO_CURRENCIES.has(code)) {
    throw new GavotteError(
      'GV_CURRENCY_UNKNOWN',
      `currency ${JSON.stringify(code) ?? String(code)} is not an ISO 4217 code`,
      {
        fix: 'Use three capital letters, such as USD.',
      },
    );
  }
  return code as Currency;
}

/** Money from a count of micros and a currency code, both checked. */
export function money(amountMicros: number, currencyCode: string): Money {
  return { amountMicros: micros(amountMicros), currency: currency(currencyCode) };
}

/** Nothing, in the currency of `like`. */
export function zeroOf(like: Money): Money {
  return { amountMicros: 0 as Micros, currency: like.currency };
}

const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/;

/**
 * Micros from a decimal text, exactly: up to ten digits before the point and six after.
 * @throws GV_BAD_INPUT naming `field`.
 */
export function parseDecimalMicros(text: string, field = 'amount'): Micros {
  const match = DECIMAL.exec(text);
  if (match === null) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${field} ${JSON.stringify(text)} is not a decimal with at most 6 places`,
      {
        fix: `Write ${field} as a text such as "100000.00".`,
      },
    );
  }
  const whole = Number(match[2]) * MICROS_PER_UNIT;
  const fraction = Number((match[3] ?? '').padEnd(6, '0'));
  return micros(match[1] === '-' ? -(whole + fraction) : whole + fraction);
}

/**
 * Money from a file's form. Bare numbers are refused: `25000` says neither unit nor currency.
 * @throws GV_BAD_INPUT, GV_CURRENCY_UNKNOWN
 */
export function parseMoney(value: unknown, field = 'money'): Money {
  const text = value as Partial<MoneyText> | null;
  if (typeof text !== 'object' || text === null || typeof text.amount !== 'string') {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${field} ${JSON.stringify(value) ?? 'undefined'} must be an amount with its currency`,
      {
        fix: `Write ${field} as {"amount": "100000.00", "currency": "USD"}.`,
      },
    );
  }
  return {
    amountMicros: parseDecimalMicros(text.amount, `${field}.amount`),
    currency: currency(text.currency),
  };
}

/** The shortest exact decimal with at least two places: 28260000 → "28.26". */
export function formatDecimal(amount: Micros): string {
  const digits = String(Math.abs(amount)).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -6)}.${fraction}`;
}

/** Money in the file form; `parseMoney` reads it back to the same value. */
export function formatMoney(value: Money): MoneyText {
  return { amount: formatDecimal(value.amountMicros), currency: value.currency };
}

/** Money for people: `$1,234.50`, `EUR 12.00`. */
export function showMoney(value: Money): string {
  const [whole = '', fraction = ''] = formatDecimal(value.amountMicros).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const symbol = value.currency === 'USD' ? '$' : `${value.currency} `;
  return grouped.startsWith('-')
    ? `-${symbol}${grouped.slice(1)}.${fraction}`
    : `${symbol}${grouped}.${fraction}`;
}

function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `${a.currency} and ${b.currency} were mixed without a conversion`,
      {
        fix: 'Convert one of them with a dated FX rate first.',
      },
    );
  }
}

/** @throws GV_MONEY_RANGE on overflow, GV_BAD_INPUT on mixed currencies. */
export function add(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { amountMicros: micros(a.amountMicros + b.amountMicros), currency: a.currency };
}

/** @throws GV_MONEY_RANGE on overflow, GV_BAD_INPUT on mixed currencies. */
export function subtract(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { amountMicros: micros(a.amountMicros - b.amountMicros), currency: a.currency };
}

/** -1, 0 or 1. @throws GV_BAD_INPUT on mixed currencies. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  sameCurrency(a, b);
  return a.amountMicros < b.amountMicros ? -1 : a.amountMicros > b.amountMicros ? 1 : 0;
}

/** `numerator / denominator` to the next whole micro upwards; exact in between. */
export function divideRoundingUp(numerator: bigint, denominator: bigint): Micros {
  const quotient = numerator / denominator;
  const exact = quotient * denominator === numerator;
  const up = !exact && numerator > 0n === denominator > 0n ? 1n : 0n;
  return micros(Number(quotient + up));
}

/** What `impressions` cost at `cpm` per thousand, rounded up: rounding is always against us (I5). */
export function costOfImpressions(cpm: Money, impressions: number): Money {
  if (!Number.isSafeInteger(impressions) || impressions < 0) {
    throw new GavotteError('GV_BAD_INPUT', `impressions ${impressions} must be a whole number of 0 or more`);
  }
  // The product is exact below 2^53, which nearly every deal is; beyond it, big integers.
  const product = cpm.amountMicros * impressions;
  const amount = Number.isSafeInteger(product)
    ? micros(Math.ceil(product / 1000))
    : divideRoundingUp(BigInt(cpm.amountMicros) * BigInt(impressions), 1000n);
  return { amountMicros: amount, currency: cpm.currency };
}

/** `value` × a share given in millionths (120 % = 1 200 000), rounded up. */
export function timesShareRoundingUp(value: Money, shareMillionths: number): Money {
  return {
    amountMicros: divideRoundingUp(BigInt(value.amountMicros) * BigInt(micros(shareMillionths)), 1_000_000n),
    currency: value.currency,
  };
}
