import {
  type ExchangeProfile,
  type MarkupTarget,
  type NoticeConfig,
  NoticeSigner,
  type NoticeUrls,
} from '../../openrtb/index.ts';

/** One exchange with all that the bid path keeps about it. */
export class RunningExchange {
  readonly profile: ExchangeProfile;
  readonly signer: NoticeSigner;
  readonly urls: NoticeUrls;
  readonly markup: MarkupTarget;

  constructor(profile: ExchangeProfile, notices: NoticeConfig) {
    this.profile = profile;
    this.signer = new NoticeSigner(notices);
    this.urls = this.signer.urls(profile.name);
    this.markup = { profile, urls: this.urls };
  }

  get name(): string {
    return this.profile.name;
  }
}
