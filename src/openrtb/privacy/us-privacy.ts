/**
 * The US Privacy string (CCPA, IAB "U.S. Privacy String" 1.0; P7): version, notice given, opted out of sale, LSPA. `-`
 * means not applicable. Whether it says that the user opted out; `undefined` when it is no such string.
 */
export function readUsPrivacy(text: string): boolean | undefined {
  return /^1[-YNyn]{3}$/.test(text) ? text[2] === 'Y' || text[2] === 'y' : undefined;
}
