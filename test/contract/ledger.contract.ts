import { bookRules } from './ledger-books.ts';
import { checkOn, type Prepare } from './ledger-harness.ts';
import { leaseRules } from './ledger-leases.ts';
import { ledgerProperties } from './ledger-property.ts';
import { tamperRules } from './ledger-tampering.ts';
import { transferRules } from './ledger-transfers.ts';

/** Every promise of the `Ledger` port, for one kind of store. */
export function ledgerContract(kind: string, prepare: Prepare, propertyRuns: number): void {
  const check = checkOn(kind, prepare);
  transferRules(check);
  leaseRules(check);
  bookRules(check);
  tamperRules(check);
  ledgerProperties(kind, prepare, propertyRuns);
}
