import type { OnceUsedCheck } from './onceUsed.js'

/** A variable that stands only once in a rule means nothing, or is misspelt; unless its name starts with `_`. */
export const singletonVariable: OnceUsedCheck = (use, context) => {
  if (use.kind !== 'variable') return
  context.error('singleton-variable', `The variable ${use.name} stands only once in this rule.`, use.span, {
    hint: `is it misspelt? one that does not matter is called _${use.name} or _`,
    data: { name: use.name },
  })
}
