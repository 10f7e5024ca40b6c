import { GavotteError } from '../../kernel/index.ts';

/**
 * A base URL in its one spelling: lower-case host, no default port, no query, no trailing slash. Two spellings
 * of one seller are one seller.
 * @throws GV_BAD_INPUT when it is not an http(s) URL.
 */
export function baseUrlOf(text: string): string {
  const url = URL.parse(text);
  const userInfo = url !== null && url.username + url.password !== '';
  if (url === null || userInfo || !/^https?:$/.test(url.protocol)) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      userInfo
        ? 'the base URL of a seller must not carry a user name or a password'
        : `${JSON.stringify(text.slice(0, 200))} is not the base URL of a seller`,
      {
        fix: 'Write it as https://seller.example.',
      },
    );
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
