import type { RandomStream } from '../../kernel/index.ts';
import { chance, hexText, pick } from '../draw.ts';
import type { WirePlace } from '../wire.ts';
import type { PlaceKind } from './options.ts';
import type { Person } from './people.ts';

/** Publishers of each kind of place; publisher `n` of a kind has the id `pub-<kind>-<n>`. */
const PUBLISHERS = 12;

const TOPICS = ['news', 'sports', 'recipes', 'travel', 'finance', 'games', 'music', 'fashion'] as const;
/** Content taxonomy 1.0, beside the topics. */
const CATEGORIES = ['IAB12', 'IAB17', 'IAB8', 'IAB20', 'IAB13', 'IAB9', 'IAB1-6', 'IAB18'] as const;

/** A site, app, televised app or screen; `wanted` is a publisher id, domain or bundle, or ''. */
export function drawPlace(random: RandomStream, kind: PlaceKind, person: Person, wanted: string): WirePlace {
  const n = random.int(PUBLISHERS);
  const topicAt = n % TOPICS.length;
  const topic = TOPICS[topicAt]!;
  const named = wanted.includes('.') ? wanted : '';
  const domain = kind === 'site' && named !== '' ? named : `${topic}-${kind}-${n}.example`;
  const publisher = {
    id: wanted !== '' && named === '' ? wanted : `pub-${kind}-${n}`,
    name: `Example ${topic} publishing ${n}`,
    domain,
  };
  const id = `${kind}-${n}`;
  const common = { id, name: `${topic} ${n}`, domain, publisher, cat: [CATEGORIES[topicAt]!] };
  switch (kind) {
    case 'site':
      return {
        ...common,
        cattax: 1,
        ...pageOf(random, domain, topic),
        content: contentOf(random, topic, person),
      };
    case 'app':
    case 'ctv': {
      const bundle = named === '' ? bundleOf(kind, person, topic, n) : named;
      return {
        ...common,
        bundle,
        storeurl: `https://store.example/apps/details?id=${bundle}&hl=${person.language}`,
        ver: `${1 + random.int(9)}.${random.int(20)}.${random.int(10)}`,
        paid: 0,
        privacypolicy: 1,
        content: contentOf(random, topic, person),
        keywords: `${topic},live,video,${pick(random, TOPICS)}`,
      };
    }
    case 'dooh':
      return {
        id,
        name: `Screen network ${n}`,
        venuetype: [pick(random, ['2', '205', '30101', '20501'])],
        venuetypetax: 1,
        publisher,
        domain,
        keywords: 'large format,roadside,street furniture',
        content: contentOf(random, topic, person),
      };
  }
}

function bundleOf(kind: PlaceKind, person: Person, topic: string, n: number): string {
  // iOS apps are named by their number in the store, others by package.
  return kind === 'app' && person.phone === 'iOS' ? String(900_000_000 + n) : `com.example.${topic}${n}`;
}

function pageOf(random: RandomStream, domain: string, topic: string) {
  const article = `${topic}-${hexText(random, 12)}`;
  return {
    page: `https://${domain}/${topic}/2026/11/${article}.html?utm_source=newsletter&utm_medium=email`,
    ref: chance(random, 0.6) ? 'https://search.example/' : `https://${domain}/${topic}/`,
    sectioncat: [pick(random, CATEGORIES)],
    mobile: 1,
    privacypolicy: 1,
    keywords: `${topic},daily,opinion,weekend,local,${pick(random, TOPICS)},${pick(random, TOPICS)}`,
  };
}

function contentOf(random: RandomStream, topic: string, person: Person) {
  return {
    id: hexText(random, 12),
    title: `The ${topic} of the week, part ${1 + random.int(40)}`,
    series: `All about ${topic}`,
    season: `S${1 + random.int(6)}`,
    genre: topic,
    language: person.language,
    livestream: chance(random, 0.2) ? 1 : 0,
    len: 300 + random.int(3_300),
    contentrating: 'TV-PG',
    prodq: 1,
    producer: { id: `prod-${random.int(9)}`, name: 'Example Pictures', domain: 'pictures.example' },
  };
}
