import type { Expression, Rule } from '../../language/ast.js'
import { type Span, spanText } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { isNil, type PathCheck } from './followPaths.js'
import type { Knowledge, Known } from './knowledge.js'

/** These operators fail for nil, without an error. */
const textOperators: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'includes'])

/** A field that can be nil must be checked before its own fields are read. */
export const nilStep: PathCheck = (context) => {
  const { schema } = context
  if (!declaresNil(schema)) return undefined
  return {
    step: (node, knowledge) => {
      const { member, span } = node
      const object = knowledge.of(node.object)
      const { from } = object
      if (!from || !canBeNil(from, schema) || knowledge.isPresent(object)) return
      if (from.field.kind === 'scalar' && member.kind === 'call' && textOperators.has(member.name)) return
      // Reported once: later uses of the same path are not mentioned again.
      knowledge.present(object)
      const read = member.kind === 'variable' ? 'a field' : `"${member.kind === 'call' ? member.name : member.value}"`
      const { path } = object
      const message = `${path} can be nil: reading ${read} of nil is an error.`
      context.warning('nil-step', message, span, { hint: `check it first: ${path} != nil and …`, data: { path } })
    },
  }
}

/** A comparison that holds for nil. */
interface NilComparison {
  readonly span: Span
  readonly texts: readonly string[]
  readonly values: readonly Known[]
}

/** The rules whose first argument is the actor. It can be nil where the head names no class. */
const ofActors: ReadonlySet<string> = new Set(['allow', 'allow_field', 'has_permission', 'has_role'])

/**
 * Nil equals nil, and differs from every text and number: a rule that compares what can be nil must say what nil means.
 * It does where it compares one of the values with nil.
 */
export const nilComparison: PathCheck = ({ schema, warning }) => {
  if (!declaresNil(schema)) return undefined
  const asked = new Set<Known>()
  let found: NilComparison[] = []
  let actor: Known | undefined
  return {
    rule: (rule, knowledge) => {
      asked.clear()
      found = []
      actor = bareActor(rule, knowledge)
    },
    goal: (goal, knowledge) => {
      if (goal.kind !== 'unify' && goal.kind !== 'compare') return
      const sides = [goal.left, goal.right].map((node) => ({ node, value: knowledge.of(node) }))
      if (sides.some(({ node }) => isNil(node))) for (const { value } of sides) asked.add(value)
      const operator = goal.kind === 'unify' ? '==' : goal.operator
      const { negated } = knowledge
      if ((operator !== '==' && operator !== '!=') || (negated && negated !== goal)) return
      const isEquality = (operator === '==') === (negated === undefined)
      const open = sides.filter(({ value }) => {
        const canBe = value === actor || (value.from !== undefined && canBeNil(value.from, schema))
        return canBe && !knowledge.isPresent(value)
      })
      if (isEquality ? open.length < 2 || open[0]!.value === open[1]!.value : !(open[0] && sides.some(isPlain))) return
      found.push({
        span: goal.span,
        texts: open.map(({ node }) => spanText(node.span)),
        values: open.map(({ value }) => value),
      })
    },
    end: (_, knowledge) => {
      for (const { span, texts, values } of found) {
        if (values.some((one) => asked.has(one) || knowledge.isPresent(one))) continue
        const [one, other] = texts
        const message = other
          ? `${one} and ${other} can both be nil, and are equal then.`
          : `${one} can be nil, for which this condition holds.`
        warning('nil-comparison', message, span, { hint: `say what nil means: ${one} != nil and …`, data: { texts } })
      }
    },
  }
}

/** Returns the actor of a rule whose head names no class for it. */
function bareActor({ name, parameters: [first] }: Rule, knowledge: Knowledge): Known | undefined {
  if (!ofActors.has(name) || first?.pattern || first?.term.kind !== 'variable') return undefined
  return knowledge.variable(first.term.name)
}

function isPlain({ node }: { readonly node: Expression }): boolean {
  return node.kind === 'string' || node.kind === 'number'
}

/** Whether the schema declares a field that can be nil: what none does needs no facts. */
function declaresNil(schema: Schema): boolean {
  return schema
    .types()
    .some(({ name, fields }) => [...fields.values()].some((field) => canBeNil({ model: name, field }, schema)))
}

/**
 * Whether the schema declares a field nullable. For attributes, that counts only if the schema knows
 * them all, as it does when it comes from a database.
 */
function canBeNil({ model, field }: NonNullable<Known['from']>, schema: Schema): boolean {
  return field.nullable && (field.kind === 'relation' || schema.typeNamed(model)?.closed === true)
}
