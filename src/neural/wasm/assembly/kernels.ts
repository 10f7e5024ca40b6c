// The kernels, in AssemblyScript with SIMD and without relaxed SIMD, so that every machine gives the same bits.
// Matrices are rows of float32; addresses are in bytes. Widths (columns) are multiples of 8, padded with zeros by
// `../../parameters.ts`; there may be any number of rows. `../../kernels-reference.ts` says what each computes.

const LINEAR: i32 = 0;
const TANH: i32 = 1;

/** tanh by a rational function (13/6, as in Eigen's), clamped where float32 is 1; error below 3e-7. */
function tanh4(value: v128): v128 {
  const most = f32x4.splat(7.905311107635498);
  const x = f32x4.max(f32x4.min(value, most), f32x4.neg(most));
  const x2 = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(x2, f32x4.splat(-2.76076847742355e-16)), f32x4.splat(2.00018790482477e-13));
  p = f32x4.add(f32x4.mul(x2, p), f32x4.splat(-8.60467152213735e-11));
  p = f32x4.add(f32x4.mul(x2, p), f32x4.splat(5.12229709037114e-8));
  p = f32x4.add(f32x4.mul(x2, p), f32x4.splat(1.48572235717979e-5));
  p = f32x4.add(f32x4.mul(x2, p), f32x4.splat(6.37261928875436e-4));
  p = f32x4.add(f32x4.mul(x2, p), f32x4.splat(4.89352455891786e-3));
  p = f32x4.mul(x, p);
  let q = f32x4.add(f32x4.mul(x2, f32x4.splat(1.19825839466702e-6)), f32x4.splat(1.18534705686654e-4));
  q = f32x4.add(f32x4.mul(x2, q), f32x4.splat(2.268434632439e-3));
  q = f32x4.add(f32x4.mul(x2, q), f32x4.splat(4.89352518554385e-3));
  return f32x4.div(p, q);
}

function activate(value: v128, activation: i32): v128 {
  if (activation === LINEAR) return value;
  if (activation === TANH) return tanh4(value);
  return f32x4.max(value, f32x4.splat(0));
}

/**
 * y = activation(x · w + b); `b` is 0 for none. Each sum begins with the offset and takes its inputs in their order,
 * whatever the tile: so a row gives the same bits alone and in a batch.
 */
export function dense(
  x: usize,
  w: usize,
  b: usize,
  y: usize,
  rows: i32,
  inputs: i32,
  outputs: i32,
  activation: i32,
): void {
  const xRow = (<usize>inputs) << 2;
  const wRow = (<usize>outputs) << 2;
  let r = 0;
  for (; r + 4 <= rows; r += 4)
    fourRows(x + <usize>r * xRow, w, b, y + <usize>r * wRow, xRow, wRow, activation);
  for (; r < rows; r += 1) oneRow(x + <usize>r * xRow, w, b, y + <usize>r * wRow, xRow, wRow, activation);
}

/** Tiles of 4 rows by 8 columns. */
function fourRows(x0: usize, w: usize, b: usize, y: usize, xRow: usize, wRow: usize, activation: i32): void {
  const x1 = x0 + xRow;
  const x2 = x1 + xRow;
  const x3 = x2 + xRow;
  for (let column: usize = 0; column < wRow; column += 32) {
    const low = offset(b, column);
    const high = offset(b, column + 16);
    let a0 = low;
    let a1 = low;
    let a2 = low;
    let a3 = low;
    let b0 = high;
    let b1 = high;
    let b2 = high;
    let b3 = high;
    let at = w + column;
    for (let k: usize = 0; k < xRow; k += 4) {
      const w0 = v128.load(at);
      const w1 = v128.load(at, 16);
      const v0 = v128.load32_splat(x0 + k);
      const v1 = v128.load32_splat(x1 + k);
      const v2 = v128.load32_splat(x2 + k);
      const v3 = v128.load32_splat(x3 + k);
      a0 = f32x4.add(a0, f32x4.mul(v0, w0));
      b0 = f32x4.add(b0, f32x4.mul(v0, w1));
      a1 = f32x4.add(a1, f32x4.mul(v1, w0));
      b1 = f32x4.add(b1, f32x4.mul(v1, w1));
      a2 = f32x4.add(a2, f32x4.mul(v2, w0));
      b2 = f32x4.add(b2, f32x4.mul(v2, w1));
      a3 = f32x4.add(a3, f32x4.mul(v3, w0));
      b3 = f32x4.add(b3, f32x4.mul(v3, w1));
      at += wRow;
    }
    let out = y + column;
    v128.store(out, activate(a0, activation));
    v128.store(out, activate(b0, activation), 16);
    out += wRow;
    v128.store(out, activate(a1, activation));
    v128.store(out, activate(b1, activation), 16);
    out += wRow;
    v128.store(out, activate(a2, activation));
    v128.store(out, activate(b2, activation), 16);
    out += wRow;
    v128.store(out, activate(a3, activation));
    v128.store(out, activate(b3, activation), 16);
  }
}

/** Tiles of 1 row by 32 columns, and by 8 where fewer are left. */
function oneRow(x: usize, w: usize, b: usize, y: usize, xRow: usize, wRow: usize, activation: i32): void {
  let column: usize = 0;
  for (; column + 128 <= wRow; column += 128) {
    let a0 = offset(b, column);
    let a1 = offset(b, column + 16);
    let a2 = offset(b, column + 32);
    let a3 = offset(b, column + 48);
    let a4 = offset(b, column + 64);
    let a5 = offset(b, column + 80);
    let a6 = offset(b, column + 96);
    let a7 = offset(b, column + 112);
    let at = w + column;
    for (let k: usize = 0; k < xRow; k += 4) {
      const v = v128.load32_splat(x + k);
      a0 = f32x4.add(a0, f32x4.mul(v, v128.load(at)));
      a1 = f32x4.add(a1, f32x4.mul(v, v128.load(at, 16)));
      a2 = f32x4.add(a2, f32x4.mul(v, v128.load(at, 32)));
      a3 = f32x4.add(a3, f32x4.mul(v, v128.load(at, 48)));
      a4 = f32x4.add(a4, f32x4.mul(v, v128.load(at, 64)));
      a5 = f32x4.add(a5, f32x4.mul(v, v128.load(at, 80)));
      a6 = f32x4.add(a6, f32x4.mul(v, v128.load(at, 96)));
      a7 = f32x4.add(a7, f32x4.mul(v, v128.load(at, 112)));
      at += wRow;
    }
    const out = y + column;
    v128.store(out, activate(a0, activation));
    v128.store(out, activate(a1, activation), 16);
    v128.store(out, activate(a2, activation), 32);
    v128.store(out, activate(a3, activation), 48);
    v128.store(out, activate(a4, activation), 64);
    v128.store(out, activate(a5, activation), 80);
    v128.store(out, activate(a6, activation), 96);
    v128.store(out, activate(a7, activation), 112);
  }
  for (; column < wRow; column += 32) {
    let low = offset(b, column);
    let high = offset(b, column + 16);
    let at = w + column;
    for (let k: usize = 0; k < xRow; k += 4) {
      const v = v128.load32_splat(x + k);
      low = f32x4.add(low, f32x4.mul(v, v128.load(at)));
      high = f32x4.add(high, f32x4.mul(v, v128.load(at, 16)));
      at += wRow;
    }
    v128.store(y + column, activate(low, activation));
    v128.store(y + column, activate(high, activation), 16);
  }
}

function offset(b: usize, column: usize): v128 {
  return b === 0 ? f32x4.splat(0) : v128.load(b + column);
}

/** dw += xᵀ · dy and db += column sums of dy; a tile is 4 inputs by 8 outputs. */
export function weightGradient(
  x: usize,
  dy: usize,
  dw: usize,
  db: usize,
  rows: i32,
  inputs: i32,
  outputs: i32,
): void {
  const xRow = (<usize>inputs) << 2;
  const dyRow = (<usize>outputs) << 2;
  for (let i = 0; i < inputs; i += 4) {
    for (let c = 0; c < outputs; c += 8) {
      const to = dw + <usize>i * dyRow + ((<usize>c) << 2);
      let a0 = v128.load(to);
      let b0 = v128.load(to, 16);
      let a1 = v128.load(to + dyRow);
      let b1 = v128.load(to + dyRow, 16);
      let a2 = v128.load(to + 2 * dyRow);
      let b2 = v128.load(to + 2 * dyRow, 16);
      let a3 = v128.load(to + 3 * dyRow);
      let b3 = v128.load(to + 3 * dyRow, 16);
      let from = x + ((<usize>i) << 2);
      let gradient = dy + ((<usize>c) << 2);
      for (let r = 0; r < rows; r += 1) {
        const g0 = v128.load(gradient);
        const g1 = v128.load(gradient, 16);
        const v0 = v128.load32_splat(from);
        const v1 = v128.load32_splat(from, 4);
        const v2 = v128.load32_splat(from, 8);
        const v3 = v128.load32_splat(from, 12);
        a0 = f32x4.add(a0, f32x4.mul(v0, g0));
        b0 = f32x4.add(b0, f32x4.mul(v0, g1));
        a1 = f32x4.add(a1, f32x4.mul(v1, g0));
        b1 = f32x4.add(b1, f32x4.mul(v1, g1));
        a2 = f32x4.add(a2, f32x4.mul(v2, g0));
        b2 = f32x4.add(b2, f32x4.mul(v2, g1));
        a3 = f32x4.add(a3, f32x4.mul(v3, g0));
        b3 = f32x4.add(b3, f32x4.mul(v3, g1));
        from += xRow;
        gradient += dyRow;
      }
      v128.store(to, a0);
      v128.store(to, b0, 16);
      v128.store(to + dyRow, a1);
      v128.store(to + dyRow, b1, 16);
      v128.store(to + 2 * dyRow, a2);
      v128.store(to + 2 * dyRow, b2, 16);
      v128.store(to + 3 * dyRow, a3);
      v128.store(to + 3 * dyRow, b3, 16);
    }
  }
  for (let c = 0; c < outputs; c += 4) {
    let sum = v128.load(db + ((<usize>c) << 2));
    let gradient = dy + ((<usize>c) << 2);
    for (let r = 0; r < rows; r += 1) {
      sum = f32x4.add(sum, v128.load(gradient));
      gradient += dyRow;
    }
    v128.store(db + ((<usize>c) << 2), sum);
  }
}

/** dy *= activation'(y), from the activation's own value. */
export function activationGradient(y: usize, dy: usize, count: i32, activation: i32): void {
  if (activation === LINEAR) return;
  const end = dy + ((<usize>count) << 2);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  for (; dy < end; dy += 16, y += 16) {
    const value = v128.load(y);
    const gradient = v128.load(dy);
    if (activation === TANH) v128.store(dy, f32x4.mul(gradient, f32x4.sub(one, f32x4.mul(value, value))));
    else v128.store(dy, v128.and(gradient, f32x4.gt(value, zero)));
  }
}

/** wt[c][r] = w[r][c]. */
export function transpose(w: usize, wt: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r += 1)
    for (let c = 0; c < columns; c += 1)
      store<f32>(
        wt + ((<usize>c * <usize>rows + <usize>r) << 2),
        load<f32>(w + ((<usize>r * <usize>columns + <usize>c) << 2)),
      );
}

/** The sum of squares of `count` numbers, in double precision; `count` is a multiple of 4. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) {
    const four = v128.load(values);
    const first = f64x2.promote_low_f32x4(four);
    const second = f64x2.promote_low_f32x4(
      i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
    );
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** One step of Adam; the bias corrections are folded into `rate` and `epsilon`. */
export function adam(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  scale: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(<f32>1 - beta1);
  const c2 = f32x4.splat(<f32>1 - beta2);
  const lr = f32x4.splat(rate);
  const eps = f32x4.splat(epsilon);
  const by = f32x4.splat(scale);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    const gradient = f32x4.mul(v128.load(g + at), by);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(c1, gradient));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(c2, f32x4.mul(gradient, gradient)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const step = f32x4.div(f32x4.mul(lr, first), f32x4.add(f32x4.sqrt(second), eps));
    v128.store(p + at, f32x4.sub(v128.load(p + at), step));
  }
}
