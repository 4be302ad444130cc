import { actorsOf, stringLiteralsOf } from '../authorizer/actions/actionNames.js'
import { PolicyActions } from '../authorizer/actions/policyActions.js'
import type { Authorizer } from '../authorizer/authorizer.js'
import { type ActionKind, isForMachine, type Kind, planCheck } from '../authorizer/plans/plans.js'
import { Assumptions } from '../condition/assume.js'
import type { Condition } from '../condition/condition.js'
import { partsOf } from '../condition/cost.js'
import { Deriver } from '../condition/derive/derive.js'
import { isStackOverflow } from '../condition/stack.js'
import { conditionsIn } from '../condition/visit.js'
import { ArgumentError } from '../errors.js'
import type { Expression } from '../language/ast.js'
import { hasCut } from '../language/mentions.js'
import { print } from '../language/print.js'
import { type Span, spanText } from '../language/source.js'
import type { Policy } from '../policy/policy.js'
import { canDispatch, dispatchText } from '../predicate/emit/dispatch.js'
import { type PredicateText, programText, writePredicate } from '../predicate/emit/emit.js'
import type { ExtraHelpers } from '../predicate/emit/helpers.js'
import { hasPlainRows } from '../predicate/emit/plainness.js'
import { FunctionPool, type Given } from '../predicate/emit/pool.js'
import { typesOfHost } from '../predicate/hostReads.js'
import type { Model } from '../schema/model.js'
import { type References, referencesOf } from '../schema/partial.js'
import type { Schema } from '../schema/schema.js'
import { builtinClasses } from '../values/builtin.js'
import { entryOf } from '../values/entryOf.js'
import type { KindName } from './module.js'

export interface CompileOptions {
  /**
   * The names of the models whose instances can be actors. Anonymous actors (nil) are always
   * included. Default: the models that have an actor block or that type the actor of an `allow`
   * rule, and their subclasses. If there are none, all models.
   */
  readonly actors?: readonly string[]
  /** The specifier from which the module imports its runtime. Default: `@arcturus/core/runtime`. */
  readonly runtime?: string
}

/** A part of the policy for which the module throws `machine-only`. */
export interface MachineOnly {
  readonly actor: KindName
  /** Null for every action that the policy does not name. */
  readonly action: string | null
  readonly resource: KindName
  readonly reason: string
  readonly span: Span | undefined
}

export interface CompiledModule {
  /** A JavaScript module (ESM) that exports `createAuthorizer`. */
  readonly code: string
  /** The module's types, for a `.d.ts` file beside it. */
  readonly types: string
  /** The bytes of the code, without the runtime that it imports. The code states them, too. */
  readonly size: number
  /** The checks that need the query machine and that the module therefore rejects. */
  readonly machineOnly: readonly MachineOnly[]
}

/**
 * Compiles the loaded policy to a JavaScript module that decides checks without the parser and the
 * query machine. The module never calls `new Function`. It suits fast start-up, pages with a
 * Content Security Policy, and edge platforms. Its decisions equal those of the authorizer.
 * Constants, and their methods without arguments such as `clock.now()`, are read once for their types,
 * which the module's application has to keep.
 *
 * @param authorizer - an authorizer with a loaded policy
 * @param options - the actors, and the module's runtime
 * @returns the module's code and types, and the checks that it rejects
 * @throws ArgumentError if no policy is loaded, or if `options.actors` contains an unknown name.
 * Also thrown if a class is recognized by a function of the application (`isaCheck`), which no text
 * can contain.
 * @example
 * ```ts
 * import { Authorizer } from '@arcturus/core'
 * import { compilePolicy } from '@arcturus/core/compile'
 *
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 * const authorizer = new Authorizer().registerClass(User).registerClass(Note)
 * authorizer.loadSync('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
 *
 * const { code, types } = compilePolicy(authorizer) // policy.js and policy.d.ts
 * // import { createAuthorizer } from './policy.js'
 * // createAuthorizer({ classes: { User, Note } }).can(new User(1), 'read', new Note(1)) // true
 * ```
 */
export function compilePolicy(
  authorizer: Pick<Authorizer, 'policy' | 'schema' | 'readAction' | 'declaredActions'>,
  options: CompileOptions = {},
): CompiledModule {
  const { policy, schema, readAction, declaredActions: declared } = authorizer
  if (!policy)
    throw new ArgumentError('no-policy', 'No policy is loaded.', {
      hint: 'load one before you compile it: await authorizer.load(text)',
    })
  return new ModuleWriter(policy, schema, new PolicyActions(policy, schema, { declared, readAction }), options).write()
}

class ModuleWriter {
  readonly #policy: Policy
  readonly #schema: Schema
  readonly #allActions: PolicyActions['all']
  readonly #options: CompileOptions
  readonly #deriver: Deriver
  readonly #assumptions: Assumptions
  readonly #pool = new FunctionPool()
  /** The indices of predicates, keyed by their text: many classes can share one. */
  readonly #predicates = new Map<string, number>()
  readonly #constants = new Set<string>()
  readonly #actions = new Set<string>()
  #anyAction = false
  /** The most parts of a condition that counts its steps. */
  #parts = 0
  #comparesAll = false
  #ordersAll = false
  readonly #machineOnly: MachineOnly[] = []
  /** The indices of predicates by action, for the classes of actors and resources. */
  readonly #ofClasses: [actor: string, resource: string, predicates: (readonly [action: string, index: number])[]][] =
    []

  constructor(policy: Policy, schema: Schema, actions: PolicyActions, options: CompileOptions) {
    this.#policy = policy
    this.#schema = schema
    this.#assumptions = new Assumptions(typesOfHost(schema.constants))
    this.#deriver = new Deriver(policy, schema)
    this.#allActions = actions.all
    this.#options = options
  }

  write(): CompiledModule {
    const models = [...this.#schema.models.values()].filter(({ name }) => !builtinClasses.has(name))
    const checked = models.find((model) => model.isaCheck)
    if (checked) {
      throw new ArgumentError(
        'invalid-argument',
        `${checked.name} has an \`isaCheck\` function, which a compiled module cannot contain.`,
        {
          hint: 'register a class for its instances, or tag them: as(name, row)',
        },
      )
    }
    const words = [...stringLiteralsOf(this.#policy)]
    const resources = [null, ...this.#schema.models.keys()]
    const plans = this.#actors().map((actor) => {
      const byPlans = new Map<string, KindName[]>()
      for (const resource of resources) {
        const lines = this.#plansOf(actor, resource, words)
        if (lines !== '') entryOf(byPlans, lines, () => []).push(resource)
      }
      const its = [...byPlans].map(([lines, kinds]) => `      [${JSON.stringify(kinds)}, [\n${lines}      ]],\n`)
      return `    [${JSON.stringify(actor)}, [\n${its.join('')}    ]],\n`
    })
    const constants = [...this.#constants].filter((name) => this.#isOfApplication(name))
    const program = this.#program()
    const makers = this.#makers(program)
    const given = this.#pool.given.map((one) => writeGiven(one, this.#policy))
    const entries = [
      'format: 5',
      ...(makers.kinds === undefined ? [] : [`kinds: ${makers.kinds}`, 'meaning: makeMeaning']),
      `helpers: { ${makers.helpers.map(([name, maker]) => `${name}: ${maker}`).join(', ')} }`,
      ...(makers.usesBudget ? ['budget: makeBudget', `parts: ${this.#parts}`] : []),
      'predicates',
      ...(given.length > 0 ? [`values: [${given.join(', ')}]`] : []),
      `models: [\n${models.map((model) => `    ${writeModel(model, this.#schema)},\n`).join('')}  ]`,
      ...(makers.leavesOut ? ['leftOut'] : []),
      `constants: ${JSON.stringify(constants)}`,
      `actions: ${JSON.stringify(this.#allActions ?? null)}`,
      `plans: [\n${plans.join('')}  ]`,
    ]
    const classes = models.filter((model) => model.class).map((model) => model.name)
    const { runtime = '@arcturus/core/runtime' } = this.#options
    const code = [
      `import { ${['compiled', ...makers.imports].join(', ')} } from ${JSON.stringify(runtime)}\n`,
      `const predicates = (helpers, values) => {\n${program}\n}`,
      `\nexport const createAuthorizer = compiled({\n  ${entries.join(',\n  ')},\n})\n`,
    ].join('\n')
    const size = new TextEncoder().encode(code).length
    return {
      code: `${header}\n// ${this.#predicates.size} predicates, ${size} bytes beside the runtime.\n${code}`,
      types: this.#types(runtime, classes, constants),
      size,
      machineOnly: this.#machineOnly,
    }
  }

  /** Returns the body of the function that makes all predicates. */
  #program(): string {
    const predicates = [...this.#predicates.keys()]
    const functions = this.#pool.calledBy(predicates.join('\n'))
    const made = predicates.map((text, at) => `const p${at} = (() => {\n${text}\nreturn decide\n})()\n`)
    const all = `[${predicates.map((_, at) => `p${at}`).join(', ')}]`
    const dispatch = this.#dispatch()
    const result = `return { all: ${all}${dispatch === undefined ? '' : `, dispatch: ${dispatch}`} }`
    return `"use strict"\n${programText([...functions.values()], `${made.join('')}${result}`)}`
  }

  /** Returns the text of the function that finds the predicates of classes; undefined for many classes. */
  #dispatch(): string | undefined {
    const classOf = (name: string): string => `v${this.#pool.give({ kind: 'class', model: name })}`
    const pairs = this.#ofClasses.map(([actor, resource, predicates]) => ({
      actor: classOf(actor),
      resource: classOf(resource),
      predicates: predicates.map(([action, index]) => [action, `p${index}`] as const),
    }))
    return canDispatch(pairs) ? dispatchText(pairs) : undefined
  }

  /** Returns only the helpers and imports that the predicates need. */
  #makers(program: string): Makers {
    const helpers = extraNames
      .filter((name) => new RegExp(`\\b${name}\\b`).test(program))
      .map((name) => [name, this.#makerOf(name)] as const)
    const usesBudget = /\bbegin\(\)/.test(program)
    const comparesAll = this.#comparesAll || !hasPlainRows(this.#schema)
    const compares = helpers.some(([, maker]) => comparing.has(maker))
    const kinds = !compares ? undefined : comparesAll ? 'allKinds' : 'plainKinds'
    const leavesOut = [...this.#schema.models.values()].some((model) => referencesIn(model, this.#schema).length > 0)
    const imports = [
      ...helpers.map(([, maker]) => maker),
      ...(usesBudget ? ['makeBudget'] : []),
      ...(kinds === undefined ? [] : [kinds, 'makeMeaning']),
      ...(leavesOut ? ['leftOut'] : []),
    ]
    return { helpers, usesBudget, kinds, leavesOut, imports: imports.sort() }
  }

  #makerOf(helper: keyof ExtraHelpers): string {
    if (helper === 'compare' && !this.#ordersAll) return 'makeOrder'
    return `make${helper[0]!.toUpperCase()}${helper.slice(1)}`
  }

  /**
   * Whether the application must pass this constant when the module runs. nil is built in, and
   * classes are passed separately.
   */
  #isOfApplication(name: string): boolean {
    return name !== 'nil' && !this.#schema.models.has(name)
  }

  #actors(): readonly KindName[] {
    const { actors } = this.#options
    const names = new Set(actors ?? actorsOf(this.#policy))
    if (!actors && names.size === 0) for (const name of this.#schema.models.keys()) names.add(name)
    for (const name of names) {
      if (!this.#schema.models.has(name))
        throw new ArgumentError('unknown-model', `No model is registered for the actor "${name}".`)
      for (const other of this.#schema.descendants(name)) names.add(other)
    }
    return [null, ...names]
  }

  /** Returns whether a kind is that of the instances of a class. */
  #isClass(kind: KindName): kind is string {
    const cls = kind === null ? undefined : this.#schema.models.get(kind)?.class
    return cls !== undefined && !builtinClasses.has(kind!) && this.#schema.modelOfClass(cls)?.name === kind
  }

  /** Returns the plans of an actor and a resource as text; empty if all of them are false. */
  #plansOf(actor: KindName, resource: KindName, words: readonly string[]): string {
    const other = this.#plan(actor, null, resource)
    const own = words.map((action) => [action, this.#plan(actor, action, resource)] as const)
    if (this.#isClass(actor) && this.#isClass(resource)) {
      const predicates = own.flatMap(([action, plan]) => {
        const index = plan === other ? undefined : indexOf(plan)
        return index === undefined ? [] : [[action, index] as const]
      })
      if (predicates.length > 0) this.#ofClasses.push([actor, resource, predicates])
    }
    const plans = [[null, other] as const, ...own.filter(([, plan]) => plan !== other)]
    const lines = plans.flatMap(([action, plan]) => {
      // An action without a plan has that of the actions that the policy does not name.
      if (plan === undefined)
        return action === null || other === undefined ? [] : [`{ action: ${JSON.stringify(action)} }`]
      return [`{ action: ${JSON.stringify(action)}, ${plan} }`]
    })
    return lines.map((line) => `        ${line},\n`).join('')
  }

  /** Returns the plan of a check as text; undefined if it is always false. */
  #plan(actor: KindName, action: string | null, resource: KindName): string | undefined {
    const asked: ActionKind = action === null ? 'other' : { action }
    try {
      const condition = planCheck(this.#policy, this.#schema, kindOf(actor), asked, kindOf(resource), this.#deriver)
      if (condition.kind === 'false') return undefined
      if (action === null) this.#anyAction = true
      else this.#actions.add(action)
      this.#report(condition, actor, action, resource)
      if (isForMachine(condition)) return this.#refused(condition)
      const assumed = this.#assumptions.apply(condition)
      return this.#written(condition, writePredicate(assumed, this.#schema, this.#pool))
    } catch (error) {
      // The condition is nested more deeply than this JavaScript's stack allows, and so would its
      // text be.
      if (!(error instanceof RangeError) && !isStackOverflow(error)) throw error
      const reason = 'the rules are nested too deeply'
      this.#machineOnly.push({ actor, action, resource, reason, span: undefined })
      return `why: ${JSON.stringify(reason)}`
    }
  }

  #written(condition: Condition, { text, constants, counts, comparesAll, ordersAll }: PredicateText): string {
    for (const name of constants) this.#constants.add(name)
    this.#comparesAll ||= comparesAll
    this.#ordersAll ||= ordersAll
    const index = this.#predicates.get(text) ?? this.#predicates.size
    this.#predicates.set(text, index)
    if (counts) this.#parts = Math.max(this.#parts, partsOf(condition))
    return `at: ${index}`
  }

  #refused(condition: Condition): string {
    const why =
      condition.kind === 'opaque' ? ruleOf(condition, this.#policy) : 'the policy has too many parts for a predicate'
    return `why: ${JSON.stringify(why)}`
  }

  /** Records the parts of a condition that need the machine. */
  #report(condition: Condition, actor: KindName, action: string | null, resource: KindName): void {
    for (const one of new Set(conditionsIn(condition)))
      if (one.kind === 'opaque')
        this.#machineOnly.push({ actor, action, resource, reason: one.reason.message, span: one.span })
  }

  #types(runtime: string, classes: readonly string[], constants: readonly string[]): string {
    const union = (names: Iterable<string>): string =>
      [...names].map((name) => JSON.stringify(name)).join(' | ') || 'never'
    const action = this.#anyAction ? 'string' : union(this.#actions)
    return [
      header,
      `import type { CompiledAuthorizer, World } from ${JSON.stringify(runtime)}\n`,
      `export type Action = ${action}\n`,
      `export declare const createAuthorizer: (world: World<${union(classes)}, ${union(constants)}>) => CompiledAuthorizer<Action>\n`,
    ].join('\n')
  }
}

/** Returns the index of a plan's predicate, if it has one. */
function indexOf(plan: string | undefined): number | undefined {
  return plan?.startsWith('at: ') ? Number(plan.slice('at: '.length)) : undefined
}

const header =
  '// Written by compilePolicy of @arcturus/core/compile; compile the policy anew instead of changing this.'

/**
 * The helpers that only some predicates call. A text that contains such a name for another reason
 * gets a helper that it does not need.
 */
const extraNames: readonly (keyof ExtraHelpers)[] = [
  'ask',
  'calculate',
  'call',
  'compare',
  'equals',
  'invoke',
  'isa',
  'keyOf',
  'own',
  'text',
]

/** The functions that make helpers that compare values. */
const comparing: ReadonlySet<string> = new Set(['makeCall', 'makeCompare', 'makeEquals', 'makeIsa', 'makeKeyOf'])

/** The functions of the runtime that a module needs. */
interface Makers {
  /** Helpers, and the functions that make them. */
  readonly helpers: readonly (readonly [keyof ExtraHelpers, string])[]
  readonly usesBudget: boolean
  /** The kinds of values that the helpers compare, if any does. */
  readonly kinds: 'allKinds' | 'plainKinds' | undefined
  /** Whether a row can have references that a filter omitted. */
  readonly leavesOut: boolean
  readonly imports: readonly string[]
}

function kindOf(name: KindName): Kind {
  return name === null ? 'nil' : { model: name }
}

function writeModel(model: Model, schema: Schema): string {
  const { name } = model
  const key = schema.key(name)
  const ancestors = schema.ancestors(name)
  const references = referencesIn(model, schema)
  return [
    `{ name: ${JSON.stringify(name)}, hasClass: ${model.class !== undefined}`,
    ...(key === undefined ? [] : [`key: ${JSON.stringify(key)}`]),
    ...(ancestors.length === 1 ? [] : [`ancestors: ${JSON.stringify(ancestors)}`]),
    ...(references.length === 0 ? [] : [`references: ${JSON.stringify(references)}`]),
  ]
    .join(', ')
    .concat(' }')
}

/** Returns the references of a model whose rows are plain objects, which can be copies of rows. */
function referencesIn({ name, class: cls, fields }: Model, schema: Schema): References {
  return cls === undefined ? referencesOf(fields.values(), schema.key(name)) : []
}

function writeGiven(given: Given, policy: Policy): string {
  switch (given.kind) {
    case 'constant':
      return `{ constant: ${JSON.stringify(given.name)} }`
    case 'class':
      return `{ class: ${JSON.stringify(given.model)} }`
    case 'goal':
      return `{ goal: ${JSON.stringify(ruleOf({ goal: given, span: given.span }, policy))} }`
    case 'value':
      return `{ value: ${writeLiteral(given.value)} }`
  }
}

/** Writes a literal of the policy that JSON can't represent. */
function writeLiteral(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return JSON.stringify(value)
}

/** Describes a goal that needs the machine: the rule that contains it, and its position. */
function ruleOf(
  { goal, span }: { readonly goal: { readonly expression: Expression }; readonly span: Span },
  policy: Policy,
): string {
  const { expression } = goal
  const asked = spanText(span)
  if (asked) return `${asked} (${placeOf(span)})`
  // The API's own goal has no position in the policy. It needs the machine because one of its rules
  // has a `cut`.
  const rules = (expression.kind === 'call' && policy.rules.get(expression.name)) || []
  const places = rules.filter(hasCut).map((rule) => placeOf(rule.span))
  return `${print(expression)}${places.length > 0 ? `, for the cut of the rule at ${places.join(', ')}` : ''}`
}

function placeOf(span: Span): string {
  const { line, column } = span.source.position(span.start)
  return `${span.source.name ? `${span.source.name}:` : 'line '}${line}:${column}`
}
