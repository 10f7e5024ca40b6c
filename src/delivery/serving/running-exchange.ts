import {
  type BidRequest,
  type CreativeFormat,
  type ExchangeProfile,
  type MarkupTarget,
  type NoticeConfig,
  NoticeSigner,
  type NoticeUrls,
} from '../../openrtb/index.ts';

type Kind = BidRequest['inventory']['kind'];
type Markets = Readonly<Record<CreativeFormat, Readonly<Record<Kind, string>>>>;

/** One exchange with all that the bid path keeps about it. */
export class RunningExchange {
  readonly profile: ExchangeProfile;
  readonly signer: NoticeSigner;
  readonly urls: NoticeUrls;
  readonly markup: MarkupTarget;
  readonly #openMarkets: Markets;
  readonly #dealMarkets: Markets;

  constructor(profile: ExchangeProfile, notices: NoticeConfig) {
    this.profile = profile;
    this.signer = new NoticeSigner(notices);
    this.urls = this.signer.urls(profile.name);
    this.markup = { profile, urls: this.urls };
    this.#openMarkets = marketsOf(profile.name, '');
    this.#dealMarkets = marketsOf(profile.name, ' deal');
  }

  get name(): string {
    return this.profile.name;
  }

  /** The name of a kind of price: alike are those of one format on one kind of inventory, with or without a deal. */
  market(format: CreativeFormat, kind: Kind, isDeal: boolean): string {
    return (isDeal ? this.#dealMarkets : this.#openMarkets)[format][kind];
  }
}

/** Every name once: agents look prices up by it for each campaign that is priced. */
function marketsOf(exchange: string, end: string): Markets {
  const kinds = (format: CreativeFormat) => ({
    site: `${exchange} ${format} site${end}`,
    app: `${exchange} ${format} app${end}`,
    dooh: `${exchange} ${format} dooh${end}`,
    none: `${exchange} ${format} none${end}`,
  });
  return { banner: kinds('banner'), video: kinds('video'), audio: kinds('audio'), native: kinds('native') };
}
