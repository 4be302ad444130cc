import { didYouMean } from '../../language/didYouMean.js'

/** The message and the hint for an action that nothing names. */
export interface ActionProblem {
  readonly message: string
  readonly hint: string
}

/**
 * Returns the message and the hint for an unknown action, given all known ones.
 * @param model - The model for which it is unknown. Default: it is unknown for all.
 */
export function unknownAction(action: string, known: readonly string[], model?: string): ActionProblem {
  const near = didYouMean(action, known)
  const declare = `declare an action that the policy does not name: new Authorizer({ actions: [${JSON.stringify(action)}] })`
  return {
    message:
      model === undefined
        ? `Unknown action "${action}": no rule or block names it.`
        : `Unknown action "${action}" for ${model}: only rules and blocks of other models name it.`,
    hint: near === undefined ? `write a rule for it, or ${declare}` : `did you mean "${near}"? Or ${declare}`,
  }
}
