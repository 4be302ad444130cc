import type {
  Compare,
  Condition,
  Definition,
  IsA,
  Operand,
  ParameterRoot,
  Ref,
  Some,
} from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { gather } from '../../condition/gather.js'
import { declaredModel, declaredType, operandType } from '../../condition/type.js'
import type { Expression } from '../../language/ast.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { rowEqualityOf } from '../../values/rows.js'
import { compileClosures } from '../closures/closures.js'
import {
  type BackEnd,
  budgetFor,
  type Compiled,
  type CompilePredicate,
  Compiler,
  isLiteral,
  type Leaf,
  type Predicate,
  type Round,
  type WaitingPredicate,
} from '../compiler.js'
import type { Meaning } from '../meaning.js'
import {
  type Ask,
  basicHelpers,
  type ExtraHelpers,
  helperNames,
  makeCalculate,
  makeCall,
  makeCompare,
  makeContains,
  makeInvoke,
  makeIsa,
  makeText,
  type WaitingHelpers,
  whole,
} from './helpers.js'
import { type Given, OperandWriter } from './operands.js'
import { CodeScope } from './scope.js'
import {
  areBoth,
  areOfOneType,
  budgeted,
  type Comparison,
  classTest,
  equality,
  equalityFunction,
  found,
  held,
  isObject,
  isScalar,
  kept,
  leaveRounds,
  looks,
  many,
  nilTest,
  plainly,
  preludeOf,
  present,
  rounds,
  sequence,
  settled,
  spent,
  tabled,
  text,
  toTheEnd,
  untilFound,
  untilNoneIsOpen,
  type WriteLoop,
} from './templates.js'

/**
 * Writes a JavaScript expression that is true or false, or bails out. The scope records its
 * unconditional reads. Later text in the same scope can use them, since it is evaluated later.
 */
type Write = (scope: CodeScope) => string

/**
 * Returns a back end that compiles conditions to JavaScript. Each function has a name of its own
 * (`polar-1.js` …). V8 shares inline caches between functions of equal text, and functions for two
 * classes read different objects. If the resource does not matter, as with plain roles, many
 * classes share a function, which is soon optimized. With very many classes, all functions of equal
 * text are shared, since functions that are seldom called stay slow.
 */
export function sourceCompiler(): Required<BackEnd> {
  // Belongs to one authorizer. Functions are shared if their texts are equal and they have no
  // arguments, so that they are the same.
  const shared = new WeakMap<Meaning, Map<string, Predicate>>()
  const sizes = new WeakMap<Meaning, number>()
  let count = 0
  const compile: CompilePredicate = (condition, meaning) => {
    try {
      const written = writePredicate(condition, meaning.schema)
      const { text, given, isShared } = written
      const known = shared.get(meaning) ?? new Map<string, Predicate>()
      const size = (sizes.get(meaning) ?? 0) + 1
      sizes.set(meaning, size)
      const canShare = isShared || (size > fewPredicates && given.length === 0)
      let predicate = canShare ? known.get(text) : undefined
      // Sound: the text is the body of a function that returns a predicate.
      predicate ??= make(written, condition, meaning, ++count) as Predicate
      if (canShare) shared.set(meaning, known.set(text, predicate))
      return predicate
    } catch (error) {
      // The condition is nested more deeply than JavaScript allows.
      if (error instanceof RangeError) return compileClosures(condition, meaning)
      throw error
    }
  }
  const compileWaiting = (condition: Condition, meaning: Meaning): WaitingPredicate | undefined => {
    try {
      // Sound: as above, for a waiting predicate.
      return make(writePredicate(condition, meaning.schema, true), condition, meaning, ++count) as WaitingPredicate
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }
  return { compile, compileWaiting }
}

/** Compiles the text of a predicate. */
function make({ text, given }: PredicateText, condition: Condition, meaning: Meaning, number: number): unknown {
  // Spelled like this because bundlers for the edge reject the usual form unseen.
  const made = new globalThis.Function('helpers', 'values', `${text}\n//# sourceURL=polar-${number}.js`)
  const extras: ExtraHelpers & WaitingHelpers = {
    isa: makeIsa(meaning),
    compare: makeCompare(meaning),
    contains: makeContains(meaning),
    text: makeText(),
    call: makeCall(meaning),
    invoke: makeInvoke(),
    calculate: makeCalculate(),
    whole,
  }
  // Sound: goals are expressions of the policy here.
  const ask: Ask = (goal, bindings) => meaning.ask(goal as Expression, bindings)
  return made(
    { ...basicHelpers(meaning, budgetFor(condition, meaning), ask), ...extras },
    given.map((one) => resolve(one, meaning)),
  )
}

/** Returns whether an argument is the parameter itself. */
function isParameter(argument: Operand, parameter: ParameterRoot): boolean {
  return argument.kind === 'path' && argument.root === parameter && argument.steps.length === 0
}

/** Returns the name of the attribute that an operand is read from last. */
function attributeOf(operand: Operand): string | undefined {
  return operand.kind === 'path' ? operand.steps.at(-1)?.name : undefined
}

/** Up to this number, predicates have functions of their own. */
const fewPredicates = 16

function resolve(given: Given, meaning: Meaning): unknown {
  switch (given.kind) {
    case 'value':
      return given.value
    case 'class':
      return constructorOf(meaning.schema, given.model)
    case 'goal':
      return given.expression
  }
}

/** A predicate as text. */
export interface PredicateText {
  /**
   * The body of a function of `helpers` (see `SourceHelpers`) and `values` that returns the
   * predicate.
   */
  readonly text: string
  /** The descriptions of `values`. */
  readonly given: readonly Given[]
  /** The constants that it reads. */
  readonly constants: ReadonlySet<string>
  /** Whether another predicate with that text is the same one. */
  readonly isShared: boolean
  /** Whether an evaluation has a budget. */
  readonly counts: boolean
}

/**
 * Writes a condition as JavaScript.
 * @param waits - Whether to write a `WaitingPredicate`. Default false.
 * @throws RangeError if the condition is nested too deeply.
 */
export function writePredicate(condition: Condition, schema: Schema, waits = false): PredicateText {
  return new Source(condition, schema, waits).write()
}

const subjects = ['actor', 'action', 'resource'] as const

class Source extends Compiler<Write> {
  readonly #condition: Condition
  readonly #operands: OperandWriter
  /** Whether every function waits. */
  readonly #waits: boolean
  readonly #functions: string[] = []
  readonly #bodies = new Map<Definition, Compiled<Write>>()
  readonly #called = { test: new Map<Definition, string>(), exhaust: new Map<Definition, string>() }
  /** The names of functions that compare two values. */
  readonly #equalities = new Map<string, string>()
  /** The names of functions that test the class of a value. */
  readonly #classTests = new Map<string, string>()
  #count = 0
  #usesOwn = false

  constructor(condition: Condition, schema: Schema, waits: boolean) {
    // A waiting evaluation is not alone: others run meanwhile.
    super(schema, waits || needsBudget(condition))
    this.#condition = condition
    this.#waits = waits
    this.#operands = new OperandWriter(waits, (scope) => this.#account(scope))
  }

  write(): PredicateText {
    const scope = new CodeScope()
    const test = this.compile(gather(this.schema, this.#condition)).test(scope)
    const { given, constants } = this.#operands
    const code = [
      ...this.#functions,
      `${this.#keyword} decide(${this.#given.join(', ')}) {`,
      ...(this.#usesOwn ? ['own.reset()'] : []),
      scope.parameters.has('budget') ? budgeted(scope.body(`return ${test}`)) : scope.body(`return ${test}`),
      '}',
      ...(this.#waits ? [] : [many]),
      'return decide',
    ].join('\n')
    const values = given.map((_, index) => `const v${index} = values[${index}]`)
    return {
      text: ['"use strict"', ...preludeOf(code, [...helperNames, 'whole']), ...values, code].join('\n'),
      given,
      constants,
      counts: this.#usesOwn || scope.parameters.has('budget'),
      isShared: given.length === 0 && !scope.parameters.has('resource'),
    }
  }

  /** Writes the account for methods and long collections. */
  #account(scope: CodeScope): string {
    if (this.counts) return scope.use('budget')
    this.#usesOwn = true
    return 'own'
  }

  get #keyword(): string {
    return this.#waits ? 'async function' : 'function'
  }

  #call(name: string, args: readonly string[]): string {
    const called = `${name}(${args.join(', ')})`
    return this.#waits ? `(await ${called})` : called
  }

  /** Adds a function whose parameters are those of its scope. */
  #define(scope: CodeScope, body: string, name: string = this.#newName('f')): string {
    this.#functions.push(`${this.#keyword} ${name}(${[...scope.parameters].join(', ')}) {\n${scope.body(body)}\n}`)
    return name
  }

  #newName(prefix: string): string {
    return `${prefix}${++this.#count}`
  }

  /** Writes a function once, and a call of it with the names that it uses. */
  #function(body: Write): Write {
    let made: { readonly name: string; readonly parameters: readonly string[] } | undefined
    return (scope) => {
      if (!made) {
        const own = new CodeScope()
        const name = this.#define(own, body(own))
        made = { name, parameters: [...own.parameters] }
      }
      return this.#call(
        made.name,
        made.parameters.map((parameter) => scope.use(parameter)),
      )
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
        const from = this.#operands.write(some.from, scope)
        scope.own(each)
        for (const condition of conditions) this.#operands.call(condition.each, each)
        const inner = scope.inner()
        const steps = tests.map((test) => test(inner))
        const { start, step, end } = write(steps, (elements) => this.#spend(scope, elements))
        const lines = [...settled(from), `const list = ${from.value}`, 'if (!isWhole(list)) bail(list)', start]
        return `${lines.join(';\n')}\nfor (let i = 0; i < list.length; i++) {\nconst ${each} = list[i]\n${looks(this.#account(scope))}\n${step}\n}\n${end}`
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

  /** Writes the count of steps before a value, if steps are counted. */
  #spend(scope: CodeScope, steps: string): string {
    return this.counts ? `${spent(scope.use('budget'), steps)}, ` : ''
  }

  protected ref({ definition, args }: Ref): Compiled<Write> {
    const write =
      (mode: keyof Compiled<Write>): Write =>
      (scope) => {
        const { before, values } = this.#args(args, scope)
        const given = [...this.#alwaysGiven.map((one) => scope.use(one)), ...values]
        return sequence(before, this.#call(this.#definition(definition, mode), given))
      }
    return { test: write('test'), exhaust: write('exhaust') }
  }

  /** The parameters of the predicate. */
  get #given(): readonly string[] {
    return this.#waits ? [...subjects, 'arrive'] : subjects
  }

  /** The parameters of every definition. */
  get #alwaysGiven(): readonly string[] {
    return this.counts ? [...this.#given, 'budget'] : this.#given
  }

  /** Writes arguments of a call, which must not be missing. */
  #args(args: readonly Operand[], scope: CodeScope): { readonly before: string[]; readonly values: string[] } {
    const written = args.map((arg) => this.#operands.write(arg, scope))
    return { before: written.flatMap(kept), values: written.map(({ value }) => value) }
  }

  /** Returns the name of a definition's function. */
  #definition(definition: Definition, mode: keyof Compiled<Write>): string {
    const known = this.#called[mode].get(definition)
    if (known !== undefined) return known
    const name = this.#newName('f')
    this.#called[mode].set(definition, name)
    const parameters = definition.parameters.map((parameter) => this.#operands.name(parameter))
    const scope = new CodeScope([...this.#alwaysGiven, ...parameters])
    const self = `${text(name)}, [${parameters.join(', ')}]`
    const round = mode === 'test' ? this.round(definition) : undefined
    if (round !== undefined) {
      const [others, last = 'undefined'] = [parameters.slice(0, -1), parameters.at(-1)]
      const areFixed = others.every((_, at) => isParameter(round.args[at]!, definition.parameters[at]!))
      this.#define(scope, rounds(name, others, last, areFixed, this.#round(round, parameters, scope)), name)
      return name
    }
    let body = this.#bodies.get(definition)
    if (!body) {
      body = this.compile(this.bodyOf(definition))
      this.#bodies.set(definition, body)
    }
    const found = (body[mode] ?? body.test)(scope)
    this.#define(scope, definition.recursive ? tabled(self, found) : `return ${found}`, name)
    return name
  }

  /** Writes one round of a definition that is a loop. */
  #round({ found, guard, args }: Round<Write>, parameters: readonly string[], scope: CodeScope): string {
    const first = found(scope)
    const second = guard(scope)
    const { before, values } = this.#args(args, scope)
    return [
      `if (${first}) return ${leaveRounds(true)}`,
      `if (!${second}) return ${leaveRounds(false)}`,
      ...before,
      ...values.map((value, index) => `const next${index} = ${value}`),
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
          return this.#about(condition.of, scope, (x) => `${x} === true || ${x} !== false && bail(${x})`)
        case 'reads':
          return this.#about(condition.of, scope, (x) => `${plainly(x, scope)}, true`)
        case 'compare':
          return this.#compare(condition, scope)
        case 'in':
          return this.#between(
            condition.item,
            condition.list,
            scope,
            (item, list) =>
              this.counts
                ? `contains(${item}, ${list}, ${scope.use('budget')}${this.#types(condition.item, condition.list)})`
                : `contains(${item}, ${list}${this.#types(condition.item, condition.list, 'undefined')})`,
            false,
          )
        case 'isa':
          return this.#isa(condition, scope)
        case 'text': {
          const { operator } = condition
          return this.#between(
            condition.of,
            condition.part,
            scope,
            (x, y) => `text("${operator}", ${x}, ${y}, ${this.#account(scope)})`,
          )
        }
        case 'opaque': {
          const { expression, bindings } = condition.goal
          const { before, values } = this.#args(
            bindings.map(({ operand }) => operand),
            scope,
          )
          const entries = bindings.map(({ name }, index) => `[${text(name)}, ${values[index]}]`)
          const goal = this.#operands.give({ kind: 'goal', expression, span: condition.span })
          return sequence(before, `ask(${goal}, new Map([${entries.join(', ')}]), ${scope.use('budget')})`)
        }
        case 'failure':
          return 'bail()'
      }
    }
  }

  #about(operand: Operand, scope: CodeScope, write: (value: string) => string): string {
    const written = this.#operands.write(operand, scope)
    return sequence(settled(written), write(written.value))
  }

  /** @param isAlwaysUsed - Whether the left value is used whatever the right one is. */
  #between(
    left: Operand,
    right: Operand,
    scope: CodeScope,
    write: (left: string, right: string) => string,
    isAlwaysUsed = true,
  ): string {
    const x = this.#operands.write(left, scope)
    const y = this.#operands.write(right, scope)
    return sequence(
      [...(y.before.length > 0 || !isAlwaysUsed ? kept(x) : present(x)), ...settled(y)],
      write(x.value, y.value),
    )
  }

  #isa({ of, model, exact }: IsA, scope: CodeScope): string {
    const cls = constructorOf(this.schema, model)
    const known = declaredModel(this.schema, of)
    const asked = (x: string): string =>
      `isa(plain(${x}), ${text(model)}, ${exact}${known === undefined ? '' : `, ${text(known)}`})`
    return this.#about(of, scope, (x) => {
      // An instance of the class is not a promise either.
      scope.learn(`plain ${x}`, x)
      if (!cls) return asked(x)
      const its = this.#operands.give({ kind: 'class', model })
      const id = JSON.stringify([model, exact, known, attributeOf(of)])
      let name = this.#classTests.get(id)
      if (name === undefined) {
        name = this.#newName('is')
        this.#classTests.set(id, name)
        this.#functions.push(classTest(name, asked('x')))
      }
      const test = `${isObject(x)} && ${x}.constructor === ${its} || ${name}(${x})`
      // `instanceof` with nil takes longer than the rest of a check.
      return excludesNil(cls) ? `${x} !== null && (${test})` : test
    })
  }

  #compare({ operator, left, right }: Compare, scope: CodeScope): string {
    if (operator !== '=') {
      const isEquality = operator === '==' || operator === '!='
      return this.#between(left, right, scope, (x, y) => {
        const asked = `compare("${operator}", ${x}, ${y}${this.#types(left, right)})`
        if (!isEquality) return this.#order(operator, x, y, [left, right], asked)
        if (y === 'null') return `${plainly(x, scope)} ${operator}= null`
        return `${areOfOneType(x, y, this.#takesTexts(left, right))} ? ${x} ${operator}= ${y} : ${asked}`
      })
    }
    if (isLiteral(right)) return this.#equalsLiteral(left, right.value, scope)
    if (isLiteral(left)) return this.#equalsLiteral(right, left.value, scope)
    const comparison = this.#comparisonOf(left, right)
    const same = this.#equality(comparison, left, right)
    const x = this.#operands.write(left, scope)
    const y = this.#operands.write(right, scope)
    return sequence(
      [...(y.before.length > 0 ? held(x, comparison.cls) : x.before), ...y.before],
      equality(same, comparison, x, y),
    )
  }

  /** Writes an ordering: of numbers and of dates, as far as the schema allows them, in place. */
  #order(operator: string, x: string, y: string, operands: readonly Operand[], asked: string): string {
    const types = operands.map((operand) => declaredType(this.schema, operand))
    const mayBe = (isDate: boolean): boolean => types.every((type) => type?.[0] !== '#' || (type === '#') === isDate)
    return [
      ...(mayBe(false) ? [`${areBoth('number', x, y)} ? ${x} ${operator} ${y} : `] : []),
      ...(mayBe(true) ? [`areDates(${x}, ${y}) ? ${x}.getTime() ${operator} ${y}.getTime() : `] : []),
      asked,
    ].join('')
  }

  #comparisonOf(left: Operand, right: Operand): Comparison {
    const model = this.#modelOf(left) ?? this.#modelOf(right)
    const cls = model === undefined ? undefined : this.#operands.give({ kind: 'class', model })
    const key = model === undefined ? undefined : rowEqualityOf(this.schema, constructorOf(this.schema, model), true)
    return { cls, key: key?.column, types: this.#types(left, right), takesTexts: this.#takesTexts(left, right) }
  }

  /**
   * Returns the name of the function that compares two operands. Comparisons of rows of one class
   * share a function. Where the class is unknown, comparisons of the same attributes do: what is
   * read from them is likely of the same classes.
   */
  #equality(comparison: Comparison, left: Operand, right: Operand): string {
    const { cls, key, types, takesTexts } = comparison
    const attributes = key === undefined ? [left, right].map(attributeOf) : []
    const id = JSON.stringify([cls, key, types, takesTexts, ...attributes])
    let name = this.#equalities.get(id)
    if (name === undefined) {
      name = this.#newName('same')
      this.#equalities.set(id, name)
      this.#functions.push(equalityFunction(name, comparison))
    }
    return name
  }

  /**
   * Writes the declared types of both operands, the last arguments of a comparison; nothing if the
   * schema declares none.
   */
  #types(left: Operand, right: Operand, before?: string): string {
    const types = [declaredType(this.schema, left), declaredType(this.schema, right)]
    if (types.every((type) => type === undefined)) return ''
    const written = types.map((type) => (type === undefined ? 'undefined' : text(type)))
    return `, ${(before === undefined ? written : [before, ...written]).join(', ')}`
  }

  /** Returns whether neither operand is declared as a date, a number or a boolean. */
  #takesTexts(left: Operand, right: Operand): boolean {
    return ![left, right].some((operand) => declaredType(this.schema, operand)?.startsWith('#'))
  }

  /** Returns the model of an operand's rows if it has a class. */
  #modelOf(operand: Operand): string | undefined {
    const { model, list } = operandType(this.schema, operand)
    return model === undefined || list || !constructorOf(this.schema, model) ? undefined : model
  }

  /** Returns the name of the function that compares an operand with nil. */
  #nilTest(operand: Operand, type: string | undefined): string {
    const id = JSON.stringify([null, type, attributeOf(operand)])
    let name = this.#classTests.get(id)
    if (name === undefined) {
      name = this.#newName('isNil')
      this.#classTests.set(id, name)
      this.#functions.push(nilTest(name, `equals(x, null${type === undefined ? '' : `, ${text(type)}`})`))
    }
    return name
  }

  #equalsLiteral(operand: Operand, literal: unknown, scope: CodeScope): string {
    const it = this.#operands.value(literal)
    const written = this.#operands.write(operand, scope)
    const x = written.value
    const type = declaredType(this.schema, operand)
    const asked = `${found(written)}equals(${x}, ${it}${type === undefined ? '' : `, ${text(type)}`})`
    return sequence(
      written.before,
      literal === null
        ? `${x} === null || !${isScalar(x)} && ${found(written)}${this.#nilTest(operand, type)}(${x})`
        : `${x} === ${it} || typeof ${x} !== "${typeof literal}" && ${x} !== null && ${asked}`,
    )
  }
}
