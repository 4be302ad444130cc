import type { Condition } from '../../condition/condition.js'
import { Assumptions } from '../../condition/rewrite/assume.js'
import type { Expression } from '../../language/ast.js'
import { constructorOf } from '../../schema/classes.js'
import { running } from '../../schema/context.js'
import { partials } from '../../schema/partial.js'
import { metErrors, noteError } from '../../values/metErrors.js'
import { bailForSteps, Meter } from '../budget.js'
import { typesOfHost } from '../hostReads.js'
import type { Meaning } from '../meaning.js'
import {
  type BackEnd,
  budgetFor,
  type CompilePredicate,
  type Dispatch,
  type Dispatcher,
  type Enter,
  type Predicate,
  type PredicatesOfClasses,
} from '../predicate.js'
import { invokeLoaded, referenced } from '../read.js'
import { canDispatch, dispatchText, enterText } from './dispatch.js'
import {
  type Ask,
  basicHelpers,
  type ExtraHelpers,
  makeAsk,
  makeCalculate,
  makeCall,
  makeCaught,
  makeCompare,
  makeEquals,
  makeIsa,
  makeIsClass,
  makeIsThere,
  makeLinked,
  makeText,
} from './helpers.js'
import { calledIn, FunctionPool, type Given } from './pool.js'
import { type PredicateText, programText, writePredicate } from './writer.js'

/**
 * Returns a back end that compiles conditions to JavaScript. Predicates of one policy share the
 * functions of equal text, unless those read resources of different models: V8 shares what it
 * learns about objects between all calls of a function. Predicates of equal text are shared if they
 * do not read the resource, as with plain roles. With very many classes, all of them are, since
 * functions that are seldom called stay slow.
 * @param otherwise - Compiles conditions that are nested more deeply than JavaScript allows.
 */
export function sourceCompiler(otherwise: CompilePredicate): Required<Omit<BackEnd, 'compileFirst'>> {
  // Belongs to one authorizer.
  const programs = new WeakMap<Meaning, Program>()
  let count = 0
  const compile: CompilePredicate = (condition, meaning) => {
    try {
      const program = programs.get(meaning) ?? new Program(meaning)
      programs.set(meaning, program)
      // Sound: the text is the body of a function that returns a predicate.
      return program.compile(condition, ++count) as Predicate
    } catch (error) {
      // The condition is nested more deeply than JavaScript allows.
      if (error instanceof RangeError) return otherwise(condition, meaning)
      throw error
    }
  }
  return { compile, dispatch }
}

/** Compiles the functions that find predicates. Returns undefined for more classes than it compares. */
function dispatch(all: PredicatesOfClasses, reads: ReadonlySet<string>): Dispatcher | undefined {
  const values: unknown[] = []
  const nameOf = (value: unknown): string => {
    const at = values.indexOf(value)
    return `v${at < 0 ? values.push(value) - 1 : at}`
  }
  const pairs = all.map(([actor, resource, predicates]) => ({
    actor: nameOf(actor),
    resource: nameOf(resource),
    predicates: predicates.map(([action, predicate]) => [action, nameOf(predicate)] as const),
  }))
  if (!canDispatch(pairs)) return undefined
  const decide = dispatchText(pairs, reads)
  const body = `"use strict"\nconst [${values.map((_, at) => `v${at}`).join(', ')}] = values
const dispatch = ${decide}
return [dispatch, ${enterText}]`
  // Sound: the text is the body of a function that returns both.
  const made = new globalThis.Function('values', body)(values) as [Dispatch, (entrance: object) => Enter]
  const [dispatch, enter] = made
  return { dispatch, enter: (entrance) => enter({ ...entrance, met: metErrors, partials, running }) }
}

/** The compiled functions of one policy. */
class Program {
  readonly #pool: FunctionPool
  readonly #assumptions: Assumptions
  readonly #values: unknown[] = []
  readonly #functions: Record<string, unknown> = {}
  /** Predicates by their text. Those of equal text are the same. */
  readonly #predicates = new Map<string, unknown>()
  #count = 0
  readonly #extras: Omit<ExtraHelpers, 'ask' | 'begin'>

  constructor(private readonly meaning: Meaning) {
    const pool = new FunctionPool(meaning.schema.mark, true)
    this.#pool = pool
    const { places } = pool
    this.#assumptions = new Assumptions(typesOfHost(meaning.schema.constants))
    this.#extras = {
      own: new Meter(meaning.limits, bailForSteps),
      noted: (place) => noteError(places[place]!),
      caught: makeCaught(),
      isThere: makeIsThere(),
      isClass: makeIsClass(meaning),
      isa: makeIsa(meaning),
      equals: makeEquals({ meaning }),
      equalScalars: makeEquals({ meaning }),
      keyOf: (cls) => {
        const rows = meaning.rowEquality(cls)
        return rows && (rows.column ?? null)
      },
      compare: makeCompare({ meaning }),
      text: makeText(),
      call: makeCall({ meaning }),
      invoke: invokeLoaded,
      calculate: makeCalculate(),
      linked: makeLinked({ schema: meaning.schema, meaning }),
      referenced: (holder, model, name) => referenced(meaning.schema, holder, model, name),
    }
  }

  /** Compiles a condition to a predicate. */
  compile(condition: Condition, number: number): unknown {
    const assumed = this.#assumptions.apply(condition)
    return this.#make(writePredicate(assumed, this.meaning.schema, this.#pool), condition, number)
  }

  /** Compiles a predicate, and those functions of it that are new. */
  #make({ text, readsResource }: PredicateText, condition: Condition, number: number): unknown {
    const meaning = this.meaning
    const canShare = !readsResource || (++this.#count > fewPredicates && !this.#pool.mentions(text, givenValue))
    const known = canShare ? this.#predicates.get(text) : undefined
    if (known !== undefined) return known
    for (let at = this.#values.length; at < this.#pool.given.length; at++)
      this.#values.push(resolve(this.#pool.given[at]!, meaning))
    // Functions that are made were made with all that they call.
    const fresh = [...this.#pool.calledBy(text, (name) => name in this.#functions)]
    const body = programText([...fresh.map(([, one]) => one), text])
    const old = calledIn(body).filter((name) => name in this.#functions)
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
    const own = { begin: budgetFor(condition, meaning), ask: makeAsk({ ask }) }
    const helpers = { ...basicHelpers, ...this.#extras, ...own }
    const predicate: unknown = made(helpers, this.#values, this.#functions)
    if (canShare) this.#predicates.set(text, predicate)
    return predicate
  }
}

/** Up to this number, predicates have functions of their own. */
const fewPredicates = 16
/** A value of the pool, or the key of its class. */
const givenValue = /\bv\d+(?:Key)?\b/

function resolve(given: Given, meaning: Meaning): unknown {
  switch (given.kind) {
    case 'value':
      return given.value
    case 'class':
      return constructorOf(meaning.schema, given.model)
    case 'constant':
      return meaning.schema.constant(given.name)
    case 'goal':
      return given.expression
  }
}
