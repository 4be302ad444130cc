import { bailOut } from './bail.js'
import { compileClosures } from './closures.js'
import { CodeScope } from './codeScope.js'
import type { Compare, CompareOperator, Condition, Definition, Operand, Ref, Some } from './condition.js'
import { and, or } from './construct.js'
import { constructorOf, type Meaning } from './meaning.js'
import {
  type Compiled,
  type CompilePredicate,
  Compiler,
  isLiteral,
  type Leaf,
  maxCalls,
  type Predicate,
} from './predicate.js'
import { calculate, call, compare, contains, equals, textTest } from './read.js'
import { OperandWriter } from './sourceOperand.js'
import {
  enter,
  equalityFunction,
  isObject,
  isScalar,
  plainly,
  prelude,
  present,
  sequence,
  text,
  toTheEnd,
  untilFound,
  untilNoneIsOpen,
  type WriteLoop,
} from './sourceText.js'

/**
 * Writes an expression of JavaScript that is true or false, or bails out. What it reads for certain is known to what is
 * written after it in the same scope, for that is evaluated after it.
 */
type Write = (scope: CodeScope) => string

/** What the text calls. */
interface Helpers {
  bail(): never
  equals(left: unknown, right: unknown): boolean
  /** The column that tells rows of a class apart; null where they are the same only as the same object. */
  keyOf(cls: unknown): string | null | undefined
  compare(operator: Exclude<CompareOperator, '='>, left: unknown, right: unknown): boolean
  contains(value: unknown, list: unknown): boolean
  isa(value: unknown, model: string, exact: boolean): boolean
  readonly ask: (...goal: Parameters<Meaning['ask']>) => boolean
  readonly constants: ReadonlyMap<string, unknown>
  readonly text: typeof textTest
  readonly call: typeof call
  readonly calculate: typeof calculate
}

/**
 * A back end that writes JavaScript. Each function has a name of its own (`polar-1.js` …): V8 lets functions of equal text
 * share what it learns of the objects they meet, and those of two classes meet different ones. Where the resource does not
 * matter, as with plain roles, questions of many classes share a function, so that it is soon a fast one.
 */
export function sourceCompiler(): CompilePredicate {
  const shared = new WeakMap<Meaning, Map<string, Predicate>>()
  let count = 0
  return (condition, meaning) => {
    try {
      const source = new Source(meaning)
      const { text, isShared } = source.write(condition)
      const known = shared.get(meaning) ?? new Map<string, Predicate>()
      const predicate = known.get(text) ?? source.evaluate(`${text}\n//# sourceURL=polar-${++count}.js`)
      if (isShared) shared.set(meaning, known.set(text, predicate))
      return predicate
    } catch (error) {
      // JavaScript can't be nested as deeply as the condition is.
      if (error instanceof RangeError) return compileClosures(condition, meaning)
      throw error
    }
  }
}

const subjects = ['actor', 'action', 'resource'] as const

class Source extends Compiler<Write> {
  readonly #operands = new OperandWriter()
  readonly #functions: string[] = []
  readonly #bodies = new Map<Definition, Compiled<Write>>()
  readonly #called = { test: new Map<Definition, string>(), exhaust: new Map<Definition, string>() }
  #count = 0
  #isRecursive = false

  /** The text of a function that makes the predicate, and whether another predicate with that text is the same one. */
  write(condition: Condition): { readonly text: string; readonly isShared: boolean } {
    const scope = new CodeScope()
    const test = this.compile(condition).test(scope)
    const lines = [
      '"use strict"',
      'const { bail, equals, keyOf, compare, contains, isa, ask, constants, text, call, calculate } = helpers',
      ...this.#operands.values.map((_, index) => `const v${index} = values[${index}]`),
      prelude,
      ...this.#functions,
      `return function (${subjects.join(', ')}) {`,
      scope.declarations,
      ...(this.#isRecursive ? ['depth = calls = 0'] : []),
      `return ${test}`,
      '}',
    ]
    return { text: lines.join('\n'), isShared: this.#operands.values.length === 0 && !scope.parameters.has('resource') }
  }

  /** Makes the predicate of its text. */
  evaluate(text: string): Predicate {
    const { meaning } = this
    const helpers: Helpers = {
      bail: bailOut,
      equals: (left, right) => equals(meaning, left, right),
      keyOf(cls) {
        const rows = meaning.rowEquality(cls)
        return rows && (rows.column ?? null)
      },
      compare: (operator, left, right) => compare(meaning, operator, left, right),
      contains: (value, list) => contains(meaning, value, list),
      isa: (value, model, exact) => meaning.isInstance(value, model, exact) ?? bailOut(),
      ask: (goal, values) => meaning.ask(goal, values) ?? bailOut(),
      constants: meaning.schema.constants,
      text: textTest,
      call,
      calculate,
    }
    // Spelled so that bundlers for the edge, which refuse the usual form unseen, leave it alone.
    const make = new globalThis.Function('helpers', 'values', text)
    // the text is that of a function which returns a predicate
    return make(helpers, this.#operands.values) as Predicate
  }

  /** Adds a function with what its scope is given. */
  #define(scope: CodeScope, body: string, name: string = this.#newName('f')): string {
    this.#functions.push(`function ${name}(${[...scope.parameters].join(', ')}) {\n${scope.declarations}${body}\n}`)
    return name
  }

  #newName(prefix: string): string {
    return `${prefix}${++this.#count}`
  }

  /** A function of its own, written once, and called with what it uses. */
  #function(body: Write): Write {
    let made: { readonly name: string; readonly parameters: readonly string[] } | undefined
    return (scope) => {
      if (!made) {
        const own = new CodeScope()
        const name = this.#define(own, body(own))
        made = { name, parameters: [...own.parameters] }
      }
      return `${made.name}(${made.parameters.map((parameter) => scope.use(parameter)).join(', ')})`
    }
  }

  protected not(of: Write): Write {
    return (scope) => `!${of(scope)}`
  }

  protected and(first: Write, second: Write, exhaust: Write | undefined): Write {
    if (!exhaust) return (scope) => `(${first(scope)} && ${second(scope.inner())})`
    return (scope) => `(${first(scope)} && (${second(scope.inner())} || (${exhaust(scope)}, false)))`
  }

  protected andAll(test: Write, parts: readonly Write[]): Write {
    return this.#function((scope) => `return ${test(scope)} && (${parts.map((part) => part(scope)).join(', ')}, true)`)
  }

  protected or(arms: readonly Write[]): Write {
    return (scope) => {
      const first = arms[0]!(scope)
      const inner = scope.inner()
      return `(${[first, ...arms.slice(1).map((arm) => arm(inner))].join(' || ')})`
    }
  }

  protected orAll(arms: readonly Write[]): Write {
    return this.#function((scope) => `return !!(${arms.map((arm) => arm(scope)).join(' | ')})`)
  }

  protected loop(conditions: readonly Some[], canFail: boolean): Compiled<Write> {
    const [some] = conditions as readonly [Some]
    const each = this.#newName('each')
    const arms = conditions.map((condition) => this.compile(condition.where))
    const loop = (tests: readonly Write[], write: WriteLoop): Write =>
      this.#function((scope) => {
        const { before, value } = this.#operands.write(some.from, scope)
        scope.own(each)
        for (const condition of conditions) this.#operands.call(condition.each, each)
        const inner = scope.inner()
        const { start, step, end } = write(tests.map((test) => test(inner)))
        const lines = [...before, `const list = ${value}`, 'if (!Array.isArray(list)) bail()', start]
        return `${lines.join(';\n')}\nfor (let i = 0; i < list.length; i++) {\nconst ${each} = list[i]\n${step}\n}\n${end}`
      })
    return {
      test: loop(
        arms.map((arm) => arm.test),
        canFail ? untilNoneIsOpen : untilFound,
      ),
      exhaust: canFail
        ? loop(
            arms.map((arm) => arm.exhaust ?? arm.test),
            toTheEnd,
          )
        : undefined,
    }
  }

  protected ref({ definition, args }: Ref): Compiled<Write> {
    const write =
      (mode: keyof Compiled<Write>): Write =>
      (scope) => {
        const { before, values } = this.#args(args, scope)
        const given = [...subjects.map((subject) => scope.use(subject)), ...values]
        return sequence(before, `${this.#definition(definition, mode)}(${given.join(', ')})`)
      }
    return { test: write('test'), exhaust: write('exhaust') }
  }

  /** Operands that are given away, and so have to be there. */
  #args(args: readonly Operand[], scope: CodeScope): { readonly before: string[]; readonly values: string[] } {
    const written = args.map((arg) => this.#operands.write(arg, scope))
    return { before: written.flatMap(present), values: written.map(({ value }) => value) }
  }

  /** The function of a definition. */
  #definition(definition: Definition, mode: keyof Compiled<Write>): string {
    this.#isRecursive ||= definition.recursive
    const known = this.#called[mode].get(definition)
    if (known !== undefined) return known
    const name = this.#newName('f')
    this.#called[mode].set(definition, name)
    const parameters = definition.parameters.map((parameter) => this.#operands.name(parameter))
    const scope = new CodeScope([...subjects, ...parameters])
    const loop = mode === 'test' ? this.#tailLoop(definition, parameters, scope) : undefined
    if (loop !== undefined) {
      this.#define(scope, `${enter}\nfor (;;) {\n${loop}\nif (++calls > ${maxCalls}) bail()\n}`, name)
      return name
    }
    let body = this.#bodies.get(definition)
    if (!body) {
      body = this.compile(definition.condition)
      this.#bodies.set(definition, body)
    }
    const found = (body[mode] ?? body.test)(scope)
    this.#define(
      scope,
      definition.recursive ? `${enter}\nconst found = ${found}\ndepth--\nreturn found` : `return ${found}`,
      name,
    )
    return name
  }

  /** One round of a definition that asks itself at its very end, for other arguments; undefined for another one. */
  #tailLoop(definition: Definition, parameters: readonly string[], scope: CodeScope): string | undefined {
    const { condition } = definition
    if (condition.kind !== 'or') return undefined
    const last = condition.of.at(-1)!
    const goals = last.kind === 'and' ? last.of : [last]
    const again = goals.at(-1)!
    if (again.kind !== 'ref' || again.definition !== definition) return undefined
    const before = this.compile(and(...goals.slice(0, -1)))
    if (before.exhaust) return undefined
    const first = this.compile(or(...condition.of.slice(0, -1))).test(scope)
    const guard = before.test(scope)
    const args = this.#args(again.args, scope)
    return [
      `if (${first}) return depth--, true`,
      `if (!${guard}) return depth--, false`,
      ...args.before,
      ...args.values.map((value, index) => `const next${index} = ${value}`),
      ...parameters.map((parameter, index) => `${parameter} = next${index}`),
    ].join(';\n')
  }

  protected leaf(condition: Leaf): Write {
    return (scope) => {
      switch (condition.kind) {
        case 'true':
        case 'false':
          return condition.kind
        case 'test':
          return this.#about(condition.of, scope, (x) => `${x} === true || ${x} !== false && bail()`)
        case 'reads':
          return this.#about(condition.of, scope, (x) => `${plainly(x, scope)}, true`)
        case 'compare':
          return this.#compare(condition, scope)
        case 'in':
          return this.#between(condition.item, condition.list, scope, (item, list) => `contains(${item}, ${list})`)
        case 'isa': {
          const cls = constructorOf(this.meaning, condition.model)
          return this.#about(condition.of, scope, (x) => {
            const asked = `isa(plain(${x}), ${text(condition.model)}, ${condition.exact})`
            return cls ? `${isObject(x)} && ${x}.constructor === ${this.#operands.value(cls)} || ${asked}` : asked
          })
        }
        case 'text': {
          const { operator } = condition
          return this.#between(condition.of, condition.part, scope, (x, y) => `text("${operator}", ${x}, ${y})`)
        }
        case 'opaque': {
          const { expression, bindings } = condition.goal
          const { before, values } = this.#args(
            bindings.map(({ operand }) => operand),
            scope,
          )
          const entries = bindings.map(({ name }, index) => `[${text(name)}, ${values[index]}]`)
          return sequence(before, `ask(${this.#operands.value(expression)}, new Map([${entries.join(', ')}]))`)
        }
        case 'failure':
          return 'bail()'
      }
    }
  }

  #about(operand: Operand, scope: CodeScope, write: (value: string) => string): string {
    const { before, value } = this.#operands.write(operand, scope)
    return sequence(before, write(value))
  }

  #between(left: Operand, right: Operand, scope: CodeScope, write: (left: string, right: string) => string): string {
    const x = this.#operands.write(left, scope)
    const y = this.#operands.write(right, scope)
    return sequence([...present(x), ...y.before], write(x.value, y.value))
  }

  #compare({ operator, left, right }: Compare, scope: CodeScope): string {
    if (operator !== '=') {
      return this.#between(left, right, scope, (x, y) => {
        const asked = `compare("${operator}", ${x}, ${y})`
        if (operator !== '==' && operator !== '!=')
          return `typeof ${x} === "number" && typeof ${y} === "number" ? ${x} ${operator} ${y} : ${asked}`
        if (y === 'null') return `${plainly(x, scope)} ${operator}= null`
        return `typeof ${x} === typeof ${y} && ${isScalar(x)} ? ${x} ${operator}= ${y} : ${asked}`
      })
    }
    if (isLiteral(right)) return this.#equalsLiteral(left, right.value, scope)
    if (isLiteral(left)) return this.#equalsLiteral(right, left.value, scope)
    const same = this.#newName('same')
    this.#functions.push(equalityFunction(same))
    const x = this.#operands.write(left, scope)
    const y = this.#operands.write(right, scope)
    return sequence([...x.before, ...y.before], `${same}(${x.value}, ${y.value})`)
  }

  #equalsLiteral(operand: Operand, literal: unknown, scope: CodeScope): string {
    const it = this.#operands.value(literal)
    return this.#about(operand, scope, (x) => {
      if (literal === null) return `${x} === null || !${isScalar(x)} && equals(${x}, null)`
      return `${x} === ${it} || typeof ${x} !== "${typeof literal}" && ${x} !== null && equals(${x}, ${it})`
    })
  }
}
