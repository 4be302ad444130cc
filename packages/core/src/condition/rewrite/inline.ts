import { QueryError } from '../../errors.js'
import { entryOf } from '../../values/entryOf.js'
import type { Condition, Definition } from '../condition.js'
import { sizeOf } from '../cost.js'
import { substitute } from '../substitute.js'
import { mapParts, partsIn } from '../visit.js'

/** Definitions up to this size are inlined at each reference. */
const inlineSize = 64
/**
 * Definitions are inlined at their only reference until a condition has this size. Without a limit, the condition of the last
 * of many blocks that inherit from each other would contain all of them, with paths through all their relations.
 */
const inlineSizeOnce = 96

/** The bodies of definitions that are inlined at each reference; null for larger ones. */
const small = new WeakMap<Definition, Condition | null>()

/** Returns a condition with the bodies of definitions in place of references, if they are small and not recursive. */
export function inline(condition: Condition): Condition {
  return withBodies(condition, smallBody)
}

/** As `inline`, and with the bodies of definitions that have a single reference, whatever their size. */
export function inlineOnce(condition: Condition): Condition {
  const inlined = inline(condition)
  const size = sizeOf(inlined)
  if (size > inlineSizeOnce) return inlined
  const references = referencesIn(inlined)
  const whole = withBodies(inlined, (one) => (!isKept(one) && references.get(one) === 1 ? inline(one.condition) : null))
  // References that could not be replaced stay.
  return sizeOf(whole) === size ? whole : inlineOnce(whole)
}

function isKept({ recursive, apart = false }: Definition): boolean {
  return recursive || apart
}

function smallBody(definition: Definition): Condition | null {
  if (isKept(definition)) return null
  return entryOf(small, definition, () => {
    const body = inline(definition.condition)
    return sizeOf(body) > inlineSize ? null : body
  })
}

/** @param bodyOf - Returns what replaces a reference, with parameters; null to keep it. */
function withBodies(condition: Condition, bodyOf: (definition: Definition) => Condition | null): Condition {
  if (condition.kind !== 'ref') return mapParts(condition, (one) => withBodies(one, bodyOf))
  const { definition, args } = condition
  const body = bodyOf(definition)
  if (!body) return condition
  const values = new Map(definition.parameters.map((parameter, index) => [parameter, args[index]!]))
  try {
    return substitute(body, (root) => (root.kind === 'parameter' ? values.get(root) : undefined))
  } catch (error) {
    if (error instanceof QueryError && error.code === 'filter-too-large') return condition
    throw error
  }
}

/** Returns the number of references in a condition, by their definitions. */
function referencesIn(condition: Condition, found: Map<Definition, number> = new Map()): Map<Definition, number> {
  if (condition.kind === 'ref') found.set(condition.definition, (found.get(condition.definition) ?? 0) + 1)
  for (const part of partsIn(condition)) referencesIn(part, found)
  return found
}
