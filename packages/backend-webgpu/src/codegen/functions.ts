/**
 * Functions that kernels call, in WGSL. WGSL leaves open how exact its own are and what they make of
 * NaN and infinities, and compilers may take comparisons with NaN for either; these hold for all
 * floats, on every GPU alike. Whether a float is NaN is asked of its bits.
 *
 * The polynomials are those of the Cephes library for single precision (S. L. Moshier, "Methods and
 * Programs for Mathematical Functions", 1989): `expf`, `logf`, `tanhf`, `sinf`, `cosf`, `erff`.
 */
import { THREEFRY_PARITY, THREEFRY_ROTATIONS } from '@chronograd/graph';

const functions: Readonly<Record<string, string>> = {
  isNan: `
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  isFinite: `
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }`,
  notANumber: `
fn notANumber() -> f32 { return bitcast<f32>(nanBits); }`,
  infinity: `
fn infinity() -> f32 { return bitcast<f32>(infinityBits); }`,
  equalTo: `
fn equalTo(a: f32, b: f32) -> bool { return a == b && !isNan(a) && !isNan(b); }`,
  lessThan: `
fn lessThan(a: f32, b: f32) -> bool { return a < b && !isNan(a) && !isNan(b); }`,
  greaterOf: `
fn greaterOf(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  return select(b, a, a > b);
}`,
  lesserOf: `
fn lesserOf(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  return select(b, a, a < b);
}`,
  negative: `
fn negative(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }`,
  magnitude: `
fn magnitude(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu); }`,
  signOf: `
fn signOf(x: f32) -> f32 {
  if (x > 0.0 && !isNan(x)) { return 1.0; }
  if (x < 0.0 && !isNan(x)) { return -1.0; }
  return x;
}`,
  floorOf: `
fn floorOf(x: f32) -> f32 {
  if (!isFinite(x)) { return x; }
  return floor(x);
}`,
  exponential: `
fn exponential(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (x > 88.72283) { return infinity(); }
  if (x < -87.33654) { return 0.0; }
  let k = floor(fma(x, 1.44269504, 0.5));
  let r = fma(k, 2.12194440e-4, fma(k, -0.693359375, x));
  var p = fma(1.9875691500e-4, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  let y = fma(p, r * r, r) + 1.0;
  // In two factors, as 2 to the power 128 is none.
  let half = i32(k) / 2;
  let rest = i32(k) - half;
  return y * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(rest + 127) << 23u);
}`,
  logarithm: `
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (isNan(x)) { return x; }
  if ((bits & 0x7fffffffu) == 0u) { return -infinity(); }
  if ((bits & 0x80000000u) != 0u) { return notANumber(); }
  if (bits == 0x7f800000u) { return x; }
  var mantissa = bits;
  var e = 0.0;
  if (bits < 0x00800000u) {
    // Denormal: the exponent is that of a whole number of the least steps.
    mantissa = bitcast<u32>(f32(bits));
    e = -149.0 + f32(i32(mantissa >> 23u) - 126);
  } else {
    e = f32(i32(bits >> 23u) - 126);
  }
  var m = bitcast<f32>((mantissa & 0x007fffffu) | 0x3f000000u);
  if (m < 0.70710678) {
    e -= 1.0;
    m += m;
  }
  m -= 1.0;
  let z = m * m;
  var p = fma(7.0376836292e-2, m, -1.1514610310e-1);
  p = fma(p, m, 1.1676998740e-1);
  p = fma(p, m, -1.2420140846e-1);
  p = fma(p, m, 1.4249322787e-1);
  p = fma(p, m, -1.6668057665e-1);
  p = fma(p, m, 2.0000714765e-1);
  p = fma(p, m, -2.4999993993e-1);
  p = fma(p, m, 3.3333331174e-1);
  var y = p * m * z;
  y = fma(e, -2.12194440e-4, y);
  y = fma(z, -0.5, y);
  return fma(e, 0.693359375, m + y);
}`,
  squareRoot: `
fn squareRoot(x: f32) -> f32 {
  if (isNan(x) || (bitcast<u32>(x) & 0x7fffffffu) == 0u) { return x; }
  if (x < 0.0) { return notANumber(); }
  if (!isFinite(x)) { return x; }
  return sqrt(x);
}`,
  power: `
fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0 && !isNan(b)) { return 1.0; }
  if (a == 0.0 && !isNan(a) && !isNan(b)) { return select(infinity(), 0.0, b > 0.0); }
  return exponential(b * logarithm(a));
}`,
  wave: `
fn wave(x: f32, quarter: u32) -> f32 {
  if (!isFinite(x)) { return notANumber(); }
  let k = floor(fma(x, 0.63661977, 0.5));
  // Half of pi in three parts, of which the first two times k are exact.
  let r = fma(k, -7.54978998e-8, fma(k, -4.83751297e-4, fma(k, -1.5703125, x)));
  let q = (u32(i32(k)) + quarter) & 3u;
  let z = r * r;
  var s = fma(-1.9515295891e-4, z, 8.3321608736e-3);
  s = fma(s, z, -1.6666654611e-1);
  s = fma(s * z, r, r);
  var c = fma(2.443315711809948e-5, z, -1.388731625493765e-3);
  c = fma(c, z, 4.166664568298827e-2);
  c = fma(c * z, z, fma(z, -0.5, 1.0));
  let y = select(s, c, (q & 1u) == 1u);
  return select(y, -y, (q & 2u) == 2u);
}`,
  hyperbolicTangent: `
fn hyperbolicTangent(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let size = abs(x);
  if (size < 0.625) {
    let s = x * x;
    var p = fma(-5.70498872745e-3, s, 2.06390887954e-2);
    p = fma(p, s, -5.37397155531e-2);
    p = fma(p, s, 1.33314422036e-1);
    p = fma(p, s, -3.33332819422e-1);
    return fma(p * s, x, x);
  }
  let y = 1.0 - 2.0 / (exponential(2.0 * min(size, 10.0)) + 1.0);
  return select(y, -y, x < 0.0);
}`,
  logistic: `
fn logistic(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let e = exponential(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}`,
  errorFunction: `
fn errorFunction(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let size = abs(x);
  if (size < 1.0) {
    let z = x * x;
    var p = fma(7.853861353153693e-5, z, -8.010193625184903e-4);
    p = fma(p, z, 5.188327685732524e-3);
    p = fma(p, z, -2.685381193529856e-2);
    p = fma(p, z, 1.128358514861418e-1);
    p = fma(p, z, -3.761262582423300e-1);
    p = fma(p, z, 1.128379165726710);
    return x * p;
  }
  if (size > 6.0) { return select(1.0, -1.0, x < 0.0); }
  let q = 1.0 / size;
  let y = q * q;
  var p = 0.0;
  if (size < 2.0) {
    p = fma(2.326819970068386e-2, y, -1.387039388740657e-1);
    p = fma(p, y, 3.687424674597105e-1);
    p = fma(p, y, -5.824733027278666e-1);
    p = fma(p, y, 6.210004621745983e-1);
    p = fma(p, y, -4.944515323274145e-1);
    p = fma(p, y, 3.404879937665872e-1);
    p = fma(p, y, -2.741127028184656e-1);
    p = fma(p, y, 5.638259427386472e-1);
  } else {
    p = fma(-1.047766399936249e+1, y, 1.297719955372516e+1);
    p = fma(p, y, -7.495518717768503);
    p = fma(p, y, 2.921019019210786);
    p = fma(p, y, -1.015265279202700);
    p = fma(p, y, 4.218463358204948e-1);
    p = fma(p, y, -2.820767439740514e-1);
    p = fma(p, y, 5.641895067754075e-1);
  }
  let far = 1.0 - exponential(-size * size) * q * p;
  return select(far, -far, x < 0.0);
}`,
  randomWord: `
fn randomWord(key: vec2u, stream: u32, i: u32, second: bool) -> u32 {
  let keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ ${THREEFRY_PARITY}u);
  const rotations = array<u32, 8>(${THREEFRY_ROTATIONS.map((each) => `${each}u`).join(', ')});
  var a = stream + key.x;
  var b = i + key.y;
  for (var round = 0u; round < 20u; round++) {
    let rotation = rotations[round & 7u];
    a += b;
    b = ((b << rotation) | (b >> (32u - rotation))) ^ a;
    if ((round & 3u) == 3u) {
      let turn = (round + 1u) >> 2u;
      a += keys[turn % 3u];
      b += keys[(turn + 1u) % 3u] + turn;
    }
  }
  return select(a, b, second);
}`,
  toInt: `
fn toInt(x: f32) -> i32 { return select(i32(x), 0i, isNan(x)); }`,
  toWord: `
fn toWord(x: f32) -> u32 { return select(u32(x), 0u, isNan(x)); }`,
};

/** Variables that {@link literal} reads: bits that the compiler may not look through. */
const BITS = `var<private> nanBits: u32 = 0x7fc00000u;
var<private> infinityBits: u32 = 0x7f800000u;`;

/** The declarations of all functions that a text calls, and of those that they call. */
export function declareFunctions(text: string): string {
  const found = new Set<string>();
  const visit = (code: string): void => {
    for (const [, name = ''] of code.matchAll(/\b([a-zA-Z]+)\(/g)) {
      const own = Object.hasOwn(functions, name) ? functions[name] : undefined;
      if (own === undefined || found.has(name)) continue;
      found.add(name);
      visit(own);
    }
  };
  visit(text);
  return [BITS, ...[...found].map((name) => functions[name]?.trim() ?? '')].join('\n');
}
