import type { Creative } from '../creative.ts';
import {
  clean,
  clickUrl,
  encodeAroundGaps,
  escapeXml,
  type MarkupTarget,
  noticeInMarkup,
  secureUrl,
} from './markup.ts';

/** AdCOM creative subtypes: what `btype` blocks. */
const JAVASCRIPT = 3;
const IFRAME = 4;

/**
 * HTML of a banner: the asset as an image with a link, a script, or a frame that gets the click URL as `clickTag`;
 * and our pixel with the price macro. No `document.write`, nothing but https. Gaps are still in it.
 * @throws GV_BAD_INPUT for a URL that is not https.
 */
export function bannerHtml(creative: Creative, target: MarkupTarget): string {
  const asset = secureUrl(creative.assetUrl, creative.id, 'assetUrl');
  const click = clickUrl(target, creative.id);
  const pixel = escapeXml(noticeInMarkup(target, 'imp', creative.id));
  return (
    assetHtml(creative, asset, click) +
    `<img src="${pixel}" width="1" height="1" alt="" style="position:absolute;left:-9999px">`
  );
}

function assetHtml(creative: Creative, asset: string, click: string): string {
  const size = `width="${creative.w}" height="${creative.h}"`;
  const withClick = () =>
    escapeXml(`${asset}${asset.includes('?') ? '&' : '?'}clickTag=${encodeAroundGaps(click)}`);
  if (creative.btype === JAVASCRIPT) return `<script src="${withClick()}" async></script>`;
  if (creative.btype === IFRAME || creative.mime === 'text/html') {
    return `<iframe src="${withClick()}" ${size} frameborder="0" scrolling="no" style="border:0"></iframe>`;
  }
  const label = escapeXml(clean(creative.adomain[0] ?? ''));
  return (
    `<a href="${escapeXml(click)}" target="_blank" rel="noopener">` +
    `<img src="${escapeXml(asset)}" ${size} alt="${label}" style="border:0;display:block"></a>`
  );
}
