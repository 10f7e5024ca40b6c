import { type FxTable, formatDecimal, type Money, micros, showMoney } from '../../kernel/index.ts';
import type { NormalizedQuote, WaterfallStep } from '../types.ts';
import { PA_CLEARING, timesRoundingUp } from './ratio.ts';

/**
 * Every step from the seller's price to the effective CPM, with its arithmetic. The last step's `cpm` is the
 * quote's `effectiveCpm`; a quote without a price has no steps. Made on demand: ranking never needs it.
 */
export function effectiveCpmWaterfall(normalized: NormalizedQuote): readonly WaterfallStep[] {
  const { quote, basis, rawCpm } = normalized;
  const price = quote.agreedCpm ?? quote.finalCpm;
  if (rawCpm === null || price === null) return [];
  const steps: WaterfallStep[] = [...sellerSteps(normalized, price)];
  if (basis.fx !== null) steps.push(conversion(price, rawCpm, basis.fx));
  let cpm = rawCpm.amountMicros;
  const step = (label: string, change: number, arithmetic: string) => {
    cpm = micros(cpm + change);
    steps.push({ label, change: of(rawCpm, change), cpm: of(rawCpm, cpm), arithmetic });
  };
  const raw = formatDecimal(rawCpm.amountMicros);
  if (normalized.dealType === 'PA') {
    step(
      'auction clearing',
      timesRoundingUp(rawCpm.amountMicros, PA_CLEARING) - rawCpm.amountMicros,
      `${raw} × 20 %`,
    );
  }
  const tech = basis.techFeeCpm.amountMicros;
  const intermediary = normalized.feeEstimate.amountMicros - tech;
  if (intermediary > 0) step('intermediary fee', intermediary, `${raw} × ${basis.intermediaryFeePct} %`);
  if (tech > 0) step('tech fee', tech, `flat ${formatDecimal(basis.techFeeCpm.amountMicros)}`);
  return steps;
}

function of(like: Money, amount: number): Money {
  return { amountMicros: micros(amount), currency: like.currency };
}

function sellerSteps({ quote }: NormalizedQuote, price: Money): readonly WaterfallStep[] {
  const quoted = quote.finalCpm ?? price;
  const first = {
    label: 'quoted',
    change: quoted,
    cpm: quoted,
    arithmetic: `${showMoney(quoted)} from the seller`,
  };
  if (quote.agreedCpm === null) return [first];
  const change = of(price, price.amountMicros - quoted.amountMicros);
  const arithmetic = `${formatDecimal(quoted.amountMicros)} → ${formatDecimal(price.amountMicros)}`;
  return [first, { label: 'negotiated', change, cpm: price, arithmetic }];
}

function conversion(price: Money, rawCpm: Money, fx: FxTable): WaterfallStep {
  const { currency: from } = price;
  const { currency: to } = rawCpm;
  const factors = [
    from === fx.base ? '' : ` ÷ ${fx.rates[from]} ${from} per ${fx.base}`,
    to === fx.base ? '' : ` × ${fx.rates[to]} ${to} per ${fx.base}`,
  ];
  const dated = new Date(fx.asOf).toISOString();
  return {
    label: 'currency',
    change: of(rawCpm, 0),
    cpm: rawCpm,
    arithmetic: `${showMoney(price)}${factors.join('')}, rates of ${dated}`,
  };
}
