export { sampleCreative } from './creatives.ts';
export { readSample } from './read.ts';
export { SAMPLE_KINDS, type SampleKind, type SampleRequest, sampleBody, sampleRequest } from './requests.ts';
