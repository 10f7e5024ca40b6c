export { SAMPLE_KINDS, type SampleKind, type SampleRequest, sampleBody, sampleRequest } from './requests.ts';
