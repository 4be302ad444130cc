import { type Condition, type Operand, operandsIn, type Schema } from '@arcturus/core/internal/explain'
import { named, type Scope } from './location.js'

/** Returns the operands of a leaf, and the list of a quantifier. None for calls, which have leaves of their own. */
export function operandsOf(condition: Condition): readonly Operand[] {
  return condition.kind === 'ref' || condition.kind === 'opaque' ? [] : operandsIn(condition)
}

/** Returns the names of the context that a leaf reads, each once. */
export function contextIn(condition: Condition, environment: Scope, { context }: Schema): readonly string[] {
  if (context.fields.size === 0) return []
  const namesIn = (of: Operand): readonly string[] => {
    const { operand } = named(of, environment)
    if (operand.kind !== 'constant') return operandsIn(operand).flatMap(namesIn)
    return context.fields.has(operand.name) ? [operand.name] : []
  }
  return [...new Set(operandsOf(condition).flatMap(namesIn))]
}
