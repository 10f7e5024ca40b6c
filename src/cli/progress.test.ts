import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SellerProgress } from '../deals/index.ts';
import { Simulation } from '../kernel/index.ts';
import { SellerProgressView } from './progress.ts';
import { textWidth } from './text-width.ts';

const PIECES = /\n|\p{Cc}\[\d*[A-Z]|\P{Cc}+/gu;
const UP = /^\p{Cc}\[(\d+)A$/u;

/** A terminal of which only the visible part is kept: what is drawn over is gone. */
class Screen {
  readonly isTerminal: boolean;
  readonly rows: number;
  readonly columns: number;
  lines: string[] = [''];
  #cursor = 0;

  constructor(options: { isTerminal: boolean; rows?: number; columns?: number }) {
    this.isTerminal = options.isTerminal;
    this.rows = options.rows ?? 24;
    this.columns = options.columns ?? 80;
  }

  write(text: string): void {
    for (const [part] of text.matchAll(PIECES)) {
      const up = UP.exec(part);
      if (up !== null) this.#cursor -= Number(up[1]);
      else if (part === '\u001b[2K') this.lines[this.#cursor] = '';
      else if (part === '\u001b[J') this.lines.splice(this.#cursor, Infinity, '');
      else if (part === '\n') {
        this.#cursor += 1;
        this.lines[this.#cursor] ??= '';
      } else this.lines[this.#cursor] += part;
    }
    assert.ok(this.#cursor >= 0, 'drawn above the screen');
  }

  get picture(): string[] {
    return this.lines.filter((line) => line !== '').map((line) => line.trim().replace(/\s+/g, ' '));
  }
}

const seller = (id: string, state: SellerProgress['state'], detail = ''): SellerProgress => ({
  sellerId: id,
  name: `Seller ${id}`,
  state,
  detail,
});

function viewOn(options: { isTerminal: boolean; rows?: number; columns?: number }) {
  const simulation = new Simulation({ seed: 1 });
  const screen = new Screen(options);
  const view = new SellerProgressView(screen, { clock: simulation.peer('cli').clock, timeoutMs: 30_000 });
  return { simulation, screen, view };
}

test('on a terminal each seller has one row, redrawn in place', () => {
  const { screen, view } = viewOn({ isTerminal: true });
  view.update(seller('a', 'asked'));
  view.update(seller('b', 'asked'));
  view.update(seller('a', 'quoted'));
  view.update(seller('b', 'failed', 'no answer within 30000 ms'));
  view.end();
  assert.deepEqual(screen.picture, ['✓ Seller a quoted', '✗ Seller b no quote: no answer within 30000 ms']);
});

test('rows that wait count down, and the counting ends with the waiting', async () => {
  const { simulation, screen, view } = viewOn({ isTerminal: true });
  view.update(seller('a', 'asked'));
  assert.deepEqual(screen.picture, ['… Seller a asked: 30 s left']);
  await simulation.pass(12_000);
  assert.deepEqual(screen.picture, ['… Seller a asked: 18 s left']);
  await simulation.pass(60_000);
  assert.deepEqual(screen.picture, ['… Seller a asked: 0 s left']);
  view.update(seller('a', 'quoted'));
  await simulation.pass(2_000);
  assert.equal(simulation.scheduler.advance(Infinity), false);
});

test('asked again later, the countdown begins again', async () => {
  const { simulation, screen, view } = viewOn({ isTerminal: true });
  view.update(seller('a', 'asked'));
  view.update(seller('a', 'quoted'));
  await simulation.pass(20_000);
  view.update(seller('a', 'asked'));
  assert.deepEqual(screen.picture, ['… Seller a asked: 30 s left']);
  view.end();
});

test('after its end nothing is drawn and no timer runs', async () => {
  const { simulation, screen, view } = viewOn({ isTerminal: true });
  view.update(seller('a', 'asked'));
  view.end();
  view.update(seller('b', 'asked'));
  await simulation.pass(5_000);
  assert.deepEqual(screen.picture, ['… Seller a asked: 30 s left']);
  assert.equal(simulation.scheduler.advance(Infinity), false);
});

test('with more sellers than rows, those waited for are shown and the rest counted', () => {
  const { screen, view } = viewOn({ isTerminal: true, rows: 9 });
  for (let index = 0; index < 40; index += 1) view.update(seller(String(index), 'asked'));
  for (let index = 0; index < 38; index += 1) view.update(seller(String(index), 'quoted'));
  assert.deepEqual(screen.picture, [
    '… Seller 38 asked: 30 s left',
    '… Seller 39 asked: 30 s left',
    '38 of 40 sellers have answered',
  ]);
  assert.ok(screen.lines.length <= 9);
  view.end();
});

test('a row never wraps, whatever a seller calls itself', () => {
  const { screen, view } = viewOn({ isTerminal: true, columns: 40 });
  view.update({ sellerId: 'a', name: '広告'.repeat(40), state: 'failed', detail: 'x\u001b[2J\n'.repeat(90) });
  view.update(seller('b', 'quoted'));
  for (const line of screen.lines) assert.ok(textWidth(line) < 40);
  assert.equal(screen.picture.length, 2);
  view.end();
});

test('elsewhere each answer is one plain line, without escapes', () => {
  const { screen, view } = viewOn({ isTerminal: false });
  view.update(seller('a', 'asked'));
  view.update(seller('b', 'asked'));
  view.update(seller('b', 'quoted'));
  view.update(seller('a', 'failed', 'breaker open'));
  view.end();
  assert.deepEqual(screen.picture, ['✓ Seller b quoted', '✗ Seller a no quote: breaker open']);
});
