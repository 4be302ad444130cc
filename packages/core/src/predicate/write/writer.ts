import type { Condition, ParameterRoot } from '../../condition/condition.js'
import { needsBudget } from '../../condition/cost.js'
import { forCheck } from '../../condition/rewrite/passes.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import { elementsBetweenLooks } from '../budget.js'
import { buildGraph, joined } from '../graph/build.js'
import type { Argument, Callee, InstanceOf, Loop, Node, Round, Test, TestOf, Value } from '../graph/graph.js'
import { attributeOf, ComparisonWriter } from './comparisons.js'
import { Doubt, excluded, ignored, noted } from './doubt.js'
import { classTest, keyOfClass } from './equality.js'
import { helperNames } from './helpers.js'
import { OperandWriter } from './operands.js'
import { type Choice, choicesIn, isTest, partsOfFunction, type Several } from './parts.js'
import type { FunctionPool } from './pool.js'
import { CodeScope } from './scope.js'
import {
  budgeted,
  choiceText,
  functionText,
  isObject,
  isWholeList,
  leaveRounds,
  many,
  preludeOf,
  quickText,
  rounds,
  skippedElement,
  spent,
  tabled,
  text,
} from './templates.js'
import { defined, definedAndPlain, ensured, sequence } from './written.js'

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
 * @throws RangeError if the condition is nested too deeply.
 */
export function writePredicate(condition: Condition, schema: Schema, pool: FunctionPool): PredicateText {
  return new Writer(condition, schema, pool).write()
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
  return [...preludeOf(all, helperNames), all].join('\n')
}

const subjects = ['actor', 'action', 'resource'] as const
const ownMeter = /\bown\b/

/** A part of a condition as a function. */
interface PartFunction {
  readonly name: string
  readonly parameters: readonly string[]
}

/**
 * Writes the nodes of a graph as expressions. A scope records the reads that text in it does always:
 * later text in the same scope can use them.
 */
class Writer {
  readonly #graph: Node
  readonly #operands: OperandWriter
  readonly #comparisons: ComparisonWriter
  /** Whether an evaluation counts its steps. */
  readonly #counts: boolean
  readonly #loops = new Map<Loop, PartFunction>()

  constructor(
    condition: Condition,
    schema: Schema,
    private readonly pool: FunctionPool,
  ) {
    this.#counts = needsBudget(condition)
    this.#graph = buildGraph(schema, forCheck(schema, condition))
    this.#operands = new OperandWriter(schema, this.#counts, pool)
    this.#comparisons = new ComparisonWriter(schema, this.#operands, pool, this.#counts)
  }

  write(): PredicateText {
    const scope = new CodeScope()
    // No other part decides if the whole is an error: it need not be noted.
    const test = isTest(this.#graph) ? this.#test(this.#graph, scope, ignored) : this.#decision(this.#graph, scope)
    const body = scope.body(`return ${test}`)
    const usesOwn = !this.#counts && this.pool.mentions(body, ownMeter)
    const hasBudget = scope.parameters.has('budget')
    const text = [
      `function decide(${subjects.join(', ')}) {`,
      ...(usesOwn ? ['own.reset()'] : []),
      hasBudget ? budgeted(body) : body,
      '}',
      many,
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

  /** The parameters of every definition. */
  get #alwaysGiven(): readonly string[] {
    return this.#counts ? [...subjects, 'budget'] : subjects
  }

  // nodes

  /** Writes an expression whose value is the decision. */
  #decision(node: Node, scope: CodeScope): string {
    if (node.isDecided) return this.#node(node, scope, excluded)
    if (!isTest(node)) return this.#undecided(scope, (doubt) => this.#node(node, scope, doubt))
    const place = this.#placeOf(node)
    const text = this.#test(node, scope, ignored)
    return place === undefined ? text : `(${text} ?? ${noted(place)})`
  }

  /** Writes an expression whose value is true, or else what a variable notes. */
  #undecided(scope: CodeScope, write: (doubt: Doubt) => string): string {
    const found = scope.local()
    return `(${found} = false, ${write(new Doubt(found))} || ${found})`
  }

  /** Writes an expression that is true or not; where it is undecided, it notes that. */
  #node(node: Node, scope: CodeScope, doubt: Doubt): string {
    switch (node.kind) {
      case 'not':
        return `!${this.#node(node.of, scope, doubt.negated)}`
      case 'all': {
        if (doubt.isNegated && !node.isDecided) return doubt.note(this.#decision(node, scope))
        const parts = partsOfFunction(node)
        const write = (part: Node, inner: CodeScope, at: number): string =>
          this.#part(part, node, inner, at === parts.length - 1 ? doubt : doubt.before)
        return joinedText(parts, ' && ', scope, write)
      }
      case 'any': {
        const { choices, others } = choicesIn(node.of)
        const arms = choices.length === 0 ? node : { ...node, of: others }
        const write = (noted: Doubt): string =>
          joinedText([...choices, ...partsOfFunction(arms)], ' || ', scope, (part, inner) =>
            'cases' in part
              ? noted.unless(part.isDecided, this.#choice(part, inner))
              : this.#part(part, arms, inner, noted),
          )
        // A variable of the condition around it serves if that condition is true, too.
        return node.isDecided || doubt.isLast ? write(doubt) : doubt.note(this.#undecided(scope, write))
      }
      default:
        return this.#test(node, scope, node.isDecided ? excluded : doubt.at(this.#placeOf(node)))
    }
  }

  /** Returns the number of the place of a test's errors; undefined if its parts record theirs, or nothing does. */
  #placeOf({ kind, span }: Test): number | undefined {
    return span === undefined || kind === 'loop' || kind === 'call' ? undefined : this.pool.place(span)
  }

  /** Writes a part of a condition: several of its parts together as a function. */
  #part(part: Node, whole: Several, scope: CodeScope, doubt: Doubt): string {
    if (whole.of.includes(part)) return this.#node(part, scope, doubt)
    return doubt.unless(
      part.isDecided,
      this.#apart(
        this.#functionOf((inner) => `return ${this.#decision(part, inner)}`),
        scope,
      ),
    )
  }

  /** Writes alternatives of which the value of an operand chooses some. */
  #choice({ side, kind, isTested, cases }: Choice, scope: CodeScope): string {
    const all = [...cases].map(([literal, some]) => ({
      literal,
      places: some.flatMap(({ test }) => this.#placeOf(test) ?? []),
      scope: new CodeScope(),
      rest: joined(
        'any',
        some.map(({ rest }) => rest),
      ),
    }))
    const bodies = all.map((one) => one.scope.body(`return ${this.#decision(one.rest, one.scope)}`))
    const parameters = [...new Set(all.flatMap((one) => [...one.scope.parameters]))]
    const names = bodies.map((body) => this.#added(parameters, body))
    const entries = all.map(({ literal }, at) => `[${JSON.stringify(literal)}, ${names[at]!}]`)
    const table = this.#table(`new Map([${entries.join(', ')}])`)
    const places = all.some((one) => one.places.length > 0)
      ? `for (const place of ${this.#table(JSON.stringify(all.map((one) => one.places)))}[at]) noted(place)\n`
      : ''
    const undecided = isTested ? 'bail()' : `{\n${places}found = undefined\n}`
    const part = this.#functionOf((inner) => {
      for (const parameter of parameters) inner.use(parameter)
      const read = this.#comparisons.otherThan(side, kind, inner)
      const asked = called('chosen', parameters)
      return choiceText({ ...read, kind, excludesNil: side.type.nullable, called: asked, undecided, table })
    })
    return this.#apart(part, scope)
  }

  /** Returns the name of a constant. */
  #table(value: string): string {
    return this.pool.add('f', value, (name) => `const ${name} = ${value}`)
  }

  // tests

  #test(test: Test, scope: CodeScope, doubt: Doubt): string {
    switch (test.kind) {
      case 'true':
      case 'false':
        return test.kind
      case 'truth': {
        const write = (x: string): string => `${x} === true || ${x} !== false && ${doubt.note(`undecided(${x})`)}`
        return this.#operands.about(test.value, scope, write)
      }
      case 'reads':
        return this.#comparisons.reads(test.value, scope, doubt)
      case 'literal':
        return this.#comparisons.literal(test, scope, doubt)
      case 'none':
        return this.#comparisons.none(test, scope, doubt)
      case 'order':
        return this.#comparisons.order(test, scope, doubt)
      case 'same':
        return this.#comparisons.same(test, scope, doubt)
      case 'in':
        return this.#comparisons.contains(test, scope, doubt)
      case 'isa':
        return this.#isa(test, scope, doubt)
      case 'text': {
        const write = (x: string, y: string): string =>
          quickText(
            test.operator,
            x,
            y,
            doubt.note(`text("${test.operator}", ${x}, ${y}, ${this.#operands.account(scope)})`),
          )
        return this.#operands.between(test.of, test.part, scope, write)
      }
      case 'ask':
        return this.#ask(test, scope, doubt)
      case 'loop':
        return doubt.note(this.#loop(test, scope))
      case 'call':
        return doubt.note(this.#call(test, scope))
      case 'failure':
        return doubt.note('undefined')
    }
  }

  #isa({ value, model, exact, cls, excludesNil, declared }: InstanceOf, scope: CodeScope, doubt: Doubt): string {
    const asked = (x: string): string =>
      `isa(plain(${x}), ${text(model)}, ${exact}${declared === undefined ? '' : `, ${text(declared)}`})`
    return this.#operands.about(value, scope, (x) => {
      // An instance of the class is not a promise either.
      scope.learn(`plain ${x}`, x)
      if (cls === undefined) return doubt.note(asked(x))
      const its = this.#operands.give({ kind: 'class', model })
      const id = JSON.stringify(['is', model, exact, declared, attributeOf(value)])
      const name = this.pool.add('is', id, (name) => classTest(name, asked('x')))
      const test = `${isObject(x)} && ${x}.constructor === ${its} || ${doubt.note(`${name}(${x})`)}`
      // `instanceof` with nil takes longer than the rest of a check.
      return excludesNil ? `${x} !== null && (${test})` : test
    })
  }

  #ask({ expression, span, bindings }: TestOf<'ask'>, scope: CodeScope, doubt: Doubt): string {
    const written = bindings.map(({ value }) => this.#operands.write(value, scope))
    const entries = bindings.map(({ name }, at) => `[${text(name)}, ${written[at]!.value}]`)
    const goal = this.#operands.give({ kind: 'goal', expression, span: span! })
    const asked = `ask(${goal}, new Map([${entries.join(', ')}]), ${scope.use('budget')})`
    return doubt.note(
      sequence(
        written.flatMap((one) => ensured(one, definedAndPlain)),
        asked,
      ),
    )
  }

  // functions

  /** Writes a function whose parameters are those of its scope. */
  #function(scope: CodeScope, body: string, name: string): string {
    return functionText(name, [...scope.parameters], scope.body(body))
  }

  /** Writes a loop as a function once, and a call of it with the values that it uses. */
  #loop(loop: TestOf<'loop'>, scope: CodeScope): string {
    return this.#apart(
      entryOf(this.#loops, loop, () => this.#functionOf((inner) => this.#loopBody(loop, inner))),
      scope,
    )
  }

  /** Writes a call of a function of a part, with the values that it uses. */
  #apart({ name, parameters }: PartFunction, scope: CodeScope): string {
    return called(
      name,
      parameters.map((parameter) => scope.use(parameter)),
    )
  }

  /** Returns a function of a part. @param write - Writes its body in its scope. */
  #functionOf(write: (scope: CodeScope) => string): PartFunction {
    const scope = new CodeScope()
    const body = scope.body(write(scope))
    const parameters = [...scope.parameters]
    return { name: this.#added(parameters, body), parameters }
  }

  /**
   * Adds a function of a part. Actors and resources of different models have functions of their own, since V8 shares what it
   * learns about a function's objects.
   */
  #added(parameters: readonly string[], body: string): string {
    const { models } = this.#operands
    const ofModels = parameters.map((name) => models.get(name as 'actor' | 'resource') ?? null)
    const write = (name: string): string => functionText(name, parameters, body)
    return this.pool.add('f', JSON.stringify([ofModels, write('')]), write)
  }

  #loopBody({ from, each, depth, where, skipsNil, holds, span }: TestOf<'loop'>, scope: CodeScope): string {
    const place = span && this.pool.place(span)
    const list = this.#operands.write(from, scope)
    const element = scope.own(`each${depth}`)
    this.#operands.call(each, element)
    const test = this.#node(where, scope.inner(), new Doubt('found'))
    const leave = (elements: string, answer: string): string => `return ${this.#spend(scope, elements)}${answer}`
    return [
      ...ensured(list, defined).map((line) => `${line};`),
      `if (!${isWholeList(list.value)}) return undecided(${list.value})${place === undefined ? '' : ` ?? ${noted(place)}`}`,
      'let found = false',
      `for (let i = 0; i < ${list.value}.length; i++) {\nconst ${element} = ${list.value}[i]\n${this.#look(scope)}`,
      skippedElement(element, skipsNil, place),
      holds === undefined ? '' : this.#operands.classTest(element, holds),
      `if (${test}) ${leave('i + 1', 'true')}\n}`,
      leave(`${list.value}.length`, 'found'),
    ].join('\n')
  }

  /** Writes a periodic check of the time in the loop over a collection. */
  #look(scope: CodeScope): string {
    const last = elementsBetweenLooks - 1
    const account = this.#operands.account(scope)
    return `if ((i & ${last}) === ${last}) ${account}.${this.#counts ? 'look()' : `spend(${elementsBetweenLooks})`};`
  }

  /** Writes the count of steps before a value, if steps are counted. */
  #spend(scope: CodeScope, steps: string): string {
    return this.#counts ? `${spent(scope.use('budget'), steps)}, ` : ''
  }

  #call({ callee, args, span }: TestOf<'call'>, scope: CodeScope): string {
    const place = span && this.pool.place(span)
    const { before, values, missing } = this.#args(args, scope)
    const given = [...this.#alwaysGiven.map((one) => scope.use(one)), ...values]
    const areThere = missing.map((value) => `(${value} !== undefined || ${noted(place)}) && `).join('')
    return sequence(before, `${areThere}${called(this.#definition(callee), given)}`)
  }

  /** Writes arguments of a call, and returns which of them can be missing. */
  #args(args: readonly Argument[], scope: CodeScope): Record<'before' | 'values' | 'missing', readonly string[]> {
    const written = args.map(({ value }) => this.#operands.write(value, scope))
    const values = written.map(({ value }) => value)
    const missing = values.filter((_, at) => !args[at]!.isThere)
    return { before: written.flatMap((one) => ensured(one, definedAndPlain)), values, missing }
  }

  /** Returns the name of a definition's function. */
  #definition(callee: Callee): string {
    const mode = this.#counts ? 'counting' : ''
    return this.pool.define(callee.definition, mode, (name) => this.#defined(callee, name))
  }

  /** Writes a definition's function. */
  #defined(callee: Callee, name: string): string {
    const { parameters, recursive } = callee.definition
    const names = parameters.map((parameter) => this.#operands.name(parameter))
    const scope = new CodeScope([...this.#alwaysGiven, ...names])
    const graph = callee.graph()
    if (graph.kind === 'round') {
      const [others, last = 'undefined'] = [names.slice(0, -1), names.at(-1)]
      const areFixed = others.every((_, at) => isParameter(graph.args[at]!.value, parameters[at]!))
      return this.#function(scope, rounds(name, others, last, areFixed, this.#round(graph, names, scope)), name)
    }
    const test = this.#decision(graph, scope)
    const self = `${text(name)}, [${names.join(', ')}]`
    return this.#function(scope, recursive ? tabled(self, test) : `return ${test}`, name)
  }

  /** Writes one round of a definition that is a loop. */
  #round({ found, guard, args }: Round, parameters: readonly string[], scope: CodeScope): string {
    const doubt = new Doubt('found')
    const first = this.#node(found, scope, doubt)
    const second = this.#node(guard, scope, doubt.before)
    const { before, values, missing } = this.#args(args, scope)
    return [
      `if (${first}) return ${leaveRounds('true')}`,
      `if (!${second}) return ${leaveRounds('found')}`,
      ...before,
      ...missing.map((value) => `if (${value} === undefined) return ${leaveRounds('undefined')}`),
      ...values.map((value, index) => `const next${index} = ${value}`),
      ...parameters.map((parameter, index) => `${parameter} = next${index}`),
    ].join(';\n')
  }
}

/** Writes the parts of a condition: all but the first are not always evaluated. */
function joinedText<Part>(
  parts: readonly Part[],
  operator: ' && ' | ' || ',
  scope: CodeScope,
  write: (part: Part, scope: CodeScope, at: number) => string,
): string {
  let inner = scope
  const texts = parts.map((part, at) => {
    const text = write(part, inner, at)
    if (inner === scope) inner = scope.inner()
    return text
  })
  return `(${texts.join(operator)})`
}

/** Returns whether an argument is the parameter itself. */
function isParameter(argument: Value, parameter: ParameterRoot): boolean {
  return argument.kind === 'path' && argument.root === parameter && argument.steps.length === 0
}

function called(name: string, args: readonly string[]): string {
  return `${name}(${args.join(', ')})`
}
