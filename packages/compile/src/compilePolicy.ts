import {
  type ActionKind,
  ArgumentError,
  Assumptions,
  type Authorizer,
  actorsOf,
  attributesRead,
  builtinClasses,
  type ClassPair,
  type Condition,
  canDispatch,
  conditionsIn,
  type Decided,
  Deriver,
  dispatchText,
  type ExtraHelpers,
  entryOf,
  FunctionPool,
  hasPlainRows,
  invalidArgument,
  isForMachine,
  isStackOverflow,
  type Kind,
  type KindName,
  needNoPattern,
  own,
  type Policy,
  PolicyActions,
  type PredicateText,
  partsOf,
  planCheck,
  programText,
  type Schema,
  type Span,
  stringLiteralsOf,
  typesOfHost,
  versionOf,
  writePredicate,
} from '@arcturus/core/internal/compile'
import { contextText, contextType } from './contextText.js'
import { classOf, plansOfActor, referencesIn, ruleOf, writeLiteral, writeModel } from './moduleText.js'
import { typesText } from './policyTypes.js'
import { Vocabulary, type Vocal } from './vocabulary.js'

export interface CompileOptions {
  /**
   * The names of the models whose instances can be actors. Anonymous actors (nil) are always
   * included. Default: the models that have an actor block or that type the actor of an `allow`
   * rule, and their subclasses. If there are none, all models.
   */
  readonly actors?: readonly string[]
  /** The specifier from which the module imports its runtime. Default: `@arcturus/core/internal/runtime`. */
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
 * import { compilePolicy } from '@arcturus/compile'
 *
 * class User { constructor(readonly id: number) {} }
 * class Note { constructor(readonly ownerId: number) {} }
 * const authorizer = new Authorizer().registerClass(User).registerClass(Note)
 * await authorizer.load('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
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
  const { policy } = authorizer
  if (!policy)
    throw new ArgumentError('no-policy', 'No policy is loaded.', {
      hint: 'load one before you compile it: await authorizer.load(text)',
    })
  return new ModuleWriter(policy, authorizer, own(options)).write()
}

class ModuleWriter {
  readonly #schema: Schema
  readonly #allActions: PolicyActions['all']
  readonly #vocabulary: Vocabulary
  readonly #deriver: Deriver
  readonly #reads: ReadonlySet<string>
  readonly #assumptions: Assumptions
  readonly #pool = new FunctionPool()
  /** The indices of predicates, keyed by their text: many classes can share one. */
  readonly #predicates = new Map<string, number>()
  readonly #constants = new Set<string>()
  /** The most parts of a condition that counts its steps. */
  #parts = 0
  #comparesAll = false
  #ordersAll = false
  readonly #machineOnly: MachineOnly[] = []
  /** The names of predicates by action, for the names of the models of actors and resources. */
  readonly #ofClasses: ClassPair[] = []

  constructor(
    private readonly policy: Policy,
    authorizer: Vocal,
    private readonly options: CompileOptions,
  ) {
    const { schema } = authorizer
    this.#schema = schema
    this.#vocabulary = new Vocabulary(policy, authorizer)
    this.#assumptions = new Assumptions(typesOfHost(schema.constants))
    this.#deriver = new Deriver(policy, schema)
    this.#reads = attributesRead(policy, schema)
    this.#allActions = new PolicyActions(policy, schema, authorizer).all
  }

  write(): CompiledModule {
    const models = [...this.#schema.models.values()].filter(({ name }) => !builtinClasses.has(name))
    const checked = models.find((model) => model.isaCheck)
    if (checked) {
      throw invalidArgument(`${checked.name} has an \`isaCheck\` function, which a compiled module cannot contain.`, {
        hint: 'register a class for its instances, or tag them: as(name, row)',
      })
    }
    const words = [...stringLiteralsOf(this.policy)]
    const resources = [null, ...this.#schema.models.keys()]
    const plans = this.#actors().map((actor) => {
      const byPlans = new Map<string, KindName[]>()
      for (const resource of resources) {
        entryOf(byPlans, this.#plansOf(actor, resource, words), () => []).push(resource)
      }
      return `[${JSON.stringify(actor)}, ${plansOfActor(byPlans)}],\n`
    })
    const { fields: names } = this.#schema.context
    const constants = [...this.#constants].filter((name) => this.#isOfApplication(name) && !names.has(name))
    const program = this.#program()
    const makers = this.#makers(program)
    const actions = this.#allActions
    const entries = [
      'format: 14',
      `version: '${versionOf(this.policy)}'`,
      ...(makers.kinds === undefined ? [] : [`kinds: ${makers.kinds}`, 'meaning: makeMeaning']),
      `helpers: (parts) => ({ ${makers.helpers.map(([name, maker]) => `${name}: ${maker}(parts)`).join(', ')} })`,
      'predicates',
      `models: [\n${models.map((model) => `    ${writeModel(model, this.#schema)},\n`).join('')}  ]`,
      `reads: new Set(${JSON.stringify([...this.#reads])})`,
      ...(makers.leavesOut ? ['isLeftOut'] : []),
      ...(this.#hasContext ? [`context: ${contextText(this.#schema)}`] : []),
      `actions: ${actions ? `{ names: new Set(${JSON.stringify(actions.names)}), isWild: ${actions.isWild} }` : null}`,
    ]
    const classes = models.filter((model) => model.class).map((model) => model.name)
    const { runtime = '@arcturus/core/internal/runtime' } = this.options
    const code = [
      `import { ${['compiled', ...(this.#hasContext ? ['makeContext'] : []), ...makers.imports].join(', ')} } from ${JSON.stringify(runtime)}\n`,
      `const predicates = (helpers, models) => {\n${program}\nreturn {\ndispatch,\nplans: new Map([\n${plans.join('')}]),\n}\n}`,
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

  get #hasContext(): boolean {
    return this.#schema.context.fields.size > 0
  }

  /** Returns the text that makes all predicates and `dispatch`. */
  #program(): string {
    const predicates = [...this.#predicates.keys()]
    const functions = [...this.#pool.calledBy(predicates.join('\n')).values()]
    const made = predicates.map((text, at) => `const p${at} = (() => {\n${text}\nreturn decide\n})()`)
    const dispatch = this.#dispatch()
    return `"use strict"\n${programText([...functions, ...made, `const dispatch = ${dispatch}`], (at) => this.#given(at))}`
  }

  /** Writes a value of the pool. */
  #given(at: number): string {
    const given = this.#pool.given[at]
    switch (given?.kind) {
      // A literal of the policy looks like the name of a value.
      case undefined:
        return 'undefined'
      case 'constant':
        if (this.#isOfApplication(given.name)) return `models.constant(${JSON.stringify(given.name)})`
        return `{ value: ${given.name === 'nil' ? null : classOf(given.name)} }`
      case 'class':
        // Without a class, what no object has as its constructor.
        return `${classOf(given.model)} ?? models`
      case 'goal':
        return JSON.stringify(ruleOf({ goal: given, span: given.span }, this.policy))
      case 'value':
        return writeLiteral(given.value)
    }
  }

  /** Returns the text of the function that finds the predicates of classes; it finds none if there are many. */
  #dispatch(): string {
    const classOf = (name: string): string => `v${this.#pool.give({ kind: 'class', model: name })}`
    const pairs = this.#ofClasses.map((pair) => ({
      ...pair,
      actor: classOf(pair.actor),
      resource: classOf(pair.resource),
    }))
    return canDispatch(pairs) ? dispatchText(pairs, this.#reads, this.#allActions?.names) : '() => {}'
  }

  /** Returns only the helpers and imports that the predicates need. */
  #makers(program: string): Makers {
    const helpers = extraNames
      .filter((name) => new RegExp(`\\b${name}\\b`).test(program))
      .map((name) => [name, this.#makerOf(name)] as const)
    const comparesAll = this.#comparesAll || !hasPlainRows(this.#schema)
    const compares = helpers.some(([, maker]) => comparing.has(maker))
    const kinds = !compares ? undefined : comparesAll ? 'allKinds' : 'plainKinds'
    const leavesOut = [...this.#schema.models.values()].some((model) => referencesIn(model, this.#schema).length > 0)
    const imports = [
      ...helpers.map(([, maker]) => maker.replace(/\(.*/, '')),
      ...(kinds === undefined ? [] : [kinds, 'makeMeaning']),
      ...(leavesOut ? ['isLeftOut'] : []),
    ]
    return { helpers, kinds, leavesOut, imports: imports.sort() }
  }

  #makerOf(helper: keyof ExtraHelpers): string {
    if (helper === 'begin') return `makeBudget(${this.#parts})`
    if (helper === 'compare' && !this.#ordersAll) return 'makeOrder'
    if (helper === 'call' && needNoPattern(this.#reads)) return 'makePlainCall'
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
    const { actors } = this.options
    const names = new Set(actors ?? actorsOf(this.policy))
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
      const predicates = own.flatMap(([action, plan]) => (plan === other ? [] : [[action, decided(plan)] as const]))
      const others = this.#allActions ? decided(other) : undefined
      if (predicates.length > 0) this.#ofClasses.push({ actor, resource, predicates, others })
    }
    const plans = own.filter(([, plan]) => plan !== other)
    return [[null, other] as const, ...plans]
      .filter(([action, plan]) => action !== null || plan !== undefined)
      .map(([action, plan = false]) => `[${JSON.stringify(action)}, ${plan}]`)
      .join(', ')
  }

  /** Returns the plan of a check as text; undefined if it is always false. */
  #plan(actor: KindName, action: string | null, resource: KindName): string | undefined {
    const asked: ActionKind = action === null ? 'other' : { action }
    try {
      const condition = planCheck(this.policy, this.#schema, kindOf(actor), asked, kindOf(resource), this.#deriver)
      if (condition.kind === 'false') return undefined
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
      return JSON.stringify(reason)
    }
  }

  #written(condition: Condition, { text, constants, counts, comparesAll, ordersAll }: PredicateText): string {
    for (const name of constants) this.#constants.add(name)
    this.#comparesAll ||= comparesAll
    this.#ordersAll ||= ordersAll
    const index = this.#predicates.get(text) ?? this.#predicates.size
    this.#predicates.set(text, index)
    if (counts) this.#parts = Math.max(this.#parts, partsOf(condition))
    return `p${index}`
  }

  #refused(condition: Condition): string {
    const why =
      condition.kind === 'opaque' ? ruleOf(condition, this.policy) : 'the policy has too many parts for a predicate'
    return JSON.stringify(why)
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
    return [
      header,
      `import type { CompiledAuthorizer, World } from ${JSON.stringify(runtime)}\n`,
      typesText(this.#vocabulary, this.#schema, 'CompiledTypes', this.options.actors),
      "export type Action = CompiledTypes['models'][keyof CompiledTypes['models']]['actions']\n",
      `export interface Context ${contextType(this.#schema, this.#schema.context.fields)}\n`,
      `export declare const createAuthorizer: (world: World<${union(classes)}, ${union(constants)}>) => CompiledAuthorizer<CompiledTypes, Context>\n`,
    ].join('\n')
  }
}

/** Returns how `dispatch` decides by a plan: a reason is left to the caller. */
function decided(plan: string | undefined): Decided {
  return plan === undefined ? null : plan.startsWith('p') ? plan : undefined
}

const header = '// Written by compilePolicy of @arcturus/compile; compile the policy anew instead of changing this.'

/**
 * The helpers that only some predicates call. A text that contains such a name for another reason
 * gets a helper that it does not need.
 */
const extraNames: readonly (keyof ExtraHelpers)[] = [
  'ask',
  'begin',
  'calculate',
  'call',
  'caught',
  'compare',
  'equalScalars',
  'equals',
  'invoke',
  'isClass',
  'isThere',
  'isa',
  'keyOf',
  'linked',
  'own',
  'referenced',
  'text',
]

/** The functions that make helpers that compare values. */
const comparing: ReadonlySet<string> = new Set([
  'makeCall',
  'makeCompare',
  'makeEquals',
  'makeIsa',
  'makeKeyOf',
  'makeLinked',
])

/** The functions of the runtime that a module needs. */
interface Makers {
  /** Helpers, and the functions that make them. */
  readonly helpers: readonly (readonly [keyof ExtraHelpers, string])[]
  /** The kinds of values that the helpers compare, if any does. */
  readonly kinds: 'allKinds' | 'plainKinds' | undefined
  /** Whether a row can have references that a filter omitted. */
  readonly leavesOut: boolean
  readonly imports: readonly string[]
}

function kindOf(name: KindName): Kind {
  return name === null ? 'nil' : { model: name }
}
