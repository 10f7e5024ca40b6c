/** Below this, arguments are raised by recurrence until the series below is good to 1e-12. */
const ASYMPTOTIC = 8;

/** log Γ(x) for x > 0 (Stirling’s series; Abramowitz & Stegun 6.1.40). */
export function logGamma(x: number): number {
  let [raised, shift] = [x, 0];
  for (; raised < ASYMPTOTIC; raised += 1) shift += Math.log(raised);
  const square = 1 / (raised * raised);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / raised;
  return (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** ψ(x), the slope of log Γ, for x > 0 (6.3.18). */
export function digamma(x: number): number {
  let [raised, shift] = [x, 0];
  for (; raised < ASYMPTOTIC; raised += 1) shift += 1 / raised;
  const square = 1 / (raised * raised);
  const series =
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return Math.log(raised) - 0.5 / raised - series - shift;
}

/** ψ′(x), for x > 0 (6.4.12). */
export function trigamma(x: number): number {
  let [raised, shift] = [x, 0];
  for (; raised < ASYMPTOTIC; raised += 1) shift += 1 / (raised * raised);
  const square = 1 / (raised * raised);
  const series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square / 30)));
  return (1 + 0.5 / raised + series) / raised + shift;
}

/**
 * A Gamma(shape, 1) number for a shape of at least 1, from uniform numbers in (0, 1) (Marsaglia & Tsang, 2000); about one in
 * twenty tries is made anew.
 */
export function drawGamma(shape: number, uniform: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
