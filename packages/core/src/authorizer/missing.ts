import type { Wanted } from '../condition/bind.js'
import type { Condition } from '../condition/condition.js'

/** What is not there yet on the actor's side is never taken for empty, not even where other arms of the policy go on. */
export function missingIn(condition: Condition): Error | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const one of condition.of) {
        const error = missingIn(one)
        if (error) return error
      }
      return undefined
    case 'not':
      return missingIn(condition.of)
    case 'some':
      return missingIn(condition.where)
    case 'failure':
      return condition.error.code === 'relation-not-loaded' || condition.error.code === 'async-value'
        ? condition.error
        : undefined
    default:
      return undefined
  }
}

/** What an object promises itself; a relation that nobody loads stays undefined, which is an error when the filter is bound. */
export function promised({ object, name }: Wanted): Promise<unknown> {
  return Promise.resolve((object as Readonly<Record<string, unknown>>)[name])
}
