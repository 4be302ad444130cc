// The policies of the random family by name: #17 is drawn, tracker and clinic were written by a person.
import { clinic } from './clinic.mjs'
import { drawSpecification } from './draw.mjs'
import { tracker } from './tracker.mjs'

const fixed = { tracker, clinic }
export const fixedPolicies = Object.keys(fixed)

/** Policies of one seed are never those of another. */
const policiesPerSeed = 100_000
const numberOf = (name, seed) => seed * policiesPerSeed + Number(name.slice(1))

/** @param {{ seed: number, schema: 'declared' | 'half' | 'bare', forLists?: boolean }} options */
export function specificationOf(name, { seed, ...options }) {
  return fixed[name]?.(options) ?? drawSpecification(numberOf(name, seed), options)
}
/** The seed of the rows and the questions. */
export const rowSeedOf = (name, seed) => (fixed[name] ? seed : numberOf(name, seed))
