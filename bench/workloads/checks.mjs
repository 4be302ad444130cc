import { sample } from './random.mjs'

/** How many checks a workload has. A power of two, so that a timed loop can go round with a mask. */
const checkCount = 1024

/** One class for all: an object spread would give every check a hidden class of its own, and time that. */
class Check {
  constructor(user, action, resource, expected) {
    this.user = user
    this.action = action
    this.resource = resource
    this.expected = expected
  }
}

/**
 * Draws checks until half of them are allowed and half are denied.
 * @param {() => number} random
 * @param {() => { user: object, action: string, resource: object }} draw
 * @param {(user: object, action: string, resource: object) => boolean} truth the answer, worked out by brute force
 */
export function balancedChecks(random, draw, truth) {
  const half = checkCount / 2
  const allowed = []
  const denied = []
  for (let tries = 0; allowed.length < half || denied.length < half; tries++) {
    if (tries === 2_000_000)
      throw new Error(`Only ${allowed.length} allowed and ${denied.length} denied checks were found.`)
    const { user, action, resource } = draw()
    const expected = truth(user, action, resource)
    const into = expected ? allowed : denied
    if (into.length < half) into.push(new Check(user, action, resource, expected))
  }
  return sample(random, [...allowed, ...denied], checkCount)
}
