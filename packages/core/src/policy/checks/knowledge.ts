import type { Dot, Expression, Pattern } from '../../language/ast.js'
import type { Field } from '../../schema/model.js'
import type { Schema } from '../../schema/schema.js'

/** The facts about a value in a rule. */
export interface Known {
  /**
   * The value as a path from a variable, such as `document.folder`; undefined for any other value.
   */
  readonly path: string | undefined
  /** Its class, if known. */
  readonly model: string | undefined
  /** The field that it was read from, and the field's model, if the schema has it. */
  readonly from: { readonly model: string; readonly field: Field } | undefined
}

const nothing: Known = { path: undefined, model: undefined, from: undefined }

/**
 * The maximum number of aliases and the maximum length of a path; written rules have fewer. Longer
 * paths are not followed.
 */
const ALIASES = 100
const PATH_LENGTH = 300

/**
 * The facts about a rule's variables at one place of its body: their classes, and the paths that
 * are certainly not nil.
 * Goals are tried in order, so a goal that succeeded before a place holds there.
 */
export class Knowledge {
  readonly #schema: Schema
  /** Paths whose class is known from another source than the schema's fields. */
  readonly #models = new Map<string, string>()
  readonly #present = new Set<string>()
  /** Variables that equal a path. */
  readonly #aliases = new Map<string, string>()
  /** Functions that undo each fact of the open branches, the latest last. */
  readonly #trail: (() => void)[] = []
  #branches = 0

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** Runs a function, then removes the facts that it added. */
  branch(run: () => void): void {
    const before = this.#trail.length
    this.#branches++
    run()
    this.#branches--
    while (this.#trail.length > before) this.#trail.pop()?.()
  }

  #onUndo(undo: () => void): void {
    if (this.#branches > 0) this.#trail.push(undo)
  }

  /** Returns the facts about a variable. */
  variable(name: string): Known {
    const path = this.#aliases.get(name)
    if (path === undefined) return { path: name, model: this.#models.get(name), from: undefined }
    const [root, ...fields] = path.split('.') as [string, ...string[]]
    return fields.reduce((known, field) => this.step(known, field), this.variable(root))
  }

  /** Returns the facts about a field, given those about its object. */
  step(object: Known, name: string): Known {
    if (object.path === undefined || name.includes('.')) return nothing
    const path = `${object.path}.${name}`
    if (path.length > PATH_LENGTH) return nothing
    const field = object.model === undefined ? undefined : this.#schema.field(object.model, name)
    const one = field?.kind === 'relation' && !field.many ? field.model : undefined
    const from = field && object.model !== undefined ? { model: object.model, field } : undefined
    return { path, model: this.#models.get(path) ?? one, from }
  }

  /**
   * Returns the facts about an expression: a variable, or fields that are read one from another.
   */
  of(expression: Expression): Known {
    const fields: string[] = []
    let at = expression
    for (; at.kind === 'dot'; at = (at as Dot).object) {
      if (at.member.kind !== 'string') return nothing
      fields.push(at.member.value)
    }
    if (at.kind !== 'variable') return nothing
    return fields.reduceRight((known, field) => this.step(known, field), this.variable(at.name))
  }

  /** Returns whether a value is certainly not nil. */
  isPresent({ path }: Known): boolean {
    return path !== undefined && this.#present.has(path)
  }

  /** Adds the fact that a value is not nil. */
  present({ path }: Known): void {
    if (path === undefined || this.#present.has(path)) return
    this.#present.add(path)
    this.#onUndo(() => this.#present.delete(path))
  }

  /** Adds the fact that a value is of a class. A known subclass takes precedence. */
  isA(known: Known, model: string): void {
    const { path } = known
    if (path === undefined || !this.#schema.models.has(model)) return
    this.present(known)
    if (known.model !== undefined && this.#schema.isSubclass(known.model, model)) return
    const before = this.#models.get(path)
    this.#models.set(path, model)
    this.#onUndo(() => {
      if (before === undefined) this.#models.delete(path)
      else this.#models.set(path, before)
    })
  }

  /** Adds the fact that two expressions are equal. */
  equal(left: Expression, right: Expression): void {
    const [one, other] = [this.of(left), this.of(right)]
    if (this.isSomething(left, one)) this.present(other)
    if (this.isSomething(right, other)) this.present(one)
    // The facts are read again, since the first line can have changed them.
    if (left.kind === 'variable') this.#alias(left.name, this.of(right))
    if (right.kind === 'variable') this.#alias(right.name, this.of(left))
  }

  /** Adds the fact that a value matches a pattern, and that its fields match too. */
  matches(known: Known, pattern: Pattern): void {
    switch (pattern.kind) {
      case 'class pattern':
      case 'dictionary pattern': {
        if (pattern.kind === 'class pattern') this.isA(known, pattern.tag)
        const object = pattern.kind === 'class pattern' ? { ...known, model: pattern.tag } : known
        for (const { key, value } of pattern.fields ?? []) this.matches(this.step(object, key), value)
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
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'list':
      case 'dictionary':
      case 'new':
      case 'arithmetic':
        return true
      default:
        return this.isPresent(known)
    }
  }

  /** Makes a variable without known facts an alias of the path that it equals. */
  #alias(name: string, other: Known): void {
    if (other.path === undefined || name === '_' || this.#schema.isName(name)) return
    const own = this.variable(name)
    const root = other.path.split('.', 1)[0]
    if (own.path !== name || own.model !== undefined || this.isPresent(own) || root === name) return
    if (this.#aliases.size === ALIASES) return
    this.#aliases.set(name, other.path)
    this.#onUndo(() => this.#aliases.delete(name))
  }
}
