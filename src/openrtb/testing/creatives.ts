import type { Creative, CreativeFormat } from '../creative.ts';

/**
 * A creative that fits the sample requests of its format, for tests and trials, with `changes` over it: a 300x250
 * banner, a 15 s MP4 of VAST 3.0, a 15 s audio ad, or a native ad.
 */
export function sampleCreative(format: CreativeFormat, changes: Partial<Creative> = {}): Creative {
  return { ...COMMON, format, id: `creative-${format}`, ...BY_FORMAT[format], ...changes };
}

const COMMON: Omit<Creative, 'id' | 'format'> = {
  adomain: ['brand.example'],
  cat: ['IAB2'],
  cattax: 1,
  attr: [],
  w: 0,
  h: 0,
  duration: 0,
  mime: '',
  protocol: 0,
  bitrate: 0,
  apis: [],
  btype: 0,
  language: 'en',
  bundle: '',
  assetUrl: 'https://cdn.brand.example/asset',
  clickUrl: 'https://brand.example/landing',
  imageUrl: 'https://cdn.brand.example/preview.png',
  native: undefined,
};

const BY_FORMAT: Readonly<Record<CreativeFormat, Partial<Creative>>> = {
  banner: { w: 300, h: 250, mime: 'image/png', btype: 2 },
  video: { w: 1280, h: 720, duration: 15, mime: 'video/mp4', protocol: 3, bitrate: 1500 },
  audio: { duration: 15, mime: 'audio/mpeg', protocol: 9, bitrate: 128 },
  native: {
    native: {
      title: 'Shoes that last',
      description: 'Made to be worn for years.',
      sponsored: 'Brand',
      callToAction: 'See them',
      icon: { url: 'https://cdn.brand.example/icon.png', w: 80, h: 80 },
      image: { url: 'https://cdn.brand.example/image.png', w: 1200, h: 628 },
    },
  },
};
