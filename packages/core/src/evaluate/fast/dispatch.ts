import type { Dispatcher, Predicate, PredicatesOfClasses } from '../../predicate/predicate.js'
import { isPolluted } from '../../values/pollution.js'

/** For more classes of resources, a table is faster. */
const comparedClasses = 16

/**
 * Returns a function that finds the predicate of a check and calls it, in fewer steps than through the table of plans.
 * @returns undefined if actors are of several classes, or resources of many.
 */
export function dispatchClosures(all: PredicatesOfClasses): Dispatcher | undefined {
  const actorClass = all[0]?.[0]
  if (all.length > comparedClasses || all.some(([actor]) => actor !== actorClass)) return undefined
  const classes = all.map(([, resource]) => resource)
  const ofClasses = all.map(([, , predicates]) => predicates.flat())
  const dispatch = (actor: unknown, action: unknown, resource: unknown): boolean | undefined => {
    if (typeof actor !== 'object' || actor === null || typeof resource !== 'object' || resource === null)
      return undefined
    if (isPolluted() || actor.constructor !== actorClass) return undefined
    const cls = resource.constructor
    let place = 0
    while (place < classes.length && classes[place] !== cls) place++
    const found = ofClasses[place]
    if (found === undefined) return undefined
    for (let at = 0; at < found.length; at += 2)
      // Sound: each action is followed by its predicate.
      if (found[at] === action) return (found[at + 1] as Predicate)(actor, action, resource)
    return undefined
  }
  return { dispatch, enter: undefined }
}
