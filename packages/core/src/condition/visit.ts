import type { Span } from '../language/source.js'
import { own } from '../own.js'
import type { Condition, Definite, DefiniteReach, Definition, Formula, Operand, Path, Variable } from './condition.js'
import { conjunction, disjunction, marked, not, originOf } from './construct.js'

type Node = Condition | DefiniteReach | Operand

/** How the parts of a condition decide it, whatever its outcome: together, each alone, or by the opposite. */
type Form = 'all' | 'any' | 'not'

/** The children of a kind of node. A kind without children has none of these functions. */
interface Shape<Of extends Node> {
  readonly form?: Form
  /** Returns a text that differs for nodes of the kind that differ in more than children. Default: the kind. */
  readonly label?: (node: Of) => string
  /** Returns the direct operands. */
  readonly operands?: (node: Of) => readonly Operand[]
  /** Returns the direct subconditions. */
  readonly parts?: (node: Of) => readonly Condition[]
  /** Returns the variables that it declares for its subconditions. */
  readonly variables?: (node: Of) => readonly Variable[]
  /** Returns a copy with other children, which come in the same order. */
  readonly rebuild?: (node: Of, operands: readonly Operand[], parts: readonly Condition[]) => Node
}
type Shapes = { readonly [Kind in Node['kind']]: Shape<Extract<Node, { readonly kind: Kind }>> }

const ofOne = {
  operands: ({ of }: { readonly of: Operand }) => [of],
  rebuild: <Of extends Node>(node: Of, [of]: readonly Operand[]) => ({ ...node, of: of! }),
}
const ofTwo = {
  operands: ({ left, right }: { readonly left: Operand; readonly right: Operand }) => [left, right],
  rebuild: <Of extends Node>(node: Of, [left, right]: readonly Operand[]) => ({ ...node, left: left!, right: right! }),
}

/**
 * The children of each kind of condition and operand. Traversals read this table, unless each kind means
 * something else to them: printers, binding, definite conditions and explanations.
 */
const shapes: Shapes = {
  true: {},
  false: {},
  failure: {},
  and: {
    form: 'all',
    parts: ({ of }) => of,
    rebuild: (node, _operands, of) => {
      const origin = originOf(node)
      return origin ? marked(conjunction(of), origin) : conjunction(of)
    },
  },
  or: { form: 'any', parts: ({ of }) => of, rebuild: (_node, _operands, of) => disjunction(of) },
  not: { form: 'not', parts: ({ of }) => [of], rebuild: (_node, _operands, [of]) => not(of!) },
  test: ofOne,
  reads: ofOne,
  isa: { ...ofOne, label: ({ exact, model }) => `${exact ? 'is exactly' : 'is'} ${model}` },
  compare: { ...ofTwo, label: ({ operator }) => operator },
  in: {
    operands: ({ item, list }) => [item, list],
    rebuild: (node, [item, list]) => ({ ...node, item: item!, list: list! }),
  },
  text: {
    label: ({ operator }) => operator,
    operands: ({ of, part }) => [of, part],
    rebuild: (node, [of, part]) => ({ ...node, of: of!, part: part! }),
  },
  some: {
    form: 'any',
    operands: ({ from }) => [from],
    parts: ({ where }) => [where],
    variables: ({ each }) => [each],
    rebuild: (node, [from], [where]) => ({ ...node, from: from!, where: where! }),
  },
  reach: {
    operands: ({ start }) => [start],
    // Sound: parts are typed as conditions here, and callers get back the type that they pass.
    parts: ({ where, steps }) => [where, ...steps.map((step) => step.where)] as readonly Condition[],
    variables: ({ each, steps }) => [
      each,
      ...steps.flatMap(({ through, next }) => [...through.map((hop) => hop.each), next]),
    ],
    rebuild: (node, [start], [where, ...ofSteps]) => ({
      ...node,
      start: start as Path,
      where: where as Definite,
      steps: node.steps.map((step, index) => ({ ...step, where: ofSteps[index] as Definite })),
    }),
  },
  ref: {
    label: ({ definition }) => `ref ${definition.name}`,
    operands: ({ args }) => args,
    rebuild: (node, args) => ({ ...node, args }),
  },
  opaque: {
    operands: ({ goal }) => goal.bindings.map(({ operand }) => operand),
    rebuild: (node, operands) => {
      const bindings = node.goal.bindings.map(({ name }, index) => ({ name, operand: operands[index]! }))
      return { ...node, goal: { expression: node.goal.expression, bindings } }
    },
  },
  value: {},
  constant: {},
  path: {},
  // Sound: the replacement of a root that holds rows holds rows, too.
  count: { operands: ({ of }) => [of], rebuild: (node, [of]) => ({ ...node, of: of as Path }) },
  field: ofOne,
  list: { operands: ({ elements }) => elements, rebuild: (_, elements) => ({ kind: 'list', elements }) },
  call: {
    operands: ({ of, args }) => [of, ...args],
    rebuild: (node, [of, ...args]) => ({ ...node, of: of!, args }),
  },
  arithmetic: ofTwo,
}

/** No code of others adds children to a kind of node. */
const ownShapes: ReadonlyMap<Node['kind'], Shape<never>> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(shapes).map(([kind, shape]) => [kind as Node['kind'], /* @__PURE__ */ own(shape)]),
)

function shapeOf<Of extends Node>({ kind }: Of): Shape<Of> {
  // Sound: each kind has the shape of its nodes.
  return ownShapes.get(kind) as Shape<Node> as Shape<Of>
}
const none: readonly never[] = []

/**
 * Returns the direct subconditions of a condition, without the bodies of definitions.
 * @param condition - A condition of any form.
 * @returns The parts of `and`, `or`, `not` and `some` in order; for a `reach`, its `where` and those
 * of its steps; otherwise none.
 * @example `a = 1 and not b` has the parts `a = 1` and `not b`.
 */
export function partsIn(condition: Condition): readonly Condition[]
export function partsIn(condition: Definite): readonly Definite[]
export function partsIn(condition: Formula): readonly Formula[]
export function partsIn(condition: Condition | Formula): readonly (Condition | Formula)[] {
  const node = condition as Condition
  return shapeOf(node).parts?.(node) ?? none
}

/**
 * Returns the direct operands of a condition or an operand.
 * @returns The operands in the order in which they are evaluated; none for a literal, a constant and
 * a path. Those of a `reach` are its start: its steps are read from its own rows.
 * @example `a.b + 1 = c` has the operands `a.b + 1` and `c`; `a.b + 1` has the operands `a.b` and `1`.
 */
export function operandsIn(node: Condition | Formula | Operand): readonly Operand[] {
  const of = node as Node
  return shapeOf(of).operands?.(of) ?? none
}

/**
 * Returns a copy of a condition or an operand with its direct operands replaced.
 * @returns The same kind with the same subconditions; the node itself if it has no operands.
 * @example `mapOperands(condition, (one) => (one.kind === 'constant' ? valueOf(one) : one))`
 */
export function mapOperands<Of extends Condition | Formula | Operand>(
  node: Of,
  replace: (operand: Operand) => Operand,
): Of {
  // Sound: a node without subconditions to replace keeps its kind.
  const of = node as Node
  const { operands, parts, rebuild } = shapeOf(of)
  return operands && rebuild ? (rebuild(of, operands(of).map(replace), parts?.(of) ?? none) as Of) : node
}

/**
 * Returns a copy of a condition with its direct subconditions replaced. Conjunctions, disjunctions
 * and negations are simplified: `x and true` becomes `x`.
 * @returns The condition itself if it has no subconditions.
 * @example `const body = mapParts(condition, (one) => (one.kind === 'reads' ? TRUE : one))`
 */
export function mapParts(condition: Condition, replace: (part: Condition) => Condition): Condition
export function mapParts(condition: Formula, replace: (part: Formula) => Formula): Formula
export function mapParts<Of extends Condition | Formula>(condition: Of, replace: (part: Of) => Of): Of {
  // Sound: the replacement returns conditions of the form that it takes.
  const of = condition as Condition
  const { operands, parts, rebuild } = shapeOf(of)
  if (!parts || !rebuild) return condition
  const replaced = parts(of).map((one) => replace(one as Of)) as readonly Condition[]
  return rebuild(of, operands?.(of) ?? none, replaced) as Of
}

/**
 * Returns how the parts of a condition decide whether it has an outcome.
 * @param outcome - The outcome. Default true.
 * @returns `all`: it has the outcome if all parts have it; `any`: if one has it; `not`: if its part has the opposite.
 * Undefined for leaves and calls. A `some` has a part for each row, so that `all` of them have it where there is none.
 * @example `a and b` is true by `all` of its parts, and false by `any`.
 */
export function formOf(condition: Condition | Formula, outcome = true): Form | undefined {
  const { form } = shapeOf(condition as Condition)
  if (outcome || form === undefined || form === 'not') return form
  return form === 'all' ? 'any' : 'all'
}

/** Returns a text that is equal for conditions that differ only in their children, definitions and goals. */
export function labelOf(condition: Condition | Formula): string {
  const node = condition as Condition
  return shapeOf(node).label?.(node) ?? node.kind
}

/**
 * Returns the variables that a condition declares for its subconditions.
 * @returns The variable of a `some`; those of all steps of a `reach`; otherwise none.
 * @example `some r in u.roles where r.name = "a"` declares `r`.
 */
export function variablesIn(condition: Condition | Formula): readonly Variable[] {
  const node = condition as Condition
  return shapeOf(node).variables?.(node) ?? none
}

/** Returns the paths in an operand, in the order in which they are read. */
export function pathsIn(operand: Operand): readonly Path[] {
  return operand.kind === 'path' ? [operand] : operandsIn(operand).flatMap(pathsIn)
}

/** Returns the alternatives of a disjunction; any other condition is the only one. */
export function alternativesOf<Of extends Condition | Formula>(condition: Of): readonly Of[] {
  // Sound: the alternatives of a condition have its form.
  return condition.kind === 'or' ? (condition.of as readonly Of[]) : [condition]
}

/** Returns the goals of a conjunction; any other condition is the only one. */
export function goalsOf<Of extends Condition | Formula>(condition: Of): readonly Of[] {
  // Sound: the goals of a condition have its form.
  return condition.kind === 'and' ? (condition.of as readonly Of[]) : [condition]
}

/**
 * Yields a condition and everything in it, in order of evaluation. The body of a definition follows
 * its first reference.
 */
export function* conditionsIn(condition: Condition): Generator<Condition, void, undefined> {
  const seen = new Set<Definition>()
  const open = [condition]
  for (let one = open.pop(); one; one = open.pop()) {
    yield one
    for (const child of partsIn(one).toReversed()) open.push(child)
    if (one.kind !== 'ref' || seen.has(one.definition)) continue
    seen.add(one.definition)
    open.push(one.definition.condition)
  }
}

/** Returns the place in the policy where a condition begins; undefined if all of it is computed. */
export function spanOf(condition: Formula): Span | undefined {
  if ('span' in condition) return condition.span
  for (const part of partsIn(condition)) {
    const span = spanOf(part)
    if (span) return span
  }
  return undefined
}
