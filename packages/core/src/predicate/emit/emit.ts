import type {
  Compare,
  Condition,
  Definition,
  In,
  IsA,
  Operand,
  ParameterRoot,
  Ref,
  Some,
} from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { isSameOperand } from '../../condition/factor.js'
import { canFail } from '../../condition/fallible.js'
import { gather } from '../../condition/gather.js'
import { declaredModel, declaredType, operandType } from '../../condition/type.js'
import type { Expression } from '../../language/ast.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { allKinds } from '../../values/kinds.js'
import { rowEqualityOf } from '../../values/rows.js'
import { bailForSteps, elementsBetweenLooks, Meter } from '../budget.js'
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
import { invokeLoaded } from '../read.js'
import {
  type Ask,
  basicHelpers,
  type ExtraHelpers,
  helperNames,
  makeAsk,
  makeCalculate,
  makeCall,
  makeCompare,
  makeEquals,
  makeIsa,
  makeKeyOf,
  makeText,
  type WaitingHelpers,
  whole,
} from './helpers.js'
import { OperandWriter } from './operands.js'
import { Passed } from './passed.js'
import { isPlainComparison, isPlainNumber, isPlainOrder } from './plainness.js'
import { FunctionPool, type Given } from './pool.js'
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
  keyOfClass,
  leaveRounds,
  many,
  nilTest,
  plainly,
  preludeOf,
  present,
  rounds,
  searchFunction,
  sequence,
  settled,
  spent,
  tabled,
  text,
  toTheEnd,
  untilFound,
  untilNoneIsOpen,
  type WriteLoop,
  type Written,
} from './templates.js'

/**
 * Writes a JavaScript expression that is true or false, or bails out. The scope records its
 * unconditional reads. Later text in the same scope can use them, since it is evaluated later.
 */
type Write = (scope: CodeScope) => string

/**
 * Returns a back end that compiles conditions to JavaScript. Predicates of one policy share the
 * functions of equal text, unless those read resources of different models: V8 shares what it
 * learns about objects between all calls of a function. Predicates of equal text are shared if they
 * do not read the resource, as with plain roles. With very many classes, all of them are, since
 * functions that are seldom called stay slow.
 */
export function sourceCompiler(): Required<BackEnd> {
  // Belongs to one authorizer.
  const programs = new WeakMap<Meaning, Program>()
  let count = 0
  const compile: CompilePredicate = (condition, meaning) => {
    try {
      const program = programs.get(meaning) ?? new Program(meaning)
      programs.set(meaning, program)
      // Sound: the text is the body of a function that returns a predicate.
      return program.make(writePredicate(condition, meaning.schema, program.pool), condition, ++count) as Predicate
    } catch (error) {
      // The condition is nested more deeply than JavaScript allows.
      if (error instanceof RangeError) return compileClosures(condition, meaning)
      throw error
    }
  }
  const compileWaiting = (condition: Condition, meaning: Meaning): WaitingPredicate | undefined => {
    try {
      // Asynchronous functions are seldom needed, and all of them count their steps.
      const program = new Program(meaning)
      const written = writePredicate(condition, meaning.schema, program.pool, true)
      // Sound: as above, for a waiting predicate.
      return program.make(written, condition, ++count) as WaitingPredicate
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }
  return { compile, compileWaiting }
}

/** The compiled functions of one policy. */
class Program {
  readonly pool = new FunctionPool()
  readonly #meaning: Meaning
  readonly #values: unknown[] = []
  readonly #functions: Record<string, unknown> = {}
  /** Predicates by their text. Those of equal text are the same. */
  readonly #predicates = new Map<string, unknown>()
  #count = 0
  readonly #extras: Omit<ExtraHelpers, 'ask'> & WaitingHelpers

  constructor(meaning: Meaning) {
    this.#meaning = meaning
    this.#extras = {
      own: new Meter(meaning.limits, bailForSteps),
      isa: makeIsa(meaning),
      equals: makeEquals({ meaning }),
      keyOf: makeKeyOf({ meaning }),
      compare: makeCompare({ meaning }),
      text: makeText(),
      call: makeCall({ meaning }),
      invoke: invokeLoaded,
      calculate: makeCalculate(),
      whole,
    }
  }

  /** Compiles a predicate, and those functions of it that are new. */
  make({ text, readsResource }: PredicateText, condition: Condition, number: number): unknown {
    const meaning = this.#meaning
    const called = [...this.pool.calledBy(text)]
    const takesValues = [text, ...called.map(([, one]) => one)].some((one) => /\bv\d+(?:Key)?\b/.test(one))
    const canShare = !readsResource || (++this.#count > fewPredicates && !takesValues)
    const known = canShare ? this.#predicates.get(text) : undefined
    if (known !== undefined) return known
    for (let at = this.#values.length; at < this.pool.given.length; at++)
      this.#values.push(resolve(this.pool.given[at]!, meaning))
    const old = called.filter(([name]) => name in this.#functions).map(([name]) => name)
    const fresh = called.filter(([name]) => !(name in this.#functions))
    const body = programText(
      fresh.map(([, one]) => one),
      text,
    )
    const lines = [
      '"use strict"',
      ...(old.length > 0 ? [`const { ${old.join(', ')} } = functions`] : []),
      body,
      ...fresh.map(([name]) => `functions.${name} = ${name}`),
      `return decide\n//# sourceURL=polar-${number}.js`,
    ]
    // Spelled like this because bundlers for the edge reject the usual form unseen.
    const made = new globalThis.Function('helpers', 'values', 'functions', lines.join('\n'))
    // Sound: goals are expressions of the policy here.
    const ask: Ask = (goal, bindings) => meaning.ask(goal as Expression, bindings)
    const parts = { schema: meaning.schema, begin: budgetFor(condition, meaning), ask }
    const helpers = { ...basicHelpers(parts), ...this.#extras, ask: makeAsk(parts) }
    const predicate: unknown = made(helpers, this.#values, this.#functions)
    if (canShare) this.#predicates.set(text, predicate)
    return predicate
  }
}

/**
 * Returns the text of functions, with the helpers and values that they need: from `helpers` and
 * `values`.
 */
export function programText(functions: readonly string[], ...predicates: readonly string[]): string {
  const code = [...functions, ...predicates].join('\n')
  const classes = new Set([...code.matchAll(/\b(v\d+)Key\b/g)].map(([, name]) => name!))
  const values = new Set([...(code.match(/\bv\d+\b/g) ?? []), ...classes])
  const given = [
    ...[...values].map((name) => `const ${name} = values[${name.slice(1)}]`),
    ...[...classes].map((name) => `const ${keyOfClass(name)} = keyOf(${name})`),
  ]
  const all = [...given, code].join('\n')
  return [...preludeOf(all, [...helperNames, 'whole']), all].join('\n')
}

/** The comparison of an operand with a text. */
type TextTest = Compare & { readonly right: { readonly kind: 'value'; readonly value: string } }

/** Returns the first conditions that compare the same operand with texts. */
function textsOf(conditions: readonly Condition[]): readonly TextTest[] {
  const [first] = conditions
  const end = conditions.findIndex(
    (one) => !isTextTest(one) || !isTextTest(first!) || !isSameOperand(one.left, first.left),
  )
  // Sound: those before are such comparisons.
  return conditions.slice(0, end < 0 ? conditions.length : end) as unknown as readonly TextTest[]
}

function isTextTest(condition: Condition): condition is TextTest {
  return (
    condition.kind === 'compare' &&
    condition.operator === '=' &&
    condition.right.kind === 'value' &&
    typeof condition.right.value === 'string'
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
  /** The function `decide`, with its method `many`. It calls functions of the pool. */
  readonly text: string
  /** The constants that it reads. */
  readonly constants: ReadonlySet<string>
  /** Whether it reads the resource. */
  readonly readsResource: boolean
  /** Whether an evaluation has a budget. */
  readonly counts: boolean
  /** Whether it compares values of more kinds than `plainKinds` has. */
  readonly comparesAll: boolean
  /** Whether it orders values of more kinds than `plainOrder` has. */
  readonly ordersAll: boolean
}

/**
 * Writes a condition as JavaScript.
 * @param pool - Collects the functions that the predicate calls, and the values that are passed.
 * @param waits - Whether to write a `WaitingPredicate`. Default false.
 * @throws RangeError if the condition is nested too deeply.
 */
export function writePredicate(condition: Condition, schema: Schema, pool: FunctionPool, waits = false): PredicateText {
  return new Source(condition, schema, pool, waits).write()
}

const subjects = ['actor', 'action', 'resource'] as const

class Source extends Compiler<Write> {
  readonly #condition: Condition
  readonly #operands: OperandWriter
  /** Whether every function waits. */
  readonly #waits: boolean
  readonly #pool: FunctionPool
  readonly #bodies = new Map<Definition, Compiled<Write>>()
  /** The number of collections around the condition that is compiled. */
  #depth = 0
  #comparesAll = false
  #ordersAll = false

  constructor(condition: Condition, schema: Schema, pool: FunctionPool, waits: boolean) {
    // A waiting evaluation is not alone: others run meanwhile.
    super(schema, waits || needsBudget(condition))
    this.#condition = condition
    this.#waits = waits
    this.#pool = pool
    this.#operands = new OperandWriter(waits, (scope) => this.#account(scope), pool)
  }

  write(): PredicateText {
    const scope = new CodeScope()
    const test = this.compile(gather(this.schema, this.#condition)).test(scope)
    const body = scope.body(`return ${test}`)
    const usesOwn = [body, ...this.#pool.calledBy(body).values()].some((one) => /\bown\b/.test(one))
    const hasBudget = scope.parameters.has('budget')
    const text = [
      `${this.#keyword} decide(${this.#given.join(', ')}) {`,
      ...(usesOwn ? ['own.reset()'] : []),
      hasBudget ? budgeted(body) : body,
      '}',
      ...(this.#waits ? [] : [many]),
    ].join('\n')
    return {
      text,
      constants: this.#operands.constants,
      counts: usesOwn || hasBudget,
      comparesAll: this.#comparesAll,
      ordersAll: this.#ordersAll,
      readsResource: scope.parameters.has('resource'),
    }
  }

  /** Writes the account for methods and long collections. */
  #account(scope: CodeScope): string {
    return this.counts ? scope.use('budget') : 'own'
  }

  /** Writes a periodic check of the time in the loop over a collection. */
  #look(scope: CodeScope): string {
    const last = elementsBetweenLooks - 1
    const account = this.#account(scope)
    return `if ((i & ${last}) === ${last}) ${account}.${this.counts ? 'look()' : `spend(${elementsBetweenLooks})`};`
  }

  get #keyword(): string {
    return this.#waits ? 'async function' : 'function'
  }

  #call(name: string, args: readonly string[]): string {
    const called = `${name}(${args.join(', ')})`
    return this.#waits ? `(await ${called})` : called
  }

  /** Writes a function whose parameters are those of its scope. */
  #written(scope: CodeScope, body: string, name: string): string {
    return `${this.#keyword} ${name}(${[...scope.parameters].join(', ')}) {\n${scope.body(body)}\n}`
  }

  /**
   * Returns the name of a function whose parameters are those of its scope. Rows of different models
   * have functions of their own, since V8 shares what it learns about a function's objects.
   */
  #define(scope: CodeScope, passed: Passed, body: string): string {
    const models = [...scope.parameters].map((name) =>
      name === 'actor' || name === 'resource' ? (this.#operands.models.get(name) ?? null) : passed.kindOf(name),
    )
    const key = JSON.stringify([models, this.#written(scope, body, '')])
    return this.#pool.add('f', key, (name) => this.#written(scope, body, name))
  }

  /**
   * Writes a function once, and a call of it with the values that it uses.
   * @param first - The operand that the function reads first.
   */
  #function(body: Write, first?: Operand): Write {
    let made: { readonly name: string; readonly parameters: readonly string[]; readonly passed: Passed } | undefined
    return (scope) => {
      if (!made?.passed.isKnownIn(scope)) {
        const passed = new Passed(this.schema, this.#operands, scope, first)
        const own = new CodeScope([], passed)
        const name = this.#define(own, passed, body(own))
        made = { name, parameters: [...own.parameters], passed }
      }
      const { name, parameters, passed } = made
      const before: string[] = []
      const args = parameters.map((parameter) => {
        const path = passed.pathOf(parameter)
        if (path === undefined) return scope.use(parameter)
        const written = this.#operands.write(path, scope)
        before.push(...settled(written))
        return written.value
      })
      return before.length === 0 ? this.#call(name, args) : sequence(before, this.#call(name, args))
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
    const each = `each${++this.#depth}`
    const arms = conditions.map((condition) => this.compile(condition.where))
    this.#depth--
    const loop = (tests: readonly Write[], write: WriteLoop): Write =>
      this.#function((scope) => {
        const from = this.#operands.write(some.from, scope)
        scope.own(each)
        for (const condition of conditions) this.#operands.call(condition.each, each)
        const inner = scope.inner()
        const steps = tests.map((test) => test(inner))
        const { start, step, end } = write(steps, (elements) => this.#spend(scope, elements))
        const lines = [...settled(from), `const list = ${from.value}`, 'if (!isWhole(list)) bail(list)', start]
        return `${lines.join(';\n')}\nfor (let i = 0; i < list.length; i++) {\nconst ${each} = list[i]\n${this.#look(scope)}\n${step}\n}\n${end}`
      }, some.from)
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
    const kind = `${mode}${this.counts ? ', counting' : ''}`
    return this.#pool.define(definition, kind, (name) => this.#defined(definition, mode, name))
  }

  /** Writes a definition's function. */
  #defined(definition: Definition, mode: keyof Compiled<Write>, name: string): string {
    const parameters = definition.parameters.map((parameter) => this.#operands.name(parameter))
    const scope = new CodeScope([...this.#alwaysGiven, ...parameters])
    const self = `${text(name)}, [${parameters.join(', ')}]`
    const round = mode === 'test' ? this.round(definition) : undefined
    if (round !== undefined) {
      const [others, last = 'undefined'] = [parameters.slice(0, -1), parameters.at(-1)]
      const areFixed = others.every((_, at) => isParameter(round.args[at]!, definition.parameters[at]!))
      const body = rounds(name, others, last, areFixed, this.#round(round, parameters, scope))
      return this.#written(scope, body, name)
    }
    let body = this.#bodies.get(definition)
    if (!body) {
      body = this.compile(this.bodyOf(definition))
      this.#bodies.set(definition, body)
    }
    const found = (body[mode] ?? body.test)(scope)
    return this.#written(scope, definition.recursive ? tabled(self, found) : `return ${found}`, name)
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
            (item, list) => {
              const account = this.#account(scope)
              return `${this.#search(condition)}(${item}, ${list}, ${account})`
            },
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
      const id = JSON.stringify(['is', model, exact, known, attributeOf(of), this.#waits])
      const name = this.#pool.add('is', id, (name) => classTest(name, asked('x')))
      const test = `${isObject(x)} && ${x}.constructor === ${its} || ${name}(${x})`
      // `instanceof` with nil takes longer than the rest of a check.
      return excludesNil(cls) ? `${x} !== null && (${test})` : test
    })
  }

  #compare({ operator, left, right }: Compare, scope: CodeScope): string {
    if (operator !== '=') {
      const isEquality = operator === '==' || operator === '!='
      return this.#between(left, right, scope, (x, y) => {
        if (isEquality && y === 'null') return `${plainly(x, scope)} ${operator}= null`
        this.#ordersAll ||= !isPlainOrder(this.schema, operator, left, right)
        const asked = `compare("${operator}", ${x}, ${y}${this.#types(left, right)})`
        if (!isEquality) return this.#order(operator, x, y, [left, right], asked)
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
      equality(same, comparison, this.#asRow(x, left), this.#asRow(y, right)),
    )
  }

  /** Keeps the mark of a row only if its class is no class of values, such as dates. */
  #asRow(written: Written, operand: Operand): Written {
    const model = written.isRow ? this.#modelOf(operand) : undefined
    const cls = model === undefined ? undefined : constructorOf(this.schema, model)
    return { ...written, isRow: cls !== undefined && !allKinds.isValueClass(cls) }
  }

  /** Writes an ordering: of numbers and of dates, as far as the schema allows them, in place. */
  #order(operator: string, x: string, y: string, operands: readonly Operand[], asked: string): string {
    const types = operands.map((operand) => declaredType(this.schema, operand))
    // A literal and a result of arithmetic are no dates.
    const mayBe = (isDate: boolean): boolean =>
      types.every((type) => type?.[0] !== '#' || (type === '#') === isDate) &&
      !(isDate && operands.some(({ kind }) => kind === 'value' || kind === 'arithmetic' || kind === 'count'))
    return [
      ...(mayBe(false) ? [`${areBoth('number', x, y)} ? ${x} ${operator} ${y} : `] : []),
      ...(mayBe(true)
        ? [
            `isDate(${y}) && (${x} === null || isDate(${x})) ? ${x} !== null && ${x}.getTime() ${operator} ${y}.getTime() : `,
          ]
        : []),
      asked,
    ].join('')
  }

  /** @param ofElements - Whether the elements of the right list are compared. */
  #comparisonOf(left: Operand, right: Operand, ofElements = false): Comparison {
    this.#comparesAll ||= !isPlainComparison(this.schema, left, right, ofElements)
    const model = this.#modelOf(left) ?? this.#modelOf(right, ofElements)
    const cls = model === undefined ? undefined : this.#operands.give({ kind: 'class', model })
    const key =
      model === undefined ? undefined : rowEqualityOf(this.schema, constructorOf(this.schema, model), true, allKinds)
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
    const id = JSON.stringify(['same', cls, key, types, takesTexts, ...attributes])
    return this.#pool.add('same', id, (name) => equalityFunction(name, comparison))
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

  /** Returns the name of the function that searches a list for an item. */
  #search({ item, list }: In): string {
    const comparison = this.#comparisonOf(item, list, true)
    const same = this.#equality(comparison, item, list)
    const key = `in ${same}${this.counts ? ', counting' : ''}`
    return this.#pool.add('in', key, (name) => searchFunction(name, same, comparison.cls, this.counts))
  }

  /**
   * Returns the model of an operand's rows if it has a class.
   * @param ofElements - Whether to return that of a list's elements.
   */
  #modelOf(operand: Operand, ofElements = false): string | undefined {
    const { model, list } = operandType(this.schema, operand)
    return model === undefined || list !== ofElements || !constructorOf(this.schema, model) ? undefined : model
  }

  /** Returns the name of the function that compares an operand with nil. */
  #nilTest(operand: Operand, type: string | undefined): string {
    const id = JSON.stringify(['nil', type, attributeOf(operand)])
    const asked = `equals(x, null${type === undefined ? '' : `, ${text(type)}`})`
    return this.#pool.add('isNil', id, (name) => nilTest(name, asked))
  }

  #equalsLiteral(operand: Operand, literal: unknown, scope: CodeScope): string {
    const it = this.#operands.value(literal)
    this.#comparesAll ||= typeof literal === 'number' && !isPlainNumber(operandType(this.schema, operand))
    const written = this.#operands.write(operand, scope)
    const x = written.value
    const type = declaredType(this.schema, operand)
    if (literal === null)
      return sequence(
        written.before,
        `${x} === null || !${isScalar(x)} && ${found(written)}${this.#nilTest(operand, type)}(${x})`,
      )
    return sequence(written.before, `${x} === ${it} || ${this.#isOther(operand, written, typeof literal, it)}`)
  }

  /**
   * Writes the test of a value that is not the literal that it is compared with.
   * @param kind - What `typeof` says of the literal.
   */
  #isOther(operand: Operand, written: Written, kind: string, literal: string): string {
    const x = written.value
    const type = declaredType(this.schema, operand)
    const isOther = `typeof ${x} !== "${kind}"${operandType(this.schema, operand).nullable ? ` && ${x} !== null` : ''}`
    // Only a number can equal a value of another type.
    if (kind === 'number')
      return `${isOther} && ${found(written)}equals(${x}, ${literal}${type === undefined ? '' : `, ${text(type)}`})`
    const args = [x, type?.[0] === '#' ? text(type) : 'undefined', written.parent ?? 'undefined']
    while (args.at(-1) === 'undefined') args.pop()
    return `${isOther} && unlike(${args.join(', ')})`
  }

  /** Compares one operand with several texts as one test. */
  override compile(condition: Condition): Compiled<Write> {
    if (condition.kind !== 'or') return super.compile(condition)
    const arms: Condition[] = []
    for (let at = 0; at < condition.of.length; ) {
      const texts = textsOf(condition.of.slice(at))
      const end = at + Math.max(1, texts.length)
      arms.push(texts.length > 1 ? { ...condition, of: texts } : condition.of[at]!)
      at = end
    }
    if (arms.length > 1) return super.compile({ ...condition, of: arms })
    const texts = textsOf(condition.of) as readonly TextTest[]
    const test: Write = (scope) => this.#equalsText(texts, scope)
    // A value that is an error for one text is an error for all.
    return { test, exhaust: canFail(this.schema, condition) ? test : undefined }
  }

  #equalsText(tests: readonly TextTest[], scope: CodeScope): string {
    const { left } = tests[0]!
    const written = this.#operands.write(left, scope)
    const x = written.value
    const literals = tests.map(({ right }) => text(right.value))
    const other = this.#isOther(left, written, 'string', '')
    return sequence(written.before, [...literals.map((one) => `${x} === ${one}`), other].join(' || '))
  }
}
