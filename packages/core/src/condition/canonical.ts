import { ownOf } from '../own.js'
import type { Policy } from '../policy/policy.js'
import { reachableText } from '../policy/reachableText.js'
import { hasCustomInstanceCheck } from '../schema/classes.js'
import type { Schema } from '../schema/schema.js'
import { builtinClasses } from '../values/builtin.js'
import type { Condition, Definition, Operand, ParameterRoot, Subject, Variable } from './condition.js'
import { canFail, Fallible } from './fallible.js'
import { canEqual } from './type.js'

/** The maximum length of a canonical text, in characters. */
const longest = 400_000

/**
 * Returns a text that is equal for two conditions only if they have the same result for every row:
 * the same answer or an error. Names of variables, the places of rules, and the order of parts that
 * can't fail do not matter; `x and not x` is false, and so is `x = y` for rows of unrelated models.
 * A goal that only the machine can evaluate is written with every rule that it can call.
 *
 * @param policy - The policy of the condition: the machine evaluates some goals by its rules.
 * @param noRows - The roots that are no rows, such as a string or a class. By default none.
 * @returns Undefined if the text would be too long.
 *
 * @example The texts of `a.b = c.d or e` and `e or c.d = a.b` are equal if none of the parts can fail.
 */
export function canonicalText(
  policy: Pick<Policy, 'rules' | 'unions'>,
  schema: Schema,
  condition: Condition,
  noRows: readonly Subject['kind'][] = [],
): string | undefined {
  const writer = new Writer(policy, schema, noRows)
  const text = writer.condition(condition)
  return writer.isTooLong ? undefined : text
}

class Writer {
  readonly #fallible = new Fallible()
  /** The names of variables by their depth, and of parameters in the definition that is written. */
  readonly #names = new Map<Variable | ParameterRoot, string>()
  /** The recursive definitions that are being written, the outermost first. */
  readonly #open: Definition[] = []
  #depth = 0
  #length = 0

  constructor(
    private readonly policy: Pick<Policy, 'rules' | 'unions'>,
    private readonly schema: Schema,
    private readonly noRows: readonly Subject['kind'][],
  ) {}

  get isTooLong(): boolean {
    return this.#length > longest
  }

  condition(condition: Condition): string {
    if (this.isTooLong) return ''
    const text = this.#written(condition)
    this.#length += text.length
    return text
  }

  #written(condition: Condition): string {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition.kind
      case 'and':
      case 'or':
        return this.#connected(condition)
      case 'not':
        return negated(this.condition(condition.of))
      case 'test':
      case 'reads':
        return `${condition.kind}(${this.#operand(condition.of)})`
      case 'compare': {
        const { operator, left, right } = condition
        const sides = [this.#operand(left), this.#operand(right)]
        const isSymmetric = operator === '=' || operator === '==' || operator === '!='
        if (isSymmetric && !this.#canFail(condition)) {
          // Values of types that no value shares, such as rows of two models.
          if (!canEqual(this.schema, left, right)) return String(operator === '!=')
          sides.sort()
        }
        return `${operator}(${sides.join(',')})`
      }
      case 'in':
        return `in(${this.#operand(condition.item)},${this.#operand(condition.list)})`
      case 'some': {
        const from = this.#operand(condition.from)
        return this.#within(condition.each, (name) => {
          const where = this.condition(condition.where)
          return where === 'false' && !this.#canFail(condition) ? where : `some(${name} in ${from}: ${where})`
        })
      }
      case 'isa':
        if (this.#isNoRow(condition)) return 'false'
        return `is(${this.#operand(condition.of)},${condition.exact ? '=' : ''}${condition.model})`
      case 'text':
        return `${condition.operator}(${this.#operand(condition.of)},${this.#operand(condition.part)})`
      case 'ref':
        return this.#call(condition.definition, condition.args)
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const bound = bindings.map(({ name, operand }) => `${name}=${this.#operand(operand)}`)
        return `machine(${reachableText(this.policy, [expression])};${bound.join(',')})`
      }
      case 'failure':
        return `failure(${condition.error.code})`
    }
  }

  /** Writes `or` in a fixed order, and `and` if no part can fail: the order then has no effect. */
  #connected(condition: Extract<Condition, { kind: 'and' | 'or' }>): string {
    const { kind } = condition
    const parts = flattened(condition, kind)
    const texts = parts.map((part) => this.condition(part))
    const [absorbing, neutral] = kind === 'and' ? (['false', 'true'] as const) : (['true', 'false'] as const)
    const connect = (all: readonly string[], name: string): string => {
      const rest = all.filter((text) => text !== neutral)
      return rest.length === 0 ? neutral : rest.length === 1 ? rest[0]! : `${name}(${rest.join(',')})`
    }
    const isCertain = !this.#canFail(condition) && !parts.some((part) => this.#canFail(part))
    if (kind === 'and' && !isCertain) {
      // No part after a false one is evaluated.
      const end = texts.indexOf(absorbing)
      return end === 0 ? absorbing : connect(end === -1 ? texts : texts.slice(0, end + 1), 'ordered and')
    }
    const unique = [...new Set(texts)].sort()
    const isExcluded = isCertain && unique.some((text) => unique.includes(negated(text)))
    return isExcluded || unique.includes(absorbing) ? absorbing : connect(unique, kind)
  }

  /** Returns whether a test of a root's class is false because the root is no row. */
  #isNoRow({ of, model }: Extract<Condition, { kind: 'isa' }>): boolean {
    if (of.kind !== 'path' || of.steps.length > 0 || !this.noRows.some((kind) => kind === of.root.kind)) return false
    if (builtinClasses.has(model) || !this.schema.models.has(model)) return false
    return this.schema.descendants(model).every((one) => !hasCustomInstanceCheck(this.schema.models.get(one)!))
  }

  #canFail(condition: Condition): boolean {
    return canFail(this.schema, condition, this.#fallible)
  }

  #within(variable: Variable, write: (name: string) => string): string {
    const name = `v${this.#depth++}`
    this.#names.set(variable, name)
    try {
      return write(name)
    } finally {
      this.#depth--
      this.#names.delete(variable)
    }
  }

  /** Writes the body of a definition in place of its name. A recursive one is written as a fixpoint. */
  #call(definition: Definition, args: readonly Operand[]): string {
    const written = args.map((one) => this.#operand(one))
    if (!definition.recursive) return this.#body(definition, written)
    const at = this.#open.indexOf(definition)
    if (at !== -1) return `again ${this.#open.length - at}(${written.join(',')})`
    const depth = this.#open.push(definition)
    const names = definition.parameters.map((_, index) => `p${depth}_${index}`)
    const outer = this.#depth
    this.#depth = 0
    try {
      return `fix(${names.join(',')}: ${this.#body(definition, names)})(${written.join(',')})`
    } finally {
      this.#depth = outer
      this.#open.pop()
    }
  }

  #body({ parameters, condition }: Definition, args: readonly string[]): string {
    const outer = parameters.map((parameter) => this.#names.get(parameter))
    for (const [at, parameter] of parameters.entries()) this.#names.set(parameter, args[at]!)
    try {
      return this.condition(condition)
    } finally {
      for (const [at, parameter] of parameters.entries()) {
        const name = outer[at]
        if (name === undefined) this.#names.delete(parameter)
        else this.#names.set(parameter, name)
      }
    }
  }

  #operand(operand: Operand): string {
    switch (operand.kind) {
      case 'value':
        return valueText(operand.value, ownOf(operand, 'float'))
      case 'constant':
        return `constant ${operand.name}`
      case 'path': {
        const { root, steps } = operand
        const name = root.kind === 'variable' || root.kind === 'parameter' ? this.#names.get(root) : undefined
        return [name ?? `${root.kind} ${root.name}`, ...steps.map((step) => step.name)].join('.')
      }
      case 'count':
        return `count(${this.#operand(operand.of)})`
      case 'field':
        return `field(${this.#operand(operand.of)},${operand.step.name})`
      case 'call':
        return `call(${this.#operand(operand.of)},${operand.method},${operand.args.map((one) => this.#operand(one)).join(',')})`
      case 'list':
        return `[${operand.elements.map((one) => this.#operand(one)).join(',')}]`
      case 'arithmetic':
        return `(${this.#operand(operand.left)} ${operand.operator} ${this.#operand(operand.right)})`
    }
  }
}

/** Returns the parts of nested conditions of one kind as one list. */
function flattened(condition: Condition, kind: 'and' | 'or'): readonly Condition[] {
  return condition.kind === kind ? condition.of.flatMap((part) => flattened(part, kind)) : [condition]
}

function negated(text: string): string {
  if (text === 'true') return 'false'
  if (text === 'false') return 'true'
  return text.startsWith('not(') ? text.slice(4, -1) : `not(${text})`
}

/** Objects that a text can't describe get a number of their own. */
const objects = new WeakMap<object, number>()
let count = 0

function valueText(value: unknown, float: boolean | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => valueText(one, undefined)).join(',')}]`
  if (value instanceof Date) return `date ${value.getTime()}`
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    const number = objects.get(value) ?? ++count
    objects.set(value, number)
    return `object ${number}`
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  return `${typeof value} ${text}${float ? ' float' : ''}`
}
