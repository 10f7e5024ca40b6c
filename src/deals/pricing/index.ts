// For users of the package.
export { withinCeiling } from './ceiling.ts';
export { QuoteNormalizer, type QuoteNormalizerOptions } from './normalizer.ts';
export { effectiveCpmWaterfall } from './waterfall.ts';
