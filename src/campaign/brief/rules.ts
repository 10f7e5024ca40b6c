import { compare, type Money, showMoney } from '../../kernel/index.ts';
import { audienceProblems } from './audience-rules.ts';
import { broken, type Path, type Problem } from './problems.ts';
import { MAX_FLIGHT_DAYS, type WrittenBrief } from './schema.ts';
import { addUpToAll } from './shares.ts';

const DAY_MS = 86_400_000;

/** What is wrong with a brief whose fields are each right. */
export function brokenRules(brief: WrittenBrief): readonly Problem[] {
  const currencies = currencyProblems(brief);
  return [
    ...flightProblems(brief),
    ...currencies,
    // Sums of different currencies cannot be held against each other.
    ...(currencies.length === 0 ? moneyProblems(brief) : []),
    ...channelProblems(brief),
    ...pacingProblems(brief),
    ...sellerProblems(brief),
    ...twice(
      brief.kpis.map(({ metric }) => metric),
      (index) => ['kpis', index, 'metric'],
    ),
    ...(brief.audience === undefined ? [] : audienceProblems(brief.audience)),
  ];
}

/** The days of a flight, both ends included. */
function daysOf({ start, end }: WrittenBrief['flight']): number {
  return (Date.parse(end) - Date.parse(start)) / DAY_MS + 1;
}

function flightProblems({ flight }: WrittenBrief): readonly Problem[] {
  const days = daysOf(flight);
  const problems: Problem[] = [];
  if (days < 1)
    problems.push(broken(['flight', 'end'], flight.end, `is before flight.start ${flight.start}; swap them`));
  if (days > MAX_FLIGHT_DAYS)
    problems.push(
      broken(
        ['flight', 'end'],
        flight.end,
        `makes a flight of ${days} days; at most ${MAX_FLIGHT_DAYS} are planned, so split it`,
      ),
    );
  if (!isTimeZone(flight.timeZone))
    problems.push(
      broken(['flight', 'timeZone'], flight.timeZone, 'must be an IANA name, such as Europe/Berlin or UTC'),
    );
  return problems;
}

function isTimeZone(text: string): boolean {
  // Intl takes offsets such as +02:00 too, which are no zones: they know no summer time.
  if (/^[+-]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function currencyProblems(brief: WrittenBrief): readonly Problem[] {
  const sums: [Path, Money | undefined][] = [
    [['advertiser', 'cap'], brief.advertiser.cap],
    ...brief.channels.flatMap((channel, index): [Path, Money | undefined][] =>
      (['budget', 'maxCpm', 'targetCpm'] as const).map((key) => [['channels', index, key], channel[key]]),
    ),
    ...brief.kpis.map(({ target }, index): [Path, Money | undefined] => [
      ['kpis', index, 'target'],
      typeof target === 'number' ? undefined : target,
    ]),
  ];
  const { currency } = brief.budget;
  return sums.flatMap(([path, each]) =>
    each === undefined || each.currency === currency
      ? []
      : [
          broken(
            [...path, 'currency'],
            each.currency,
            `is not the budget's currency ${currency}; use one currency in the brief`,
          ),
        ],
  );
}

function moneyProblems({ budget, advertiser, channels }: WrittenBrief): readonly Problem[] {
  const problems: Problem[] = [];
  if (compare(budget, advertiser.cap) > 0)
    problems.push(
      saying(
        ['budget'],
        `${showMoney(budget)} is above advertiser.cap ${showMoney(advertiser.cap)}; lower budget, or raise the cap`,
      ),
    );
  const total = channels.reduce((sum, channel) => sum + BigInt(channel.budget?.amountMicros ?? 0), 0n);
  if (total > BigInt(budget.amountMicros))
    problems.push(
      saying(
        ['channels'],
        `the channels’ budgets add up to more than budget ${showMoney(budget)}; lower a channel, or raise budget`,
      ),
    );
  channels.forEach(({ targetCpm, maxCpm }, index) => {
    if (targetCpm !== undefined && maxCpm !== undefined && compare(targetCpm, maxCpm) > 0)
      problems.push(
        saying(
          ['channels', index, 'targetCpm'],
          `${showMoney(targetCpm)} is above maxCpm ${showMoney(maxCpm)}; lower it`,
        ),
      );
  });
  return problems;
}

function channelProblems({ channels }: WrittenBrief): readonly Problem[] {
  const problems = twice(
    channels.map(({ channel }) => channel),
    (index) => ['channels', index, 'channel'],
  );
  const byShare = channels.filter(({ share }) => share !== undefined);
  const odd = channels.findIndex(
    ({ budget, share }) =>
      (share === undefined) === (budget === undefined) || (share !== undefined) !== byShare.length > 0,
  );
  if (odd !== -1)
    return [
      ...problems,
      saying(['channels', odd], 'needs either a budget or a share, and all channels the same of the two'),
    ];
  const shares = byShare.map(({ share }) => share!);
  if (shares.length > 0 && !addUpToAll(shares))
    problems.push(
      saying(['channels'], `the shares ${shares.join(' + ')} must add up to 100, give or take 0.01`),
    );
  return problems;
}

function pacingProblems({ pacing, flight }: WrittenBrief): readonly Problem[] {
  if (pacing.model !== 'custom') return [];
  const days = daysOf(flight);
  if (pacing.weights.length !== days)
    return [
      saying(
        ['pacing', 'weights'],
        `has ${pacing.weights.length} weights for the ${days} days of the flight; give one for each day`,
      ),
    ];
  return pacing.weights.some((weight) => weight > 0)
    ? []
    : [saying(['pacing', 'weights'], 'are all 0; give at least one day a weight')];
}

function sellerProblems({ preferredSellers, excludedSellers }: WrittenBrief): readonly Problem[] {
  return preferredSellers.flatMap((seller, index) =>
    excludedSellers.includes(seller)
      ? [broken(['preferredSellers', index], seller, 'is in excludedSellers too; take it out of one')]
      : [],
  );
}

/** Ids that stand in a list again. */
function twice(ids: readonly string[], pathOf: (index: number) => Path): Problem[] {
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [broken(pathOf(index), id, 'is listed twice; join the two, or name one otherwise')],
  );
}

function saying(path: Path, message: string): Problem {
  return { path, message };
}
