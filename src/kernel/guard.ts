import { BlockList, isIP } from 'node:net';
import { GavotteError } from './errors.ts';

/**
 * IPv4 blocks that are not the public internet (IANA special-purpose registry, RFC 6890 and successors):
 * own network, RFC 1918, carrier NAT, loopback, link-local (cloud metadata lives there), protocol
 * assignments, documentation, benchmarks, 6to4 relays, multicast, reserved and broadcast.
 */
const PRIVATE_IPV4 = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 ' +
  '198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
).split(' ');
/**
 * Inside 2000::/3, the only IPv6 space that is global unicast: Teredo and other protocol assignments,
 * documentation, 6to4 (which hides an IPv4 address) and AS112. Everything outside 2000::/3 (mapped, NAT64,
 * unique local, link-local, multicast) is refused as a whole.
 */
const PRIVATE_IPV6 = '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20'.split(' ');
/** Cloud platforms answer on these public-looking names and addresses with secrets. */
const PRIVATE_NAMES = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|onion)$/;

const privateIpv4 = blockList(PRIVATE_IPV4, 'ipv4');
const globalIpv6 = blockList(['2000::/3'], 'ipv6');
const privateIpv6 = blockList(PRIVATE_IPV6, 'ipv6');

function blockList(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = '', bits = ''] = range.split('/');
    list.addSubnet(base, Number(bits), family);
  }
  return list;
}

/** Whether an IP address, as text, is on the public internet. Anything that is not plainly an address is not. */
export function isPublicAddress(address: string): boolean {
  // A zone id (`fe80::1%eth0`) names an interface of this machine.
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 4) return !privateIpv4.check(address, 'ipv4');
  return family === 6 && globalIpv6.check(address, 'ipv6') && !privateIpv6.check(address, 'ipv6');
}

/** A URL that may be called, and whether its resolved addresses still have to be checked. */
export interface GuardedUrl {
  readonly url: URL;
  /** True when the operator named this very origin: it may be plain http and private. */
  readonly exempt: boolean;
}

/**
 * Admits a URL that may be called: https to a public host on port 443 or from 1024 up (below are other
 * protocols: SSH, SMTP, DNS), without user info. `allowPrivate` lists exact origins (`http://127.0.0.1:8000`)
 * which the operator vouches for; they are exempt from all but the user-info rule. Names are checked again
 * when they are resolved (`guardedLookup`).
 * @throws GV_URL_FORBIDDEN naming the rule.
 */
export function checkUrl(text: string, allowPrivate: ReadonlySet<string>): GuardedUrl {
  const url = URL.parse(text);
  if (url === null) throw forbidden(text, 'it is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw forbidden(text, `its scheme is ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw forbidden(text, 'it carries a user name or a password');
  if (allowPrivate.has(url.origin)) return { url, exempt: true };
  if (url.protocol !== 'https:') throw forbidden(text, 'it is not https');
  if (url.port !== '' && Number(url.port) < 1024)
    throw forbidden(text, `port ${url.port} belongs to another protocol`);
  // The URL parser has already turned 0x7f.1, 2130706433 and 0177.0.0.1 into 127.0.0.1.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0) checkName(text, host);
  else if (!isPublicAddress(host)) throw forbidden(text, `address ${host} is not public`);
  return { url, exempt: false };
}

function checkName(text: string, host: string): void {
  const name = host.replace(/\.$/, '');
  const fits = name.length <= 253 && name.split('.').every((label) => label.length <= 63);
  if (!fits || !name.includes('.') || PRIVATE_NAMES.test(name))
    throw forbidden(text, `host ${JSON.stringify(host.slice(0, 80))} is not a public name`);
}

/** Origins in the one spelling `checkUrl` compares. @throws GV_BAD_INPUT for what is not an http(s) origin. */
export function originSet(origins: readonly string[]): ReadonlySet<string> {
  return new Set(
    origins.map((text) => {
      const origin = URL.parse(text)?.origin;
      if (origin === undefined || origin === 'null') {
        throw new GavotteError('GV_BAD_INPUT', `--allow-private ${JSON.stringify(text)} is not an origin`, {
          fix: 'Write it as http://127.0.0.1:8000.',
        });
      }
      return origin;
    }),
  );
}

/** The error for a URL that may not be called. */
export function forbidden(url: string, reason: string): GavotteError {
  const shown = url.slice(0, 200).replace(/\/\/[^/@]*@/, '//***@');
  return new GavotteError('GV_URL_FORBIDDEN', `${JSON.stringify(shown)} may not be called: ${reason}`, {
    fix: 'Use a public https address, or name the origin with --allow-private.',
    details: { reason },
  });
}
