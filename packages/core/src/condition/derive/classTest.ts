import type { ClassPattern } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import { hasCustomInstanceCheck } from '../../schema/classes.js'
import type { Class } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { isUnion } from '../../schema/typeNames.js'
import { plainClasses } from '../../values/builtin.js'
import type { Condition, Operand, OperandType } from '../condition.js'
import { and, FALSE, not, or, TRUE } from '../construct.js'
import { family, operandType } from '../type.js'
import { BeyondConditions, type Symbolic } from './terms.js'

type Truth = typeof TRUE | typeof FALSE

const nil: Operand = { kind: 'value', value: null }

/**
 * Returns whether a term is an instance of a pattern's class, apart from the pattern's fields. The
 * result is true or false if the operand's class is known, otherwise a condition: a declared type is
 * tested, since a row in memory may hold something else. For a nullable path, `!= nil` remains.
 * @param isHead - Whether the pattern is that of a parameter, which a declared row is taken to match.
 * @throws BeyondConditions if the class is not registered, or if a class with its own instance
 *   check is matched with a list or dictionary.
 */
export function classTest(
  policy: Policy,
  schema: Schema,
  term: Exclude<Symbolic, { kind: 'unknown' }>,
  pattern: ClassPattern,
  isHead: boolean,
): Condition {
  const { tag } = pattern
  if (isUnion(tag)) {
    return or(...[...policy.unions[tag]].map((member) => testOne(schema, term, member, pattern, isHead)))
  }
  return testOne(schema, term, tag, pattern, isHead)
}

/**
 * Returns whether an operand's value can have the fields that a pattern names. A text, a number or a boolean has none: there
 * a pattern with fields fails, as for nil, and is no error. A declared type decides nothing: its row may hold something else.
 */
export function holdsFields(schema: Schema, operand: Operand, span: Span): Condition {
  const type = operandType(schema, operand)
  if (type.list || type.model !== undefined) return TRUE
  return not(or(...plainClasses.map((model): Condition => ({ kind: 'isa', of: operand, model, exact: false, span }))))
}

function testOne(
  schema: Schema,
  term: Exclude<Symbolic, { kind: 'unknown' }>,
  tag: string,
  pattern: ClassPattern,
  isHead: boolean,
): Condition {
  const model = schema.models.get(tag)
  if (!model) throw new BeyondConditions('unknown-class', `the class ${tag} is not registered`, pattern)
  const isAsked = hasCustomInstanceCheck(model)
  if (term.kind !== 'operand') {
    if (isAsked) throw new BeyondConditions('class-check', `${tag} has an \`isaCheck\` function`, pattern)
    return term.kind === 'list' ? is(model.class, Array) : tag === 'Dictionary' ? TRUE : FALSE
  }
  const { operand } = term
  const type = operandType(schema, operand)
  const asked: Condition = { kind: 'isa', of: operand, model: tag, exact: false, span: pattern.span }
  if (isAsked && family(type) !== 'row') return asked
  if (operand.kind === 'value') return testValue(model.class, operand.value, asked)
  if (isDeclared(operand, type) && !(isHead && family(type) === 'row')) return asked
  const decided = decideByType(schema, type, tag, asked)
  if (!type.nullable || decided.kind === 'isa') return decided
  const compareNil = (operator: '=' | '!='): Condition => {
    return { kind: 'compare', operator, left: operand, right: nil, span: pattern.span }
  }
  const whenPresent = decided.kind === 'true' ? compareNil('!=') : FALSE
  return isAsked ? or(whenPresent, and(compareNil('='), { ...asked, of: nil })) : whenPresent
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

/** Returns whether only the schema says what an operand is. The scalar of an actor or a resource is known, in calls too. */
function isDeclared(operand: Operand, { scalar, exact }: OperandType): boolean {
  if (operand.kind === 'path') {
    const { kind } = operand.root
    const isSubject = kind === 'actor' || kind === 'resource' || (scalar !== undefined && exact)
    return !Object.hasOwn(operand, 'as') && (operand.steps.length > 0 || !isSubject)
  }
  return operand.kind === 'field' || operand.kind === 'constant'
}

/**
 * Returns whether values of a type are instances of a class.
 * @param asked - The condition if the type does not decide.
 */
export function decideByType<Asked>(schema: Schema, type: OperandType, tag: string, asked: Asked): Asked | Truth {
  const cls = schema.models.get(tag)?.class
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
    case 'number':
      return type.scalar === 'integer' || type.scalar === 'float' ? is(cls, Number) : asked
    case 'text':
      return type.scalar === 'string' ? is(cls, String) : asked
    default:
      return asked
  }
}

function is(cls: Class | undefined, expected: unknown): Truth {
  return cls === expected ? TRUE : FALSE
}
