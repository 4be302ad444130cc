import type { ComparisonOperator, Expression, Node, Pattern } from '../../language/ast.js'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { isUnion } from '../../schema/typeNames.js'
import { entryOf } from '../../values/entryOf.js'
import { mirrored } from '../../values/order.js'
import { haveCommonInstances } from './commonInstances.js'

/** The classes of blocks: `Actor` those with an `actor` block, `Resource` all. */
export type Union = 'Actor' | 'Resource'

/** A comparison with literals that holds: with one of them, or for `!=` with all. */
export interface Comparison {
  readonly operator: ComparisonOperator
  readonly literals: readonly Literal[]
}

/**
 * The maximum numbers of aliases, of steps of a path, and of comparisons of a value; written rules have fewer.
 * Longer paths are not followed.
 */
const ALIASES = 100
const STEPS = 50
const COMPARISONS = 20

/** What is known of a value at one place of a rule. */
interface Facts {
  /** The class, if it is known from another source than the schema's fields. */
  readonly own: string | undefined
  readonly isPresent: boolean
  /** What a variable equals. */
  readonly alias: Known | undefined
  /** The union that it is of, if its class is not known. */
  readonly union: Union | undefined
  readonly comparisons: readonly Comparison[]
}

const noFacts: Facts = { own: undefined, isPresent: false, alias: undefined, union: undefined, comparisons: [] }

/** A value in a rule: a variable, or a field that is read from another one. Its facts are those of the moment. */
export class Known {
  readonly root: Known
  readonly depth: number
  facts: Facts = noFacts
  #steps: Map<string, Known> | undefined
  /** The field that was read last, and the class that it was read from. */
  #from: { readonly model: string; readonly field: Field } | undefined
  #fromModel: string | undefined

  constructor(
    private readonly schema: Schema,
    /** Undefined for any other value, of which nothing is known. */
    readonly name: string | undefined,
    /** The value that the field is read from; undefined for a variable. */
    readonly object?: Known | undefined,
  ) {
    this.root = object ? object.root : this
    this.depth = object ? object.depth + 1 : 0
  }

  /** The value as a path from a variable, such as `document.folder`. */
  get path(): string | undefined {
    // What is behind # tells the variables of a helper from those of its caller.
    const isName = !this.object || this.object.facts.own === this.schema.context.name
    return isName ? this.name?.replace(/#.*/, '') : `${this.object?.path}.${this.name}`
  }

  /** Its class, if known. */
  get model(): string | undefined {
    if (this.facts.own !== undefined) return this.facts.own
    const field = this.from?.field
    return field?.kind === 'relation' && !field.many ? field.model : undefined
  }

  /** The field that it was read from, and the field's model, if the schema has it. */
  get from(): { readonly model: string; readonly field: Field } | undefined {
    const model = this.object?.model
    if (model !== this.#fromModel) {
      this.#fromModel = model
      const field = model === undefined || this.name === undefined ? undefined : this.schema.field(model, this.name)
      this.#from = field && model !== undefined ? { model, field } : undefined
    }
    return this.#from
  }

  step(name: string): Known | undefined {
    let step = this.#steps?.get(name)
    if (!step && this.depth < STEPS && this.name !== undefined) {
      step = new Known(this.schema, name, this)
      this.#steps ??= new Map()
      this.#steps.set(name, step)
    }
    return step
  }
}

/** Returns whether a schema declares any field. Otherwise there are no facts about fields. */
export function declaresFields(schema: Schema): boolean {
  return schema.types().some(({ fields }) => fields.size > 0)
}

/** The value of a literal in a comparison. */
export type Literal = string | number | bigint | boolean

/** Returns the values of a literal or of a list of literals; undefined for any other expression. */
export function literalsOf(node: Expression): readonly Literal[] | undefined {
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'boolean':
      return [node.value]
    case 'list': {
      if (node.rest) return undefined
      const found = node.elements.flatMap((element) => (element.kind === 'list' ? [] : (literalsOf(element) ?? [])))
      return found.length === node.elements.length ? found : undefined
    }
    default:
      return undefined
  }
}

/** The expressions whose values are certainly not nil. */
const somethings: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  ...(['number', 'string', 'boolean', 'list', 'dictionary', 'new', 'arithmetic'] as const),
])

/**
 * The facts about a rule's variables at one place of its body: their classes, and the paths that
 * are certainly not nil.
 * Goals are tried in order, so a goal that succeeded before a place holds there. Each rule is a
 * branch, so that rules share the subjects of variables with the same names.
 */
export class Knowledge {
  readonly #variables = new Map<string, Known>()
  readonly #nothing: Known
  #aliases = 0
  #isDead = false
  /** The operand of the innermost `not` around the current goal. */
  negated: Expression | undefined = undefined
  /** The facts that the end of a branch restores, the latest last. */
  readonly #trail: (readonly [Known, Facts])[] = []
  /** What holds in the open branch, but has added no facts yet, in order. */
  #waiting: Node[] = []

  /** What the names of the context are read from. */
  readonly #context: Known

  /** @param learnFrom - Adds the facts that follow from a node that holds. */
  constructor(
    private readonly schema: Schema,
    private readonly learnFrom: (node: Node, knowledge: Knowledge) => void,
  ) {
    this.#nothing = new Known(schema, undefined)
    this.#context = new Known(schema, schema.context.name)
    this.#context.facts = { ...noFacts, own: schema.context.name }
  }

  /** Runs a function, then removes the facts that it added. */
  branch(run: () => void): void {
    this.#addWaiting()
    const before = this.#trail.length
    const wasDead = this.#isDead
    const aliases = this.#aliases
    run()
    this.#isDead = wasDead
    this.#aliases = aliases
    if (this.#waiting.length > 0) this.#waiting = []
    while (this.#trail.length > before) {
      const [known, facts] = this.#trail.pop()!
      known.facts = facts
    }
  }

  #add(known: Known, facts: Partial<Facts>): void {
    if (known === this.#nothing) return
    this.#trail.push([known, known.facts])
    known.facts = { ...known.facts, ...facts }
  }

  /** Adds the facts that follow from a node, once facts are read: many rules need none. */
  learn(node: Node): void {
    this.#waiting.push(node)
  }

  #addWaiting(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const node of waiting) this.learnFrom(node, this)
  }

  /** Whether the goals so far can't all hold, because a value would be of two classes. */
  get isDead(): boolean {
    this.#addWaiting()
    return this.#isDead
  }

  /** Returns the comparisons of a value with literals. */
  comparisons(known: Known): readonly Comparison[] {
    this.#addWaiting()
    return known.facts.comparisons
  }

  /** Adds the fact that a comparison of a value holds. */
  compared(known: Known, operator: ComparisonOperator, literals: readonly Literal[]): void {
    const { comparisons } = known.facts
    if (literals.length > 0 && comparisons.length < COMPARISONS)
      this.#add(known, { comparisons: [...comparisons, { operator, literals }] })
  }

  /** Adds the fact that a comparison of two expressions holds, if one of them is a literal. */
  compare(left: Expression, operator: ComparisonOperator, right: Expression): void {
    if (left.kind === 'list' || right.kind === 'list') return
    const [one, other] = [literalsOf(left), literalsOf(right)]
    if (other) this.compared(this.of(left), operator, other)
    if (one) this.compared(this.of(right), mirrored[operator], one)
  }

  /** Returns a variable, or what it equals. */
  variable(name: string): Known {
    this.#addWaiting()
    return this.#variable(name)
  }

  #variable(name: string): Known {
    const known = entryOf(
      this.#variables,
      name,
      () => new Known(this.schema, name, this.schema.context.fields.has(name) ? this.#context : undefined),
    )
    return known.facts.alias ? this.#resolve(known.facts.alias) : known
  }

  /** Follows the alias of a value's variable, which can be newer than the alias that led to the value. */
  #resolve(known: Known): Known {
    const { root, object, name } = known
    if (!root.facts.alias || name === undefined) return known
    return object ? this.step(this.#resolve(object), name) : this.#variable(name)
  }

  /** Returns a field of a value. */
  step(object: Known, name: string): Known {
    return object.step(name) ?? this.#nothing
  }

  /**
   * Returns the value of an expression: a variable, or fields that are read one from another.
   */
  of(expression: Expression, limit: number = STEPS): Known {
    if (expression.kind === 'variable') return this.variable(expression.name)
    if (expression.kind !== 'dot' || expression.member.kind !== 'string' || limit === 0) return this.#nothing
    return this.step(this.of(expression.object, limit - 1), expression.member.value)
  }

  /** Returns whether a value is certainly not nil. */
  isPresent(known: Known): boolean {
    this.#addWaiting()
    return known.facts.isPresent === true
  }

  /** Adds the fact that a value is not nil. */
  present(known: Known): void {
    if (!known.facts.isPresent) this.#add(known, { isPresent: true })
  }

  /** Adds the fact that a value is of a class or a union. A known subclass takes precedence. */
  isA(known: Known, model: string): void {
    if (isUnion(model)) this.#add(known, { union: model })
    if (!this.schema.models.has(model)) return
    this.present(known)
    if (known.model !== undefined && this.schema.isSubclass(known.model, model)) return
    if (known.model !== undefined && !haveCommonInstances(this.schema, known.model, model)) this.#isDead = true
    this.#add(known, { own: model })
  }

  /** Adds the fact that a value is not of a class: its union has fewer classes then. */
  isNotA(known: Known): void {
    this.#add(known, { union: undefined })
  }

  /** Adds the fact that two expressions are equal. */
  equal(left: Expression, right: Expression): void {
    const one = this.of(left)
    const other = this.of(right)
    this.compare(left, '==', right)
    if (this.isSomething(left, one)) this.present(other)
    if (this.isSomething(right, other)) this.present(one)
    if (left.kind === 'variable') this.#alias(left.name, other)
    // The left side can be an alias now.
    if (right.kind === 'variable') this.#alias(right.name, this.of(left))
  }

  /** Adds the fact that a value matches a pattern, and that its fields match too. */
  matches(known: Known, pattern: Pattern): void {
    switch (pattern.kind) {
      case 'class pattern':
      case 'dictionary pattern': {
        if (pattern.kind === 'class pattern') this.isA(known, pattern.tag)
        if (!pattern.fields) return
        for (const { key, value } of pattern.fields) this.matches(this.step(known, key), value)
        return
      }
      case 'variable':
        if (pattern.name === 'nil') return
        this.#alias(pattern.name, known)
        if (this.isPresent(this.variable(pattern.name))) this.present(known)
        return
      default:
        // A literal, or a list.
        this.present(known)
    }
  }

  /** Returns whether an expression's value is certainly not nil. */
  isSomething(expression: Expression, known: Known): boolean {
    return somethings.has(expression.kind) || this.isPresent(known)
  }

  /** Makes a variable without known facts an alias of the path that it equals. */
  #alias(name: string, other: Known): void {
    if (other === this.#nothing || name === '_' || other.root.name === name || this.schema.isName(name)) return
    this.variable(name)
    const variable = this.#variables.get(name)!
    const { alias, own, isPresent } = variable.facts
    if (alias || own !== undefined || isPresent || this.#aliases === ALIASES) return
    this.#add(variable, { alias: other })
    this.#aliases++
  }
}
