// For users of the package.
export { greedy } from './greedy.ts';
export {
  DEFAULT_SOLVER_TIME_MS,
  optimal,
  type Portfolio,
  type SolvedPortfolio,
  type SolvePortfolioOptions,
  solvePortfolio,
} from './optimal.ts';
export { type PortfolioReport, portfolioValue } from './report.ts';
export type {
  PortfolioChoice,
  PortfolioConstraints,
  PortfolioInput,
  PortfolioStrategy,
  SkippedQuote,
} from './strategy.ts';
