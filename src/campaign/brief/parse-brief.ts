import { MEDIA_TYPES, mediaFormat } from '../../deals/index.ts';
import { impressionsAsked, usualDealTypes } from './impressions.ts';
import { nearest } from './nearest.ts';
import { broken, type Problem, problemsOf, refusal, ruleOf } from './problems.ts';
import { readText } from './read-text.ts';
import { brokenRules } from './rules.ts';
import { briefSchema, type WrittenBrief, type WrittenChannel } from './schema.ts';
import { byShares } from './shares.ts';
import type { CampaignBrief, ChannelBrief } from './types.ts';

/**
 * Reads a brief, JSON or YAML: what begins with a brace is JSON. Shares become sums, and what may be left out has its
 * usual value.
 * @throws GV_BAD_INPUT naming every field that is wrong, its value, the rule, and its line where it is YAML;
 * `details.problems` has them one by one.
 */
export function parseBrief(text: string, source = 'brief'): CampaignBrief {
  const { value, lineOf } = readText(text, source);
  const refuse = (problems: readonly Problem[]) => {
    if (problems.length > 0)
      throw refusal(source, problems, 'examples/brief.json is a complete brief', lineOf);
  };
  const parsed = briefSchema.safeParse(value, { error: ruleOf });
  if (!parsed.success) throw refuse(problemsOf(parsed.error, value, briefSchema));
  refuse(brokenRules(parsed.data));
  const brief = resolved(parsed.data);
  refuse(brief.channels.flatMap((channel, index) => cannotBeBought(channel, index)));
  return brief;
}

function resolved(written: WrittenBrief): CampaignBrief {
  const { $schema: _schema, name = written.campaign, channels, ...rest } = written;
  const shares = channels.flatMap(({ share }) => share ?? []);
  const budgets =
    shares.length > 0 ? byShares(written.budget, shares) : channels.map(({ budget }) => budget!);
  return {
    ...rest,
    name,
    channels: channels.map((channel, index) => resolvedChannel(channel, budgets[index]!, written)),
  };
}

function resolvedChannel(
  written: WrittenChannel,
  budget: ChannelBrief['budget'],
  { excludedSellers }: WrittenBrief,
): ChannelBrief {
  const { share: _share, dealType, ...rest } = written;
  const mediaType = mediaFormat(written.mediaType ?? written.channel);
  return {
    ...rest,
    mediaType,
    budget,
    dealTypes: dealType === undefined ? usualDealTypes(mediaType) : [dealType[0]!, ...dealType.slice(1)],
    excludedSellers: [...new Set([...excludedSellers, ...written.excludedSellers])],
  };
}

/** What only shows once a channel's media and budget are known. */
function cannotBeBought(channel: ChannelBrief, index: number): readonly Problem[] {
  const { mediaType, minImpressions } = channel;
  const problems: Problem[] = [];
  if (!MEDIA_TYPES.some((known) => known === mediaType)) {
    const guess = nearest(mediaType, MEDIA_TYPES);
    const hint = guess === undefined ? 'name one as mediaType' : `did you mean ${guess}?`;
    const key = mediaType === mediaFormat(channel.channel) ? 'channel' : 'mediaType';
    problems.push(
      broken(['channels', index, key], mediaType, `is none of the media ${MEDIA_TYPES.join(', ')}; ${hint}`),
    );
  }
  const asked = impressionsAsked(channel);
  if (asked === undefined)
    problems.push({
      path: ['channels', index, 'impressions'],
      message: 'is missing; give it, or a maxCpm or targetCpm to work it out from the budget',
    });
  else if (asked < 1 || !Number.isSafeInteger(asked))
    problems.push({
      path: ['channels', index, 'budget'],
      message: `buys ${asked} impressions for each of ${channel.maxDeals} deals; raise it, or lower maxDeals or the CPM`,
    });
  else if (minImpressions !== undefined && minImpressions > asked)
    problems.push(
      broken(
        ['channels', index, 'minImpressions'],
        minImpressions,
        `is more than the ${asked} impressions that are asked for; lower it`,
      ),
    );
  return problems;
}
