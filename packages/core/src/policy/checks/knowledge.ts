import type { ComparisonOperator, Expression, Node, Pattern } from '../../language/ast.js'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'
import { isUnion } from '../../schema/typeNames.js'
import { entryOf } from '../../values/entryOf.js'
import { mirrored } from '../../values/order.js'
import { haveCommonInstances } from './commonInstances.js'

/** The facts about a value in a rule. */
export interface Known {
  /**
   * The value as a path from a variable, such as `document.folder`; undefined for any other value.
   */
  readonly path: string | undefined
  /** Its class, if known. */
  readonly model: string | undefined
  /** The union that it is of, if its class is not known. */
  readonly union: Union | undefined
  /** The field that it was read from, and the field's model, if the schema has it. */
  readonly from: { readonly model: string; readonly field: Field } | undefined
}

const nothing: Known = { path: undefined, model: undefined, union: undefined, from: undefined }

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

/** A variable, or a field that is read from another one. Its facts are those of the moment. */
class Subject implements Known {
  readonly root: Subject
  readonly depth: number
  /** The class, if it is known from another source than the schema's fields. */
  own: string | undefined = undefined
  isPresent = false
  /** The subject that a variable equals. */
  alias: Subject | undefined = undefined
  union: Union | undefined = undefined
  comparisons: readonly Comparison[] = []
  #steps: Map<string, Subject> | undefined
  /** The field that was read last, and the class that it was read from. */
  #from: Known['from']
  #fromModel: string | undefined

  constructor(
    private readonly schema: Schema,
    readonly name: string,
    /** The subject that the field is read from; undefined for a variable. */
    readonly object?: Subject,
  ) {
    this.root = object ? object.root : this
    this.depth = object ? object.depth + 1 : 0
  }

  get path(): string {
    // What is behind # tells the variables of a helper from those of its caller.
    const isName = !this.object || this.object.own === this.schema.context.name
    return isName ? this.name.replace(/#.*/, '') : `${this.object?.path}.${this.name}`
  }

  get model(): string | undefined {
    if (this.own !== undefined) return this.own
    const field = this.from?.field
    return field?.kind === 'relation' && !field.many ? field.model : undefined
  }

  get from(): Known['from'] {
    const model = this.object?.model
    if (model !== this.#fromModel) {
      this.#fromModel = model
      const field = model === undefined ? undefined : this.schema.field(model, this.name)
      this.#from = field && model !== undefined ? { model, field } : undefined
    }
    return this.#from
  }

  step(name: string): Subject | undefined {
    let subject = this.#steps?.get(name)
    if (!subject && this.depth < STEPS) {
      subject = new Subject(this.schema, name, this)
      this.#steps ??= new Map()
      this.#steps.set(name, subject)
    }
    return subject
  }
}

/** Returns whether a schema declares any field. Otherwise there are no facts about fields. */
export function declaresFields(schema: Schema): boolean {
  return schema.types().some(({ fields }) => fields.size > 0)
}

/** The facts about a subject, before another one was added. */
interface Before extends Pick<Subject, 'own' | 'isPresent' | 'alias' | 'union' | 'comparisons'> {
  readonly subject: Subject
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
  readonly #variables = new Map<string, Subject>()
  #aliases = 0
  #isDead = false
  /** The operand of the innermost `not` around the current goal. */
  negated: Expression | undefined = undefined
  /** The states that the end of a branch restores, the latest last. */
  readonly #trail: Before[] = []
  /** What holds in the open branch, but has added no facts yet, in order. */
  #waiting: Node[] = []

  /** What the names of the context are read from. */
  readonly #context: Subject

  /** @param learnFrom - Adds the facts that follow from a node that holds. */
  constructor(
    private readonly schema: Schema,
    private readonly learnFrom: (node: Node, knowledge: Knowledge) => void,
  ) {
    this.#context = new Subject(schema, schema.context.name)
    this.#context.own = schema.context.name
  }

  /** Runs a function, then removes the facts that it added. */
  branch(run: () => void): void {
    this.#addWaiting()
    const before = this.#trail.length
    const wasDead = this.#isDead
    run()
    this.#isDead = wasDead
    if (this.#waiting.length > 0) this.#waiting = []
    while (this.#trail.length > before) this.#restore(this.#trail.pop()!)
  }

  #restore({ subject, own, isPresent, alias, union, comparisons }: Before): void {
    if (subject.alias !== alias) this.#aliases--
    subject.union = union
    subject.comparisons = comparisons
    subject.own = own
    subject.isPresent = isPresent
    subject.alias = alias
  }

  /** Remembers a state that will change. */
  #remember(subject: Subject): void {
    const { own, isPresent, alias, union, comparisons } = subject
    this.#trail.push({ subject, own, isPresent, alias, union, comparisons })
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
    return known instanceof Subject ? known.comparisons : []
  }

  /** Adds the fact that a comparison of a value holds. */
  compared(known: Known, operator: ComparisonOperator, literals: readonly Literal[]): void {
    if (literals.length === 0 || !(known instanceof Subject) || known.comparisons.length === COMPARISONS) return
    this.#remember(known)
    known.comparisons = [...known.comparisons, { operator, literals }]
  }

  /** Adds the fact that a comparison of two expressions holds, if one of them is a literal. */
  compare(left: Expression, operator: ComparisonOperator, right: Expression): void {
    if (left.kind === 'list' || right.kind === 'list') return
    const [one, other] = [literalsOf(left), literalsOf(right)]
    if (other) this.compared(this.of(left), operator, other)
    if (one) this.compared(this.of(right), mirrored[operator], one)
  }

  /** Returns the facts about a variable. */
  variable(name: string): Known {
    this.#addWaiting()
    return this.#subjectOf(name) ?? nothing
  }

  /** Returns the subject that a variable is, or the one that it equals. */
  #subjectOf(name: string): Subject | undefined {
    const subject = entryOf(
      this.#variables,
      name,
      () => new Subject(this.schema, name, this.schema.context.fields.has(name) ? this.#context : undefined),
    )
    return subject.alias ? this.#resolve(subject.alias) : subject
  }

  /** Follows the alias of a subject's variable, which can be newer than the alias that led to the subject. */
  #resolve(subject: Subject): Subject | undefined {
    if (!subject.root.alias) return subject
    return subject.object ? this.#resolve(subject.object)?.step(subject.name) : this.#subjectOf(subject.name)
  }

  /** Returns the facts about a field, given those about its object. */
  step(object: Known, name: string): Known {
    return (object instanceof Subject ? object.step(name) : undefined) ?? nothing
  }

  /**
   * Returns the facts about an expression: a variable, or fields that are read one from another.
   */
  of(expression: Expression, limit: number = STEPS): Known {
    if (expression.kind === 'variable') return this.variable(expression.name)
    if (expression.kind !== 'dot' || expression.member.kind !== 'string' || limit === 0) return nothing
    return this.step(this.of(expression.object, limit - 1), expression.member.value)
  }

  /** Returns whether a value is certainly not nil. */
  isPresent(known: Known): boolean {
    this.#addWaiting()
    return known instanceof Subject && known.isPresent
  }

  /** Adds the fact that a value is not nil. */
  present(known: Known): void {
    if (!(known instanceof Subject) || known.isPresent) return
    this.#remember(known)
    known.isPresent = true
  }

  /** Adds the fact that a value is of a class or a union. A known subclass takes precedence. */
  isA(known: Known, model: string): void {
    if (!(known instanceof Subject)) return
    if (isUnion(model)) this.#isOf(known, model)
    if (!this.schema.models.has(model)) return
    this.present(known)
    if (known.model !== undefined && this.schema.isSubclass(known.model, model)) return
    if (known.model !== undefined && !haveCommonInstances(this.schema, known.model, model)) this.#isDead = true
    this.#remember(known)
    known.own = model
  }

  /** Adds the fact that a value is not of a class: its union has fewer classes then. */
  isNotA(known: Known): void {
    if (known instanceof Subject) this.#isOf(known, undefined)
  }

  #isOf(subject: Subject, union: Union | undefined): void {
    this.#remember(subject)
    subject.union = union
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
    if (!(other instanceof Subject) || name === '_' || other.root.name === name || this.schema.isName(name)) return
    this.variable(name)
    const own = this.#variables.get(name)!
    if (own.alias || own.own !== undefined || own.isPresent || this.#aliases === ALIASES) return
    this.#remember(own)
    own.alias = other
    this.#aliases++
  }
}
