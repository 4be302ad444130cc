import {
  allChecks,
  builtinClasses,
  byName,
  checkStatements,
  type Diagnostic,
  descendants,
  type Expression,
  factsAt,
  Heads,
  type Kept,
  type Knowledge,
  type MergedBlock,
  mergeBlocks,
  type Node,
  type Policy,
  policyOf,
  type Rule,
  type Schema,
  type SchemaDescription,
  type Span,
  type Statement,
  schemaOf,
  unionsOf,
} from '@arcturus/core/internal/language-service'
import type { PolicyDocument } from './document.js'

/**
 * Mistakes that can follow from another one, such as a rule that a broken statement would call. They are told once there is
 * no error.
 */
const following: ReadonlySet<string> = new Set([
  ...[
    'missing-allow-rule',
    'missing-has-permission',
    'missing-required-rule',
    'missing-related-block',
    'missing-block',
  ],
  ...['uncalled-rule', 'ungranted-permission', 'unassigned-role', 'invalid-rule', 'unmatched-call'],
])

/** Mistakes only if no other file of the policy has the name. */
const acrossFiles: ReadonlySet<string> = new Set([
  ...following,
  ...['undefined-rule', 'wrong-arity', 'undeclared-term', 'undeclared-related-term', 'not-an-actor', 'misspelt-action'],
  ...['unknown-role', 'unknown-permission', 'unknown-relation', 'swapped-arguments'],
])

/** What is known of the application. */
export interface Application {
  /** The names that it registers. Default: unknown, so that every class can exist. */
  readonly schema?: SchemaDescription | undefined
  /** The rules that it queries by name. */
  readonly queryRules?: readonly string[] | undefined
  /** Whether the documents are the whole policy. Default: other files can have the names that are missing. */
  readonly isWhole?: boolean
}

const checks = allChecks()
const schemas = new WeakMap<SchemaDescription, Schema>()

/** What the checks return. */
interface Checked {
  readonly policy: Omit<Policy, 'warnings'> | undefined
  readonly found: readonly Diagnostic[]
}

/** The statements of all documents at one moment. */
export class Analysis {
  readonly schema: Schema
  readonly statements: readonly Statement[]
  #rules: ReadonlyMap<string, readonly Rule[]> | undefined
  #blocks: ReadonlyMap<string, MergedBlock> | undefined
  #heads: Heads | undefined
  #result: Checked | undefined

  /** @param kept - What is known of the statements before. */
  constructor(
    readonly documents: readonly PolicyDocument[],
    private readonly application: Application,
    private readonly kept: Kept,
  ) {
    this.statements = documents.flatMap(({ pieces }) => pieces.flatMap(({ statement }) => statement ?? []))
    this.schema = application.schema ? knownSchema(application.schema) : openSchema(this.statements)
  }

  /** Written rules by name. */
  get rules(): ReadonlyMap<string, readonly Rule[]> {
    this.#rules ??= byName(this.statements.filter((one) => one.kind === 'rule'))
    return this.#rules
  }

  get blocks(): ReadonlyMap<string, MergedBlock> {
    this.#blocks ??= mergeBlocks(this.statements.filter((one) => one.kind === 'resource block'))
    return this.#blocks
  }

  get heads(): Heads {
    const { rules, schema } = this
    this.#heads ??= new Heads({ rules, schema, unions: unionsOf(this.blocks) })
    return this.#heads
  }

  /** The policy, as far as its statements are valid. */
  get policy(): Omit<Policy, 'warnings'> | undefined {
    return this.#checked().policy
  }

  /** All errors and warnings. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#checked().found
  }

  #checked(): Checked {
    this.#result ??= this.#check()
    return this.#result
  }

  #check(): Checked {
    const { schema } = this
    const facts = { sources: [], schema }
    const syntax: Diagnostic[] = []
    const found: Diagnostic[] = []
    /** The lines with syntax errors of each broken block; of any other broken statement, nothing else is told. */
    const broken = new Map<unknown, ReadonlySet<number> | undefined>()
    for (const { pieces, syntaxErrors } of this.documents) {
      for (const one of syntaxErrors) syntax.push(one)
      for (const { source, statement, diagnostics } of pieces) {
        if (diagnostics.length > 0) {
          const isBlock = statement?.kind === 'resource block'
          broken.set(
            source,
            isBlock ? new Set(diagnostics.flatMap(({ span }) => (span ? lineOf(span) : []))) : undefined,
          )
        }
        if (!statement) continue
        const own: Diagnostic[] = []
        checkStatements([statement], facts, checks, own, this.kept)
        for (const one of own)
          if (this.application.schema || one.code !== 'singleton-variable' || !isObject(statement, one.span))
            found.push(one)
      }
    }
    const { queryRules = [], isWhole = false } = this.application
    const options = { queryRules: new Set(queryRules), kept: this.kept }
    const policy = policyOf(this.statements, facts, checks, found, options, () => false)
    const told = found.filter(({ span }) => {
      if (!span || !broken.has(span.source)) return true
      return broken.get(span.source)?.has(lineOf(span)) === false
    })
    const hasError =
      syntax.length > 0 || told.some(({ severity, code }) => severity === 'error' && !following.has(code))
    const hidden = isWhole ? (hasError ? following : new Set()) : acrossFiles
    return { policy, found: [...syntax, ...told.filter(({ code }) => !hidden.has(code))] }
  }

  /** Calls a function with the facts that hold at an offset of a statement, and with the goal there. */
  facts<T>(
    statement: Node,
    offset: number,
    use: (knowledge: Knowledge, goal: Expression | undefined) => T,
    isAfter = false,
  ): T | undefined {
    return statement.kind === 'rule' ? factsAt(statement, offset, this.schema, use, isAfter) : undefined
  }
}

const lineOf = ({ source, start }: Span): number => source.position(start).line

/** Returns whether a field is read from a variable, or it is a list: the application can have a constant of this name. */
function isObject(node: Node, span: Span | undefined): boolean {
  const isHere = ({ span: { start } }: Node): boolean => start === span?.start
  return descendants(node).some(
    (one) =>
      (one.kind === 'dot' && one.object.kind === 'variable' && isHere(one.object)) ||
      (one.kind === 'in' && one.collection.kind === 'variable' && isHere(one.collection)),
  )
}

function knownSchema(description: SchemaDescription): Schema {
  let schema = schemas.get(description)
  if (!schema) {
    schema = schemaOf(description)
    schemas.set(description, schema)
  }
  return schema
}

const namesIn = new WeakMap<
  Statement,
  { readonly classes: ReadonlySet<string>; readonly constants: ReadonlySet<string> }
>()
const openSchemas = new Map<string, Schema>()

/** Makes a schema in which every class that statements name exists, and every variable with a capital is a constant. */
function openSchema(statements: readonly Statement[]): Schema {
  const classes = new Set<string>()
  const constants = new Set<string>()
  for (const statement of statements) {
    let names = namesIn.get(statement)
    if (!names) {
      const own = { classes: new Set<string>(), constants: new Set<string>() }
      collectNames(statement, own)
      names = own
      namesIn.set(statement, names)
    }
    for (const name of names.classes) classes.add(name)
    for (const name of names.constants) constants.add(name)
  }
  const key = JSON.stringify([[...classes].sort(), [...constants].sort()])
  const known = openSchemas.get(key)
  if (known) return known
  // A class with a test of its own can have any instance, so that nothing is concluded from it.
  const models = [...classes].map((name) => ({
    ...{ name, fields: [], key: undefined, closed: false, isValue: false, hasInstanceCheck: true },
    ...{ ancestors: undefined, methods: [], statics: {} },
  }))
  const unknown = [...constants]
    .filter((name) => !classes.has(name))
    .map((name) => [name, { kind: 'unknown' }] as const)
  const schema = schemaOf({ models, constants: Object.fromEntries(unknown) })
  openSchemas.clear()
  openSchemas.set(key, schema)
  return schema
}

function collectNames(root: Node, into: { readonly classes: Set<string>; readonly constants: Set<string> }): void {
  const add = (name: string): unknown => isUnion(name) || builtinClasses.has(name) || into.classes.add(name)
  for (const node of descendants(root))
    if (node.kind === 'class pattern') add(node.tag)
    else if (node.kind === 'new') add(node.call.name)
    else if (node.kind === 'resource block') add(node.name.name)
    else if (node.kind === 'variable' && isCapital(node.name)) into.constants.add(node.name)
    else if (node.kind === 'declaration' && node.value.kind === 'relations')
      for (const { value } of node.value.relations) add(value.name)
}

const isCapital = (name: string): boolean => name[0] !== '_' && name[0] !== name[0]!.toLowerCase()

/** Returns whether a name is one of the built-in unions. */
export const isUnion = (name: string): boolean => name === 'Actor' || name === 'Resource'
