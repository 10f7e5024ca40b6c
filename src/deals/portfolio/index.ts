// For users of the package.
export { greedy } from './greedy.ts';
export { type PortfolioReport, portfolioValue } from './report.ts';
export type {
  PortfolioChoice,
  PortfolioConstraints,
  PortfolioInput,
  PortfolioStrategy,
  SkippedQuote,
} from './strategy.ts';
