/** ristretto255 of RFC 9496, as slow and as plain as can be: an attacker's, with nothing of the app in it. */
export type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]
const prime = 2n ** 255n - 19n
const mod = (a: bigint): bigint => ((a % prime) + prime) % prime
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b)
  return result
}
const edwardsD = mod(-121665n * power(121666n, prime - 2n))
const rootOfMinusOne = power(2n, (prime - 1n) / 4n)
const isNegative = (a: bigint): boolean => (mod(a) & 1n) === 1n
const absolute = (a: bigint): bigint => (isNegative(a) ? mod(-a) : mod(a))
/** SQRT_RATIO_M1 */
const rootOfRatio = (u: bigint, v: bigint): readonly [square: boolean, root: bigint] => {
  const r = mod(u * v ** 3n * power(u * v ** 7n, (prime - 5n) / 8n))
  const check = mod(v * r * r)
  const [flipped, flippedI] = [check === mod(-u), check === mod(-u * rootOfMinusOne)]
  return [check === mod(u) || flipped, absolute(flipped || flippedI ? r * rootOfMinusOne : r)]
}
const inverseRoot = (v: bigint): bigint => rootOfRatio(1n, v)[1]
const rootOfADMinusOne = 25063068953384623474111414158702152701244531502492656460079210482610430750235n
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
export const mapToPoint = (bytes: Buffer): Point => {
  const d = edwardsD
  const t0 = mod(numberOf(bytes) & (2n ** 255n - 1n))
  const r = mod(rootOfMinusOne * t0 * t0)
  const v = mod((-1n - r * d) * (r + d))
  const [square, root] = rootOfRatio(mod((r + 1n) * (1n - d * d)), v)
  const s = square ? root : mod(-absolute(root * t0))
  const n = mod((square ? -1n : r) * (r - 1n) * (d - 1n) ** 2n - v)
  const [w0, w1, w2, w3] = [mod(2n * s * v), mod(n * rootOfADMinusOne), mod(1n - s * s), mod(1n + s * s)]
  return [mod(w0 * w3), mod(w2 * w1), mod(w1 * w3), mod(w0 * w2)]
}
/** What is no encoding gives some point, which relates to nothing. */
export const decodePoint = (bytes: Buffer): Point => {
  const s = mod(numberOf(bytes))
  const [u1, u2] = [mod(1n - s * s), mod(1n + s * s)]
  const v = mod(-edwardsD * u1 * u1 - u2 * u2)
  const inverse = inverseRoot(mod(v * u2 * u2))
  const x = absolute(2n * s * inverse * u2)
  const y = mod(u1 * inverse * inverse * u2 * v)
  return [x, y, 1n, mod(x * y)]
}
export const encodePoint = ([x0, y0, z, t]: Point): Buffer => {
  const [u1, u2] = [mod((z + y0) * (z - y0)), mod(x0 * y0)]
  const inverse = inverseRoot(mod(u1 * u2 * u2))
  const [den1, den2] = [mod(inverse * u1), mod(inverse * u2)]
  const zInverse = mod(den1 * den2 * t)
  const rotate = isNegative(t * zInverse)
  const [x, y] = rotate ? [mod(y0 * rootOfMinusOne), mod(x0 * rootOfMinusOne)] : [x0, y0]
  const den = rotate ? mod(den1 * inverseRoot(mod(-1n - edwardsD))) : den2
  const s = absolute(den * (z - (isNegative(x * zInverse) ? -y : y)))
  return Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()
}
export const negatePoint = ([x, y, z, t]: Point): Point => [mod(-x), y, z, mod(-t)]
export const addPoints = ([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point => {
  const [a, b] = [mod((y1 - x1) * (y2 - x2)), mod((y1 + x1) * (y2 + x2))]
  const [c, d] = [mod(2n * edwardsD * t1 * t2), mod(2n * z1 * z2)]
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}
