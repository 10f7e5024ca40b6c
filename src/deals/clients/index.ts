export { createDealsClientFactory } from './factory.ts';
export { HttpDealsClient } from './http-deals-client.ts';
