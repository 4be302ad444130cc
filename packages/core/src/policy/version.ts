import { entryOf } from '../values/entryOf.js'
import type { Policy } from './policy.js'

const versions = new WeakMap<object, string>()

/**
 * Returns the version of a policy: the first 32 digits of the SHA-256 of its texts, one after the other. It is computed
 * when it is first needed.
 */
export function versionOf(policy: Pick<Policy, 'sources'>): string {
  return entryOf(versions, policy, () => sha256(policy.sources.map(({ text }) => text).join('')).slice(0, 32))
}

/** Returns the first `count` primes. */
function primes(count: number): number[] {
  const found: number[] = []
  for (let one = 2; found.length < count; one++) if (found.every((prime) => one % prime !== 0)) found.push(one)
  return found
}

/** Returns 32 bits of the fraction of a number. */
const fraction = (of: number): number => ((of % 1) * 2 ** 32) | 0

/** The constants of FIPS 180-4: fractions of the square roots and of the cube roots of primes. */
const seed = /* @__PURE__ */ primes(8).map((prime) => fraction(Math.sqrt(prime)))
const rounds = /* @__PURE__ */ primes(64).map((prime) => fraction(Math.cbrt(prime)))

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/**
 * Returns the SHA-256 of a text in UTF-8, in hexadecimal digits. The one of the platform is asynchronous, and exists
 * only in secure contexts.
 */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const padded = new DataView(new ArrayBuffer(((bytes.length + 8) >> 6) * 64 + 64))
  new Uint8Array(padded.buffer).set(bytes)
  padded.setUint8(bytes.length, 0x80)
  padded.setBigUint64(padded.byteLength - 8, BigInt(bytes.length) * 8n)
  const state = [...seed]
  for (let at = 0; at < padded.byteLength; at += 64) mix(state, padded, at)
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Mixes a block of 64 bytes into the state. */
function mix(state: number[], bytes: DataView, from: number): void {
  const words = new Int32Array(64)
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number]
  for (let at = 0; at < 64; at++) {
    const [early, late] = [words[at - 15] ?? 0, words[at - 2] ?? 0]
    const low = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const high = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[at] = at < 16 ? bytes.getInt32(from + at * 4) : words[at - 16]! + low + words[at - 7]! + high
    const choice = (e & f) ^ (~e & g)
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + rounds[at]! + words[at]!) | 0
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at]! + word) | 0
}
