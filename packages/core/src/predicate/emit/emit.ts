import type { Condition, Definition, IsA, Operand, ParameterRoot, Path, Ref, Some } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { forCheck } from '../../condition/rewrite/passes.js'
import type { TextTest } from '../../condition/texts.js'
import { declaredModel, isPresent } from '../../condition/type.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { elementsBetweenLooks } from '../budget.js'
import { Compiler, type Leaf, type Round } from '../compiler.js'
import { attributeOf, ComparisonWriter } from './comparisons.js'
import { Doubt, excluded, ignored, noted } from './doubt.js'
import { helperNames } from './helpers.js'
import { OperandWriter } from './operands.js'
import { Passed } from './passed.js'
import type { FunctionPool } from './pool.js'
import { CodeScope } from './scope.js'
import {
  budgeted,
  classTest,
  isObject,
  isWholeList,
  kept,
  keyOfClass,
  leaveRounds,
  many,
  plainly,
  preludeOf,
  rounds,
  sequence,
  settled,
  skippedNil,
  spent,
  tabled,
  text,
} from './templates.js'

/** A condition as text. */
interface Code {
  /**
   * Writes a JavaScript expression, which is true or not. The scope records its unconditional reads.
   * Later text in the same scope can use them, since it is evaluated later.
   */
  readonly write: (scope: CodeScope, doubt: Doubt) => string
  /** Writes it so that its value is the decision; undefined if that takes a variable. */
  readonly decide: ((scope: CodeScope) => string) | undefined
  /** Whether it is never undecided. */
  readonly isDecided: boolean
  /**
   * The number of the place of its errors. Undefined if its parts record theirs, or if nothing is recorded; `mixed` if
   * some parts do.
   */
  readonly place?: number | 'mixed' | undefined
}

function written(write: Code['write']): Code {
  return { write, decide: undefined, isDecided: false }
}

/** Returns whether an operand is an argument of the predicate or of a definition, none of which is missing. */
function isArgument({ root, steps }: Path): boolean {
  return steps.length === 0 && root.kind !== 'variable'
}

/** Returns whether an argument is the parameter itself. */
function isParameter(argument: Operand, parameter: ParameterRoot): boolean {
  return argument.kind === 'path' && argument.root === parameter && argument.steps.length === 0
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

/**
 * Returns the text of functions, with the helpers and values that they need.
 * @param given - Writes a value of the pool. Default: an element of `values`.
 */
export function programText(
  functions: readonly string[],
  given: (at: number) => string = (at) => `values[${at}]`,
): string {
  const code = functions.join('\n')
  const classes = new Set([...code.matchAll(/\b(v\d+)Key\b/g)].map(([, name]) => name!))
  const values = new Set([...(code.match(/\bv\d+\b/g) ?? []), ...classes])
  const constants = [
    ...[...values].map((name) => `const ${name} = ${given(Number(name.slice(1)))}`),
    ...[...classes].map((name) => `const ${keyOfClass(name)} = keyOf(${name})`),
  ]
  const all = [...constants, code].join('\n')
  return [...preludeOf(all, [...helperNames, 'whole']), all].join('\n')
}

const subjects = ['actor', 'action', 'resource'] as const

class Source extends Compiler<Code> {
  readonly #condition: Condition
  readonly #operands: OperandWriter
  readonly #comparisons: ComparisonWriter
  /** Whether every function waits. */
  readonly #waits: boolean
  readonly #pool: FunctionPool
  readonly #bodies = new Map<Definition, Code>()
  /** The number of collections around the condition that is compiled. */
  #depth = 0

  constructor(condition: Condition, schema: Schema, pool: FunctionPool, waits: boolean) {
    // A waiting evaluation is not alone: others run meanwhile.
    super(schema, waits || needsBudget(condition))
    this.#condition = condition
    this.#waits = waits
    this.#pool = pool
    this.#operands = new OperandWriter(schema, waits, this.counts, pool)
    this.#comparisons = new ComparisonWriter(schema, this.#operands, pool, this.counts)
  }

  write(): PredicateText {
    const scope = new CodeScope()
    // No other part decides if the whole is an error.
    const test = this.#decision({ ...this.compile(forCheck(this.schema, this.#condition)), place: undefined }, scope)
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
      comparesAll: this.#comparisons.comparesAll,
      ordersAll: this.#comparisons.ordersAll,
      readsResource: scope.parameters.has('resource'),
    }
  }

  /** Writes a periodic check of the time in the loop over a collection. */
  #look(scope: CodeScope): string {
    const last = elementsBetweenLooks - 1
    const account = this.#operands.account(scope)
    return `if ((i & ${last}) === ${last}) ${account}.${this.counts ? 'look()' : `spend(${elementsBetweenLooks})`};`
  }

  get #keyword(): string {
    return this.#waits ? 'function*' : 'function'
  }

  #call(name: string, args: readonly string[]): string {
    const called = `${name}(${args.join(', ')})`
    return this.#waits ? `(yield* ${called})` : called
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
  #function(body: (scope: CodeScope) => string, first?: Operand): (scope: CodeScope) => string {
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

  /** Writes an expression whose value is the decision. */
  #decision({ write, decide, place, isDecided }: Code, scope: CodeScope): string {
    if (decide && (place === undefined || isDecided)) return decide(scope)
    if (decide && place !== 'mixed') return `(${decide(scope)} ?? ${noted(place)})`
    const found = scope.local()
    return `(${found} = false, ${write(scope, new Doubt(found))} || ${found})`
  }

  /** Returns the code of a condition that is not made of others. */
  #test(write: Code['write'], place?: number): Code {
    return {
      write: (scope, doubt) => write(scope, doubt.at(place)),
      decide: (scope) => write(scope, ignored),
      isDecided: false,
      place,
    }
  }

  /** Returns the number of the place of several tests that are noted together. */
  #placeOf(tests: readonly Code[]): Code['place'] {
    const places = tests.filter(({ isDecided }) => !isDecided).map(({ place }) => place)
    const [first, ...others] = new Set(places)
    if (first === undefined || first === 'mixed' || others.length === 0) return others.length === 0 ? first : 'mixed'
    const numbers = places.filter((place) => typeof place === 'number')
    if (numbers.length < places.length) return 'mixed'
    const spans = numbers.map((place) => this.#pool.places[place]!.span)
    const { source } = spans[0]!
    if (spans.some((span) => span.source !== source)) return first
    const start = Math.min(...spans.map((span) => span.start))
    return this.#pool.place({ source, start, end: Math.max(...spans.map(({ end }) => end)) })
  }

  protected decided({ write, isDecided }: Code): Code {
    if (isDecided) return { write, decide: (scope) => write(scope, excluded), isDecided }
    const certain = (scope: CodeScope): string => write(scope, excluded)
    return { write: certain, decide: certain, isDecided: true }
  }

  protected not(of: Code): Code {
    const code = written((scope, doubt) => `!${of.write(scope, doubt.negated)}`)
    return of.isDecided ? this.decided({ ...code, isDecided: true }) : code
  }

  /** Several tests that may be undecided are noted together, which takes less code. */
  protected all(tests: readonly Code[]): Code {
    if (tests.length === 1) return tests[0]!
    const join = (scope: CodeScope, write: (test: Code, scope: CodeScope, isLast: boolean) => string): string =>
      `(${this.#texts(tests, scope, (test, inner, at) => write(test, inner, at === tests.length - 1)).join(' && ')})`
    const isDecided = tests.every((test) => test.isDecided)
    const canDecide = tests.every((test) => test.decide)
    const together = tests.filter((test) => test.decide && !test.isDecided)
    const place = this.#placeOf(together)
    const isNotedOnce = together.length > 1 && place !== 'mixed'
    return {
      write: (scope, doubt) => {
        if (doubt.isNegated && !isDecided) return doubt.note(this.#decision(this.all(tests), scope))
        const text = join(scope, (test, inner, isLast) =>
          isNotedOnce && test.decide ? test.decide(inner) : test.write(inner, isLast ? doubt : doubt.before),
        )
        return isNotedOnce ? doubt.at(place).note(text) : text
      },
      // Sound: all of them can.
      decide: canDecide ? (scope) => join(scope, (test, inner) => test.decide!(inner)) : undefined,
      isDecided,
      place,
    }
  }

  protected or(arms: readonly Code[]): Code {
    const write: Code['write'] = (scope, doubt) =>
      `(${this.#texts(arms, scope, (arm, inner) => arm.write(inner, doubt)).join(' || ')})`
    if (arms.every((arm) => arm.isDecided)) return this.decided({ ...written(write), isDecided: true })
    // A variable of the condition around it serves if that condition is true, too.
    return written((scope, doubt) =>
      doubt.isNegated || !doubt.isLast ? doubt.note(this.#decision(written(write), scope)) : write(scope, doubt),
    )
  }

  /** Writes the parts of a condition: all but the first are not always evaluated. */
  #texts(
    codes: readonly Code[],
    scope: CodeScope,
    write: (code: Code, scope: CodeScope, at: number) => string,
  ): readonly string[] {
    let inner = scope
    return codes.map((code, at) => {
      const text = write(code, inner, at)
      if (inner === scope) inner = scope.inner()
      return text
    })
  }

  protected loop(condition: Some, present: readonly Path[], compile: () => Code, skipsNil: boolean): Code {
    const each = `each${++this.#depth}`
    const { write, isDecided = false } = compile()
    this.#depth--
    const isCertain = isDecided && !skipsNil
    const place = this.#pool.place(condition.span)
    const call = this.#function((scope) => {
      const from = this.#operands.write(condition.from, scope.where(present))
      scope.own(each)
      this.#operands.call(condition.each, each)
      const test = write(scope.inner(), new Doubt('found'))
      const list = from.value
      const leave = (elements: string, answer: string): string => `return ${this.#spend(scope, elements)}${answer}`
      return [
        ...settled(from).map((line) => `${line};`),
        `if (!${isWholeList(list)}) return undecided(${list})${place === undefined ? '' : ` ?? ${noted(place)}`}`,
        ...(isCertain ? [] : ['let found = false']),
        `for (let i = 0; i < ${list}.length; i++) {\nconst ${each} = ${list}[i]\n${this.#look(scope)}`,
        ...(skipsNil ? [skippedNil(each, place)] : []),
        `if (${test}) ${leave('i + 1', 'true')}\n}`,
        leave(`${list}.length`, isCertain ? 'false' : 'found'),
      ].join('\n')
    }, condition.from)
    return this.#test((scope, doubt) => doubt.note(call(scope.where(present))))
  }

  /** Writes the count of steps before a value, if steps are counted. */
  #spend(scope: CodeScope, steps: string): string {
    return this.counts ? `${spent(scope.use('budget'), steps)}, ` : ''
  }

  protected ref({ definition, args, span }: Ref, present: readonly Path[]): Code {
    return this.#test((scope, doubt) => {
      const { before, values, areThere } = this.#args(args, scope.where(present), this.#pool.place(span))
      const given = [...this.#alwaysGiven.map((one) => scope.use(one)), ...values]
      return doubt.note(sequence(before, `${areThere}${this.#call(this.#definition(definition), given)}`))
    })
  }

  /** The parameters of the predicate. */
  get #given(): readonly string[] {
    return this.#waits ? [...subjects, 'arrive'] : subjects
  }

  /** The parameters of every definition. */
  get #alwaysGiven(): readonly string[] {
    return this.counts ? [...this.#given, 'budget'] : this.#given
  }

  /**
   * Writes arguments of a call, and a test before it that none is missing. Parameters of the caller
   * are not.
   */
  #args(
    args: readonly Operand[],
    scope: CodeScope,
    place?: number,
  ): { before: string[]; values: string[]; areThere: string } {
    const written = args.map((arg) => this.#operands.write(arg, scope))
    const values = written.map(({ value }) => value)
    const missing = values.filter((_, at) => !this.#isThere(args[at]!, scope))
    const areThere = missing.map((value) => `(${value} !== undefined || ${noted(place)}) && `).join('')
    return { before: written.flatMap(kept), values, areThere }
  }

  /** Returns whether an argument surely has a value. */
  #isThere(operand: Operand, { present }: CodeScope): boolean {
    return (
      operand.kind === 'value' ||
      (operand.kind === 'path' && (isArgument(operand) || isPresent(present, operand, operand.steps.length)))
    )
  }

  /** Returns the name of a definition's function. */
  #definition(definition: Definition): string {
    return this.#pool.define(definition, this.counts ? 'counting' : '', (name) => this.#defined(definition, name))
  }

  /** Writes a definition's function. */
  #defined(definition: Definition, name: string): string {
    const parameters = definition.parameters.map((parameter) => this.#operands.name(parameter))
    const scope = new CodeScope([...this.#alwaysGiven, ...parameters])
    const self = `${text(name)}, [${parameters.join(', ')}]`
    const round = this.round(definition)
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
    const test = this.#decision(body, scope)
    return this.#written(scope, definition.recursive ? tabled(self, test) : `return ${test}`, name)
  }

  /** Writes one round of a definition that is a loop. */
  #round({ found, guard, present, args }: Round<Code>, parameters: readonly string[], scope: CodeScope): string {
    const doubt = new Doubt('found')
    const first = found.write(scope, doubt)
    const second = guard.write(scope, doubt.before)
    const { before, values } = this.#args(args, scope.where(present))
    const missing = values.filter((_, at) => !this.#isThere(args[at]!, scope))
    return [
      `if (${first}) return ${leaveRounds('true')}`,
      `if (!${second}) return ${leaveRounds('found')}`,
      ...before,
      ...missing.map((value) => `if (${value} === undefined) return ${leaveRounds('undefined')}`),
      ...values.map((value, index) => `const next${index} = ${value}`),
      ...parameters.map((parameter, index) => `${parameter} = next${index}`),
    ].join(';\n')
  }

  protected leaf(condition: Leaf, present: readonly Path[]): Code {
    const place = 'span' in condition ? this.#pool.place(condition.span) : undefined
    const test = this.#test((scope, doubt) => this.#leaf(condition, scope.where(present), doubt), place)
    return condition.kind === 'true' || condition.kind === 'false' ? this.decided(test) : test
  }

  #leaf(condition: Leaf, scope: CodeScope, doubt: Doubt): string {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return condition.kind
      case 'test':
        return this.#operands.about(
          condition.of,
          scope,
          (x) => `${x} === true || ${x} !== false && ${doubt.note(`undecided(${x})`)}`,
        )
      case 'reads':
        return this.#operands.about(
          condition.of,
          scope,
          (x) => `${plainly(x, scope)} !== undefined || ${doubt.note('undefined')}`,
        )
      case 'compare':
        return this.#comparisons.write(condition, scope, doubt)
      case 'in':
        return doubt.note(this.#comparisons.writeIn(condition, scope))
      case 'isa':
        return this.#isa(condition, scope, doubt)
      case 'text': {
        const { operator } = condition
        return this.#operands.between(condition.of, condition.part, scope, (x, y) =>
          doubt.note(`text("${operator}", ${x}, ${y}, ${this.#operands.account(scope)})`),
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
        return doubt.note(sequence(before, `ask(${goal}, new Map([${entries.join(', ')}]), ${scope.use('budget')})`))
      }
      case 'failure':
        return doubt.note('undefined')
    }
  }

  #isa({ of, model, exact }: IsA, scope: CodeScope, doubt: Doubt): string {
    const cls = constructorOf(this.schema, model)
    const known = declaredModel(this.schema, of)
    const asked = (x: string): string =>
      `isa(plain(${x}), ${text(model)}, ${exact}${known === undefined ? '' : `, ${text(known)}`})`
    return this.#operands.about(of, scope, (x) => {
      // An instance of the class is not a promise either.
      scope.learn(`plain ${x}`, x)
      if (!cls) return doubt.note(asked(x))
      const its = this.#operands.give({ kind: 'class', model })
      const id = JSON.stringify(['is', model, exact, known, attributeOf(of), this.#waits])
      const name = this.#pool.add('is', id, (name) => classTest(name, asked('x')))
      const test = `${isObject(x)} && ${x}.constructor === ${its} || ${doubt.note(`${name}(${x})`)}`
      // `instanceof` with nil takes longer than the rest of a check.
      return excludesNil(cls) ? `${x} !== null && (${test})` : test
    })
  }

  protected texts(tests: readonly TextTest[], present: readonly Path[]): Code {
    const place = this.#pool.place(tests[0]!.span)
    return this.#test((scope, doubt) => this.#comparisons.writeTexts(tests, scope.where(present), doubt), place)
  }
}
