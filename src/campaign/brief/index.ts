export { parseFx } from './fx.ts';
export { impressionsAsked } from './impressions.ts';
export { briefJsonSchema } from './json-schema.ts';
export { parseBrief } from './parse-brief.ts';
export { SAMPLE_BRIEF } from './sample.ts';
export type {
  ApprovalsBrief,
  AudienceBrief,
  AudienceRef,
  AudienceRole,
  BrandSafety,
  CampaignBrief,
  CampaignFlight,
  ChannelBrief,
  GeoTarget,
  Kpi,
  Objective,
  PacingBrief,
  Strictness,
  Taxonomy,
} from './types.ts';
