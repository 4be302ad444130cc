import { type Action, type ArgumentError, AuthorizationError, type Authorizer, type Context } from '@arcturus/core'
import { fieldActionsOf, own } from '@arcturus/core/internal/testing'
import { coverByEnvironment } from '../coverage/coverPolicy.js'
import { ExpectationError } from '../expectationError.js'
import { inContext } from '../inContext.js'
import { assertAsked, invalid } from './assertAsked.js'

/** A value, a promise of it, or a function that returns either. It is taken anew for each check. */
export type Supplied<T> = T | (() => T | Promise<T>)

/** Actors, resources, and exactly the actions that each actor may perform on each resource. */
export interface MatrixOf<T> {
  /** The actors by name. `null` is an anonymous user. */
  readonly actors: Readonly<Record<string, T>>
  /** The resources by name. */
  readonly resources: Readonly<Record<string, T>>
  /**
   * The allowed actions, by actor and resource, or as a table. Whatever is not listed must be denied.
   */
  readonly allowed: AllowedActions | string
  /**
   * Exactly the fields on which each actor may perform an action of a resource, by actor, resource and
   * action. Whatever is not listed must be denied. Default: fields are not tested.
   */
  readonly fields?: AllowedFields
  /** Requests by name, and exactly the actors who may make them. Default: requests are not tested. */
  readonly requests?: Readonly<Record<string, AllowedRequest>>
  /** The context of all questions, such as `{ now: new Date('2030-01-01T09:00Z') }`. Default: that of the authorizer. */
  readonly at?: Context
}

/** Fields by the names of an actor, a resource and an action. */
export type AllowedFields = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>
>

/** A request, as `allow_request` reads it, and the names of the actors who may make it. */
export interface AllowedRequest {
  readonly request: unknown
  readonly allowed: readonly string[]
}

/** Actions by the names of an actor and a resource. */
export type AllowedActions = Readonly<Record<string, Readonly<Record<string, readonly Action[]>>>>

/** A matrix whose rows can be supplied by functions. */
export type Matrix = MatrixOf<Supplied<unknown>>

/** A cell whose actions, fields or requests differ from the expected ones. */
export interface MatrixDifference {
  readonly actor: string
  /** Undefined if requests differ. */
  readonly resource?: string
  /** The action whose fields differ. */
  readonly action?: string
  /** What is allowed, but not expected: actions, the fields of an action, or requests by name. */
  readonly unexpected: readonly string[]
  /** What is expected, but denied. */
  readonly missing: readonly string[]
}

/** The result of a matrix. */
export interface MatrixReport {
  /** The number of cells: actors × resources; also × actions for fields, and one for the requests of each actor. */
  readonly cells: number
  /** The cells that differ, in the order of the matrix. Empty if the policy does what the matrix says. */
  readonly differences: readonly MatrixDifference[]
  /** The allowed actions, by actor and resource. */
  readonly actual: AllowedActions
  /** The allowed fields of each row and action. Undefined if fields are not tested. */
  readonly actualFields?: AllowedFields
  /** Returns the actual actions as a table, in the form that `allowed` accepts. */
  toString(): string
}

/**
 * Resolves if each actor may perform exactly the listed actions on each resource. Everything that is
 * not listed must be denied: every other action that the policy names for the resource, and every
 * cell that is empty or missing. It works in any test runner.
 *
 * @param authorizer - An authorizer with a loaded policy.
 * @param matrix - The actors, the resources and the allowed actions. A table has a line per actor and
 * a column per resource; `-` and an empty cell are no action.
 * @returns The report, such as for `console.log`.
 * @throws ExpectationError with the table of the actual actions, and the cells that differ.
 * @throws ArgumentError if the matrix names an unknown actor, resource or action, or if a resource is
 * null, a list or the name of a model, which every policy denies; `invalid-context` if `at` is not declared; also the
 * errors of checks, which are neither allowed nor denied.
 *
 * @example
 * ```ts
 * test('the policy of documents', () =>
 *   policyMatrix(authorizer, {
 *     actors: { ada, eve, nobody: null },
 *     resources: { plans, diary },
 *     allowed: `
 *              | plans      | diary
 *       ada    | read, edit | read, edit
 *       eve    | read       | -
 *       nobody | -          | -
 *     `,
 *   }))
 * ```
 */
export async function policyMatrix(authorizer: Authorizer, matrix: Matrix): Promise<MatrixReport> {
  const report = await matrixReport(authorizer, matrix)
  if (report.differences.length === 0) return report
  const { cells, differences } = report
  const message = [
    `${differences.length} of ${cells} cells differ from the matrix.`,
    '',
    ...differences.map(differenceText),
    '',
    'The policy allows:',
    '',
    report.toString(),
    ...(report.actualFields ? ['', fieldsText(report.actualFields)] : []),
  ].join('\n')
  throw new ExpectationError(message, report.actual, allowedOf(matrix))
}

/**
 * Returns the report of a matrix without an expectation, such as for a tool.
 *
 * @throws ArgumentError and the errors of checks, as `policyMatrix`.
 */
export async function matrixReport(base: Authorizer, given: Matrix): Promise<MatrixReport> {
  const matrix = own(given)
  coverByEnvironment(base)
  const authorizer = inContext(base, matrix.at)
  const allowed = allowedOf(matrix)
  const [actors, resources] = [Object.keys(matrix.actors), Object.keys(matrix.resources)]
  if (actors.length === 0 || (resources.length === 0 && !matrix.requests))
    throw invalid('The matrix needs at least one actor and one resource.', 'name them in `actors` and `resources`')
  assertNames(allowed, actors, resources)
  const cells = new Cells(authorizer, matrix)
  const actual = await cells.actions(allowed)
  const actualFields = matrix.fields && (await cells.fields(matrix.fields))
  if (matrix.requests) await cells.requests(matrix.requests)
  return {
    cells: cells.count,
    differences: cells.differences,
    actual,
    ...(actualFields && { actualFields }),
    toString: () => tableOf(actors, resources, actual),
  }
}

/** The cells of a matrix. */
class Cells {
  count = 0
  readonly differences: MatrixDifference[] = []

  constructor(
    private readonly authorizer: Authorizer,
    private readonly matrix: Matrix,
  ) {}

  async actions(allowed: AllowedActions): Promise<AllowedActions> {
    const { authorizer, matrix } = this
    const actual: Record<string, Record<string, readonly string[]>> = {}
    for (const [actor, given] of Object.entries(matrix.actors)) {
      actual[actor] = {}
      for (const [resource, one] of Object.entries(matrix.resources)) {
        const [who, target] = [await supplied(given), await supplied(one)]
        assertAsked(authorizer, who, target)
        const found = new Set(await authorizer.authorizedActions(who, target))
        const wanted = entryOf(entryOf(allowed, actor), resource) ?? []
        // A rule can allow an action that it does not name. An unknown action throws.
        for (const action of wanted)
          if (!found.has(action) && (await authorizer.isAllowed(who, action as never, target))) found.add(action)
        actual[actor][resource] = [...found].sort()
        this.#compare({ actor, resource }, actual[actor][resource], wanted)
      }
    }
    return actual
  }

  /** Compares the fields of every action that rules about fields name. */
  async fields(expected: AllowedFields): Promise<AllowedFields> {
    const { actors, resources } = this.matrix
    assertNames(expected, Object.keys(actors), Object.keys(resources), 'fields')
    const actual: Record<string, Record<string, Record<string, readonly string[]>>> = {}
    for (const [actor, who] of Object.entries(actors)) {
      actual[actor] = {}
      for (const [resource, target] of Object.entries(resources)) {
        const cell = entryOf(entryOf(expected, actor), resource)
        const found = await this.#fieldsOf(await supplied(who), await supplied(target), Object.keys(cell ?? {}))
        actual[actor][resource] = found
        for (const [action, fields] of Object.entries(found))
          this.#compare({ actor, resource, action }, fields, entryOf(cell, action))
      }
    }
    return actual
  }

  async #fieldsOf(
    actor: unknown,
    resource: unknown,
    named: readonly string[],
  ): Promise<Record<string, readonly string[]>> {
    const { policy, schema, readAction } = this.authorizer
    const model = this.authorizer.modelOf(resource)
    const ofRules = policy && model !== undefined ? fieldActionsOf(policy, schema.ancestors(model), readAction) : []
    const found: Record<string, readonly string[]> = {}
    for (const action of new Set([...ofRules, ...named]))
      found[action] = [...(await this.authorizer.authorizedFields(actor, action as never, resource))].sort()
    return found
  }

  async requests(expected: Readonly<Record<string, AllowedRequest>>): Promise<void> {
    const { actors } = this.matrix
    for (const { allowed } of Object.values(expected))
      for (const actor of allowed)
        if (!Object.hasOwn(actors, actor)) throw unknown('actor', actor, Object.keys(actors), 'requests')
    for (const [actor, who] of Object.entries(actors)) {
      const made: string[] = []
      for (const [name, { request }] of Object.entries(expected))
        if (await this.#mayMake(await supplied(who), request)) made.push(name)
      const wanted = Object.keys(expected).filter((name) => expected[name]!.allowed.includes(actor))
      this.#compare({ actor }, made, wanted)
    }
  }

  async #mayMake(actor: unknown, request: unknown): Promise<boolean> {
    try {
      await this.authorizer.authorizeRequest(actor, request)
      return true
    } catch (error) {
      if (error instanceof AuthorizationError) return false
      throw error
    }
  }

  #compare(
    of: Pick<MatrixDifference, 'actor' | 'resource' | 'action'>,
    found: readonly string[],
    wanted: readonly string[] = [],
  ): void {
    this.count++
    const unexpected = found.filter((one) => !wanted.includes(one))
    const missing = wanted.filter((one) => !found.includes(one))
    if (unexpected.length > 0 || missing.length > 0) this.differences.push({ ...of, unexpected, missing })
  }
}

function entryOf<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined
}

/** Formats the allowed fields, one cell in a line, as `fields` of a matrix accepts them. */
export function fieldsText(fields: AllowedFields): string {
  const rows = Object.entries(fields).map(([actor, cells]) => {
    const lines = Object.entries(cells).flatMap(([resource, actions]) => {
      const listed = Object.entries(actions).filter(([, names]) => names.length > 0)
      const texts = listed.map(([action, names]) => `${action}: [${names.map((name) => `'${name}'`).join(', ')}]`)
      return texts.length > 0 ? [`    ${resource}: { ${texts.join(', ')} },`] : []
    })
    return lines.length > 0 ? `  ${actor}: {\n${lines.join('\n')}\n  },` : ''
  })
  return `fields: {\n${rows.filter((row) => row !== '').join('\n')}\n}`
}

/** Formats a difference as one sentence. */
export function differenceText({ actor, resource, action, unexpected, missing }: MatrixDifference): string {
  const what = resource === undefined ? 'make the request' : action !== undefined && `"${action}" the field`
  const listed = (names: readonly string[]): string => {
    const quoted = names.map((name) => `"${name}"`).join(', ')
    return what ? `${what}${names.length > 1 ? 's' : ''} ${quoted}` : quoted
  }
  const parts = [
    ...(unexpected.length > 0 ? [`may ${listed(unexpected)}, which the matrix does not list`] : []),
    ...(missing.length > 0 ? [`may not ${listed(missing)}, which the matrix lists`] : []),
  ]
  return `${actor}${resource === undefined ? '' : ` on ${resource}`}: ${parts.join('; ')}.`
}

async function supplied(value: Supplied<unknown>): Promise<unknown> {
  // A registered class is a resource itself, for a row that does not exist yet.
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)) ? value() : value
}

function allowedOf({ allowed }: MatrixOf<unknown>): AllowedActions {
  return typeof allowed === 'string' ? parseTable(allowed) : allowed
}

/** Reads a table: the names of resources in the first line, then a line for each actor. */
function parseTable(text: string): AllowedActions {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // A line of dashes separates the head in Markdown.
    .filter((line) => line !== '' && !/^[|:+\s-]+$/.test(line))
  // In Markdown, each line begins and ends with a bar.
  const isMarkdown = lines.every((line) => /^\|.*\|$/.test(line))
  const cells = lines.map((line) => (isMarkdown ? line.slice(1, -1) : line).split('|').map((cell) => cell.trim()))
  const [head, ...body] = cells
  if (!head || head.length < 2)
    throw invalid('The table has no resources.', "write their names in the first line: '       | plans | diary'")
  const resources = head.slice(1)
  const twice = resources.find((name, at) => resources.indexOf(name) < at)
  if (twice !== undefined)
    throw invalid(`The resource "${twice}" has two columns in the table.`, 'merge the two columns')
  const allowed: Record<string, Record<string, readonly string[]>> = {}
  for (const [actor = '', ...row] of body) {
    if (row.length !== resources.length)
      throw invalid(
        `The line of "${actor}" has ${row.length} cells, not ${resources.length}.`,
        'separate cells by |, one for each resource; - is no action',
      )
    if (Object.hasOwn(allowed, actor))
      throw invalid(`The actor "${actor}" has two lines in the table.`, 'merge the two lines')
    allowed[actor] = Object.fromEntries(
      row.map((cell, at) => [
        resources[at]!,
        cell
          .split(',')
          .map((action) => action.trim())
          .filter((action) => action !== '' && action !== '-'),
      ]),
    )
  }
  return allowed
}

function assertNames(
  allowed: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  actors: readonly string[],
  resources: readonly string[],
  place = 'allowed',
): void {
  for (const [actor, row] of Object.entries(allowed)) {
    if (!actors.includes(actor)) throw unknown('actor', actor, actors, place)
    for (const resource of Object.keys(row))
      if (!resources.includes(resource)) throw unknown('resource', resource, resources, place)
  }
}

function unknown(kind: string, name: string, known: readonly string[], place: string): ArgumentError {
  return invalid(`Unknown ${kind} "${name}" in \`${place}\`.`, `name one of \`${kind}s\`: ${known.join(', ')}`)
}

function tableOf(actors: readonly string[], resources: readonly string[], allowed: AllowedActions): string {
  const rows = [
    ['', ...resources],
    ...actors.map((actor) => [actor, ...resources.map((resource) => allowed[actor]![resource]!.join(', ') || '-')]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n')
}
