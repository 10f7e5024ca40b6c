/** The last id and its hash: every campaign is asked for the same request, one after the other. */
let hashedId = '';
let hashOfId = hashOf('');

/**
 * Whether a campaign takes part in a request when it takes `share` (0 to 1) of them: a hash of both, FNV-1a with
 * murmur3's final mixing, compared with the share. So the same request and campaign always answer alike, what a share
 * admits a larger one admits too, and campaigns choose independently. No allocation; it looks at 64 characters at most.
 */
export function admits(requestId: string, campaignIndex: number, share: number): boolean {
  if (requestId !== hashedId) {
    hashOfId = hashOf(requestId);
    hashedId = requestId;
  }
  let hash = hashOfId ^ Math.imul(campaignIndex + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000 < share;
}

/** Ids differ at their ends more often than at their beginnings; and a stranger chooses how long they are. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(0, id.length - 64); at < id.length; at += 1)
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash;
}
