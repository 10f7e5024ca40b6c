export { type CheckSellerOptions, checkSeller } from './check-seller.ts';
export type { CheckName, SellerCheck, SellerGrade, SellerReport } from './report.ts';
