import type { ClassPattern } from '../language/ast.js'
import type { Policy } from '../policy/policy.js'
import type { Class } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import type { Condition } from './condition.js'
import { and, FALSE, or, TRUE } from './construct.js'
import { BeyondConditions, type Term } from './terms.js'
import { family, type OperandType, operandType } from './type.js'

/**
 * Whether a term is an instance of a pattern's class, fields left aside: decided where the schema knows the operand's class,
 * else a condition. A path that can be nil leaves `!= nil`.
 */
export function classTest(
  policy: Policy,
  schema: Schema,
  term: Exclude<Term, { kind: 'unknown' }>,
  pattern: ClassPattern,
): Condition {
  const { tag } = pattern
  if (tag === 'Actor' || tag === 'Resource') {
    return or(...[...policy.unions[tag]].map((member) => testOne(schema, term, member, pattern)))
  }
  return testOne(schema, term, tag, pattern)
}

function testOne(
  schema: Schema,
  term: Exclude<Term, { kind: 'unknown' }>,
  tag: string,
  pattern: ClassPattern,
): Condition {
  const model = schema.models.get(tag)
  if (!model) throw new BeyondConditions('unknown-class', `no class is registered as ${tag}`, pattern)
  if (term.kind === 'list') return is(model.class, Array)
  if (term.kind === 'dictionary') return tag === 'Dictionary' ? TRUE : FALSE
  const { operand } = term
  const type = operandType(schema, operand)
  const asked: Condition = { kind: 'isa', of: operand, model: tag, exact: false, span: pattern.span }
  if (operand.kind === 'value') return testValue(model.class, operand.value, asked)
  const decided = decide(schema, type, tag, model.class, asked)
  if (decided.kind !== 'true' || !type.nullable) return decided
  return and({
    kind: 'compare',
    operator: '!=',
    left: operand,
    right: { kind: 'value', value: null },
    span: pattern.span,
  })
}

function testValue(cls: Class | undefined, value: unknown, asked: Condition): Condition {
  switch (typeof value) {
    case 'string':
      return is(cls, String)
    case 'number':
      return is(cls, Number)
    case 'boolean':
      return is(cls, Boolean)
    default:
      return value === null ? FALSE : asked
  }
}

function decide(schema: Schema, type: OperandType, tag: string, cls: Class | undefined, asked: Condition): Condition {
  switch (family(type)) {
    case 'list':
      return is(cls, Array)
    case 'boolean':
      return is(cls, Boolean)
    case 'row': {
      const known = type.model!
      if (schema.isSubclass(known, tag)) return TRUE
      if (type.exact || !schema.descendants(known).some((one) => schema.isSubclass(one, tag))) return FALSE
      return asked
    }
    case 'text':
      return type.scalar === 'string' ? is(cls, String) : asked
    default:
      return asked
  }
}

function is(cls: Class | undefined, expected: unknown): Condition {
  return cls === expected ? TRUE : FALSE
}
