import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { AdAuction, scenarioOf, tunedFor } from '../../adauction/index.ts';
import { FRAMES, type Frame, FrameReader, frameOf, HEAD_BYTES, jsonFrame } from './frames.ts';
import { METRICS } from './opened.ts';
import { type RunningEnvironments, serveEnvironment } from './serve-environment.ts';

const DRIFT = { protocol: 1, environment: 'adauction', scenario: 'drift', episodes: 2 };
const running: RunningEnvironments[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(): Promise<RunningEnvironments> {
  const server = await serveEnvironment({ port: 0, host: '127.0.0.1' });
  running.push(server);
  return server;
}

/** A client that asks one thing at a time. */
class Client {
  readonly socket: Socket;
  readonly #frames: Frame[] = [];
  #wake: () => void = () => {};

  constructor({ port }: RunningEnvironments) {
    this.socket = connect(port, '127.0.0.1');
    sockets.push(this.socket);
    const reader = new FrameReader(() => {});
    this.socket.on('data', (chunk: Buffer) => {
      this.#frames.push(...reader.read(chunk));
      this.#wake();
    });
    this.socket.on('close', () => this.#wake());
    this.socket.on('error', () => {});
  }

  async ask(...parts: readonly Uint8Array[]): Promise<Frame> {
    for (const part of parts) this.socket.write(part);
    while (this.#frames.length === 0 && !this.socket.destroyed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const frame = this.#frames.shift();
    assert.ok(frame, 'closed without an answer');
    return frame;
  }

  /** What an ask for what must not be is answered with; then the server must have closed. */
  async refusal(...parts: readonly Uint8Array[]): Promise<string> {
    const { kind, body } = await this.ask(...parts);
    assert.equal(kind, FRAMES.error);
    if (!this.socket.closed) await once(this.socket, 'close');
    const { code, message, fix } = JSON.parse(body.toString()) as Record<string, string>;
    assert.equal(code, 'GV_BAD_INPUT');
    assert.notEqual(fix, '');
    return message!;
  }
}

function begin(first: number, stride: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(first, 0);
  body.writeUInt32LE(stride, 4);
  return frameOf(FRAMES.begin, body);
}

function step(actions: ArrayLike<number>): Buffer {
  return frameOf(FRAMES.step, new Uint8Array(Float32Array.from(actions).buffer));
}

/** A view of AdAuction of two days, as numbers. */
function numbersOf({ kind, body }: Frame) {
  assert.equal(kind, FRAMES.view);
  const bytes = new Uint8Array(body).buffer;
  const metrics = new Float64Array(bytes, 0, 2 * METRICS.length);
  let at = metrics.byteLength;
  const floats = (count: number) => {
    const numbers = new Float32Array(bytes, at, count);
    at += numbers.byteLength;
    return numbers;
  };
  const observations = floats(24 * 28);
  const states = floats(2 * 32);
  const rewards = [floats(24), floats(24), floats(24), floats(24)];
  const alive = new Uint8Array(bytes, at, 24);
  const ended = new Uint8Array(bytes, at + 24, 2);
  assert.equal(at + 26, body.length);
  return { metrics, observations, states, rewards, alive, ended };
}

const ACTIONS = 24 * 6;
/** Actions of both days, other ones each tick. */
const actionsAt = (tick: number) =>
  Float32Array.from({ length: ACTIONS }, (_, index) => Math.sin(index + tick));

describe('serve environment', () => {
  test('a day over the wire is the day in process, number by number', async () => {
    const client = new Client(await serve());
    const welcome = JSON.parse((await client.ask(jsonFrame(FRAMES.hello, DRIFT))).body.toString());
    const env = new AdAuction({
      scenario: scenarioOf('drift'),
      seed: 1,
      episodes: 2,
      tuning: tunedFor('drift'),
    });
    assert.deepEqual(welcome.roles, env.roles);
    assert.deepEqual([welcome.slots, welcome.observationSize, welcome.stateSize], [12, 28, env.stateSize]);
    const surpluses: number[] = [];
    env.onDay = ({ surplus }) => surpluses.push(surplus);
    env.begin(7, 2);
    const begun = numbersOf(await client.ask(begin(7, 2)));
    assert.deepEqual(begun.observations, env.observations);
    for (let tick = 0; tick < 50; tick += 1) {
      const actions = actionsAt(tick);
      let at = 0;
      for (const each of env.actions) {
        each.set(actions.subarray(at, at + each.length));
        at += each.length;
      }
      env.step();
      const seen = numbersOf(await client.ask(step(actions)));
      assert.deepEqual(seen.observations, env.observations);
      assert.deepEqual(seen.states, env.states);
      assert.deepEqual(seen.rewards, env.rewards);
      assert.deepEqual(seen.alive, env.alive);
      assert.deepEqual(seen.ended, env.ended);
      if (tick === 47) assert.deepEqual([seen.metrics[0], seen.metrics[METRICS.length]], surpluses);
    }
  });

  test('the pieces in which bytes arrive do not matter', async () => {
    const server = await serve();
    const bytes = Buffer.concat([
      jsonFrame(FRAMES.hello, DRIFT),
      begin(0, 2),
      step(actionsAt(0)),
      step(actionsAt(1)),
    ]);
    const answers = async (cuts: readonly number[]) => {
      const client = new Client(server);
      const parts = [0, ...cuts].map((cut, index) => bytes.subarray(cut, cuts[index] ?? bytes.length));
      const frames = [await client.ask(...parts)];
      while (frames.length < 4) frames.push(await client.ask());
      client.socket.destroy();
      return frames.map(({ body }) => body);
    };
    const whole = await answers([]);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 6 }).map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(cuts, async (each) => assert.deepEqual(await answers(each), whole)),
      { numRuns: 20 },
    );
  });

  test('clients have environments of their own', async () => {
    const server = await serve();
    const [one, two] = [new Client(server), new Client(server)];
    for (const client of [one, two]) await client.ask(jsonFrame(FRAMES.hello, DRIFT));
    const first = numbersOf(await one.ask(begin(1, 0)));
    const other = numbersOf(await two.ask(begin(500, 0)));
    assert.notDeepEqual(first.states, other.states);
    await two.ask(step(actionsAt(3)));
    assert.deepEqual(numbersOf(await one.ask(begin(1, 0))), first);
  });

  test('CartPole is served as well, and ends where the pole falls', async () => {
    const client = new Client(await serve());
    await client.ask(jsonFrame(FRAMES.hello, { protocol: 1, environment: 'cartpole', episodes: 1 }));
    await client.ask(begin(0, 1));
    let steps = 0;
    for (let isOver = false; !isOver; steps += 1) isOver = (await client.ask(step([1]))).body.at(-1) === 1;
    assert.ok(steps > 5 && steps < 15, `${steps}`);
  });
});

describe('serve environment refuses, and says why', () => {
  const hello = jsonFrame(FRAMES.hello, DRIFT);
  const nan = actionsAt(0).with(3, Number.NaN);
  const head = (bytes: number, kind: number) => {
    const frame = Buffer.alloc(HEAD_BYTES);
    frame.writeUInt32LE(bytes, 0);
    frame.writeUInt8(kind, 4);
    return frame;
  };
  const cases: readonly [string, readonly Uint8Array[], RegExp][] = [
    ['a step before hello', [step(nan)], /before hello/],
    ['a step before begin', [hello, step(actionsAt(0))], /before begin/],
    ['an unknown kind', [hello, head(0, 77)], /no frame of kind 77/],
    ['a head with more in it', [Buffer.alloc(HEAD_BYTES, 1)], /not 0/],
    ['HTTP', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], /not 0/],
    ['a step that is too short', [hello, begin(0, 1), step([0, 0])], /step has 8 bytes, and must have 576/],
    ['a length beyond all bounds', [hello, begin(0, 1), head(0xff_ff_ff_ff, FRAMES.step)], /4294967295/],
    ['a hello beyond its bound', [head(5_000, FRAMES.hello)], /at most 4096/],
    ['a second hello', [hello, hello], /second hello/],
    ['a hello that is not JSON', [frameOf(FRAMES.hello, Buffer.from('{'))], /not JSON/],
    ['an unknown scenario', [jsonFrame(FRAMES.hello, { ...DRIFT, scenario: 'x' })], /hello.scenario/],
    ['another version', [jsonFrame(FRAMES.hello, { ...DRIFT, protocol: 2 })], /hello.protocol/],
    ['too many episodes', [jsonFrame(FRAMES.hello, { ...DRIFT, episodes: 5_000 })], /hello.episodes/],
    ['NaN', [hello, begin(0, 1), step(nan)], /number 3 of the actions of bidder is NaN/],
    ['an action beyond 1', [hello, begin(0, 1), step(actionsAt(0).with(48, 1.5))], /actions of pacer is 1.5/],
  ];
  for (const [name, parts, message] of cases)
    test(name, async () => {
      const server = await serve();
      const bystander = new Client(server);
      await bystander.ask(hello);
      const client = new Client(server);
      let refused = '';
      for (const [index, part] of parts.entries())
        if (index < parts.length - 1) await client.ask(part);
        else refused = await client.refusal(part);
      assert.match(refused, message);
      assert.equal((await bystander.ask(begin(0, 1))).kind, FRAMES.view);
    });

  test('a step after the last day', async () => {
    const client = new Client(await serve());
    await client.ask(hello);
    await client.ask(begin(0, 0));
    for (let tick = 0; tick < 48; tick += 1) await client.ask(step(actionsAt(tick)));
    assert.match(await client.refusal(step(actionsAt(0))), /all episodes had ended/);
  });

  test('the reason arrives although the client is still sending', async () => {
    const client = new Client(await serve());
    await client.ask(hello);
    await client.ask(begin(0, 1));
    assert.match(
      await client.refusal(head(2_000_000, FRAMES.step), Buffer.alloc(2_000_000)),
      /2000000 bytes/,
    );
  });

  test('one connection too many', async () => {
    const server = await serve();
    const clients = Array.from({ length: 256 }, () => new Client(server));
    await Promise.all(clients.map((client) => client.ask(hello)));
    assert.match(await new Client(server).refusal(hello), /256 connections/);
  });
});
