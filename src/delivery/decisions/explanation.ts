import { formatDecimal, type Micros } from '../../kernel/index.ts';
import type { BidRequest, Imp, ReadResult } from '../../openrtb/index.ts';
import type { PriceOffer } from '../agents/bid-agents.ts';
import type { CampaignStates } from './agents-state.ts';
import { decisionIdOf } from './decision-outcomes.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { RecordedState } from './decision-recorder.ts';
import type { CampaignPart, DecisionSetup, Redecision } from './decision-replay.ts';

/** One line of an explanation, and what it is made of. */
export interface Explained {
  readonly label: string;
  readonly says: string;
  readonly parts: readonly Explained[];
}

/** What an explanation is made from. */
export interface ExplainedDecision {
  readonly setup: DecisionSetup;
  readonly record: DecisionRecord;
  readonly states: readonly RecordedState[];
  readonly made: Redecision;
  readonly read: ReadResult;
}

/** The arithmetic of a decision as a tree: the request, each campaign that was asked, each agent’s part, what was read. */
export function explainDecision(given: ExplainedDecision): Explained {
  const { setup, record, made, read } = given;
  const exchange = setup.exchanges[record.exchange]?.name ?? 'an unknown exchange';
  const bids = made.bids.length;
  const ended =
    record.outcome === 'bid'
      ? `${bids} ${bids === 1 ? 'bid' : 'bids'}`
      : record.outcome === 'no-bid'
        ? `no bid: ${record.reason}`
        : 'refused: no JSON';
  return {
    label: decisionIdOf(setup.holder, record.number),
    says: `${ended}, to ${exchange} at ${new Date(record.at).toISOString()}`,
    parts: [
      ...(read.kind === 'request' ? [explainRequest(read.request)] : []),
      ...explainCampaigns(given),
      explainReads(given),
      {
        label: 'made again',
        says: made.isSame ? 'the same bytes' : `differs: ${made.difference}`,
        parts: [],
      },
    ],
  };
}

function explainRequest(request: BidRequest): Explained {
  const { inventory, device, user } = request;
  const place = inventory.domain || inventory.bundle || inventory.kind;
  const segments = user.segments.length === 0 ? 'no segment' : `segment ${user.segments[0]}`;
  return leaf('request', `${request.id} from ${place}, ${device.country || 'no country'}, ${segments}`, [
    ...request.imps.map((imp) => leaf(`imp ${imp.id}`, sayImp(imp))),
  ]);
}

function sayImp({ banner, video, audio, native, bidfloor, bidfloorcur, deals }: Imp): string {
  const formats = [
    banner === undefined ? '' : `banner ${banner.sizes.map(([w, h]) => `${w}×${h}`).join(', ')}`,
    video === undefined ? '' : 'video',
    audio === undefined ? '' : 'audio',
    native === undefined ? '' : 'native',
  ].filter((each) => each !== '');
  const offered = deals.length === 0 ? '' : `, deals ${deals.map(({ id }) => id).join(', ')}`;
  return `${formats.join(' or ')}, floor ${cpm(bidfloor)} ${bidfloorcur}${offered}`;
}

function explainCampaigns(given: ExplainedDecision): readonly Explained[] {
  const { made, setup, states } = given;
  const stated = states.findLast(({ agents }) => agents.campaigns !== null)?.agents.campaigns ?? null;
  const asked = made.parts;
  const active = states.at(-1)?.active.length ?? 0;
  const priced = asked.filter(({ chosen }) => chosen.length > 0);
  const others = asked.filter(({ chosen }) => chosen.length === 0);
  const byReason = new Map<string, string[]>();
  for (const { running, reasons } of others)
    for (const [reason] of reasons)
      byReason.set(reason, [...(byReason.get(reason) ?? []), running.campaign.id]);
  return [
    leaf(
      'campaigns',
      `${setup.plan.campaigns.length} known, ${active} in flight, ${asked.length} suit, ${priced.length} priced`,
      [
        ...priced.map((part) => explainCampaign(part, given, stated)),
        ...[...byReason].map(([reason, ids]) => leaf(reason, `${ids.length}: ${ids.slice(0, 5).join(', ')}`)),
      ],
    ),
  ];
}

function explainCampaign(
  part: CampaignPart,
  { made, setup }: ExplainedDecision,
  stated: CampaignStates | null,
): Explained {
  const { campaign, index } = part.running;
  const bids = made.bids.filter((bid) => bid.campaign === part.running);
  const reasons = part.reasons.map(([reason, count]) => (count === 1 ? reason : `${count} × ${reason}`));
  const lines: Explained[] = stated === null ? [] : [explainPacing(stated, index)];
  for (const [step, { input, output }] of part.chosen.entries()) {
    const { goal, creatives } = campaign;
    const what = goal.kind === 'impressions' ? 'an impression' : `a ${goal.kind.slice(0, -1)}`;
    const worth = goal.value.amountMicros;
    lines.push(
      leaf(
        'creative',
        `${creatives[output.creative]!.id}, 1 of ${input.creatives.length}, chance ${output.propensity.toFixed(3)}`,
        [
          leaf(
            'worth of a thousand',
            `${(output.valueCpm / worth).toFixed(4)} × ${cpm(worth)} for ${what} = ${cpm(output.valueCpm)}${input.exposures > 0 ? `, seen ${input.exposures} times` : ''}`,
          ),
        ],
      ),
    );
    const price = part.priced[step];
    if (price !== undefined) lines.push(explainPrice(price.input, price.output, stated, index));
  }
  for (const { bidId, priceCpmMicros, deal } of bids)
    lines.push(
      leaf(
        `bid ${bidId}`,
        `${cpm(priceCpmMicros)} ${campaign.currency} a thousand${deal === undefined ? '' : `, deal ${deal.terms.dealId} (${deal.terms.type})`}, promised by ${setup.holder} before it left`,
      ),
    );
  return leaf(
    campaign.id,
    bids.length > 0 ? 'bids' : reasons.join(', ') || 'outbid by another of ours',
    lines,
  );
}

function explainPacing(
  { throttle, spent, planned, target, level, part }: CampaignStates,
  index: number,
): Explained {
  return leaf(
    'pacing',
    `takes ${(100 * throttle[index]!).toFixed(1)} % of requests: spent ${cpm(spent[index]!)} of ${cpm(planned[index]!)} planned by then`,
    [
      leaf('next second', `${cpm(target[index]!)} wanted`),
      leaf('its part of the money', cpm(part[index]!)),
      leaf('bid of late', level[index]! > 0 ? cpm(level[index]!) : 'not known'),
    ],
  );
}

function explainPrice(
  { valueCpm, floorCpm, auction, maxCpm, market }: PriceOffer,
  price: number,
  stated: CampaignStates | null,
  index: number,
): Explained {
  const factor = stated?.bid[index] ?? 1;
  const lambda = stated?.lambda[index] ?? 0;
  const shade = stated?.shade[index] ?? 1;
  const worth = (valueCpm * factor) / (1 + lambda);
  const team = factor === 1 ? '' : ` × ${factor.toFixed(4)} by the team`;
  return leaf('price', price > 0 ? cpm(price) : 'none', [
    leaf('worth now', `${cpm(valueCpm)}${team} ÷ (1 + λ ${lambda.toFixed(4)}) = ${cpm(worth)}`),
    leaf(
      auction === 'second' ? 'second price' : 'first price',
      auction === 'second'
        ? 'bid what it is worth'
        : `shaded by what has won in ${market}${shade === 1 ? '' : `, × ${shade.toFixed(4)}`}`,
    ),
    leaf('bounds', `floor ${cpm(floorCpm)}, most ${cpm(maxCpm)}`),
  ]);
}

function explainReads({ states }: ExplainedDecision): Explained {
  const state = states.at(-1);
  if (state === undefined) return leaf('read', 'nothing');
  const { reads } = state.agents;
  return leaf(
    'read',
    `state ${state.number} of the agents, of ${new Date(state.at).toISOString()}`,
    reads.map(({ key, version }) => leaf(key, `blackboard, version ${version}`)),
  );
}

function leaf(label: string, says: string, parts: readonly Explained[] = []): Explained {
  return { label, says, parts };
}

/** Micros as units, to the last micro. */
function cpm(micros: number): string {
  return Number.isFinite(micros) ? formatDecimal(Math.round(micros) as Micros) : String(micros);
}
