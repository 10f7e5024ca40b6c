/**
 * Whether a campaign takes part in a request when it takes `share` (0 to 1) of them: a hash of both, FNV-1a with
 * murmur3's final mixing, compared with the share. So the same request and campaign always answer alike, what a share
 * admits a larger one admits too, and campaigns choose independently. No allocation; it looks at 64 characters at most.
 */
export function admits(requestId: string, campaignIndex: number, share: number): boolean {
  let hash = 0x811c9dc5 ^ Math.imul(campaignIndex + 1, 0x9e3779b1);
  // Ids differ at their ends more often than at their beginnings; and a stranger chooses how long they are.
  for (let at = Math.max(0, requestId.length - 64); at < requestId.length; at += 1)
    hash = Math.imul(hash ^ requestId.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000 < share;
}
