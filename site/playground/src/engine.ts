import { ArcturusError, Authorizer, type Diagnostic, PolicyError } from '@arcturus/core'
import { actionsOn } from '@arcturus/core/internal/testing'
import type { SqlDialect } from '@arcturus/sql'
import { modelsOf } from '../../../packages/prisma/src/database/models.js'
import type { PrismaModel, PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { schemaOf } from './schema.js'
import { contextOf, labelOf, Tables, type World, WorldError } from './world.js'

/** An error or a warning of the policy, with its place in the text. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly from: number
  readonly to: number
}

/** Somebody who asks, or a row that is asked about. */
export interface Named {
  readonly model: string
  readonly label: string
  readonly at: number
}

/** One answer: `true`, `false`, or the code of an error. */
export type Answer = boolean | string

/** Who may do what. */
export interface Matrix {
  /** The last actor is nobody: an anonymous user, without a model. */
  readonly actors: readonly Named[]
  readonly columns: readonly {
    readonly model: string
    readonly actions: readonly string[]
    readonly rows: readonly Named[]
  }[]
  /** By actor, column, row and action. */
  readonly answers: readonly (readonly (readonly (readonly Answer[])[])[])[]
}

export interface Opened {
  readonly findings: readonly Finding[]
  /** Undefined if the policy doesn't load. */
  readonly matrix: Matrix | undefined
  readonly contexts: readonly string[]
  readonly models: readonly PrismaModel[]
  readonly graph: Graph
}

/** A question about one cell. */
export interface Question {
  readonly actor: number
  readonly column: number
  readonly row: number
  readonly action: string
}

export interface Listed {
  /** The residual condition of the rows. */
  readonly condition: string
  /** Prisma's `where`, or the reason why there is none. */
  readonly where: string
  readonly sql: Readonly<Record<SqlDialect, string>>
  /** The labels of the rows that satisfy the condition, and of those that the checks allow. */
  readonly rows: readonly string[]
  readonly checked: readonly string[]
  /** The statement that SQLite runs; undefined if there is none. */
  readonly runs: { readonly text: string; readonly values: readonly unknown[] } | undefined
}

/** The roles, permissions and relations of the resource blocks. */
export interface Graph {
  readonly boxes: readonly {
    readonly name: string
    readonly keyword: string
    readonly roles: readonly string[]
    readonly permissions: readonly string[]
  }[]
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly label: string }[]
}

export interface MutantResult {
  readonly description: string
  readonly from: number
  readonly to: number
  /** Whether a cell or a pin has another answer under the mutant. */
  readonly killed: boolean
}

/** A world whose policy is loaded. */
export class Playground {
  readonly #schema: PrismaSchema
  readonly #tables: Tables
  readonly #base: Authorizer
  readonly #authorizer: Authorizer
  readonly #loads: boolean
  readonly findings: readonly Finding[]

  private constructor(
    readonly world: World,
    schema: PrismaSchema,
    tables: Tables,
    authorizer: Authorizer,
    context: string | undefined,
    findings: readonly Finding[],
    loads: boolean,
  ) {
    this.#schema = schema
    this.#tables = tables
    this.#base = authorizer
    this.findings = findings
    this.#loads = loads
    const values = context === undefined ? Object.values(world.contexts ?? {})[0] : world.contexts?.[context]
    this.#authorizer = values && loads ? authorizer.with(contextOf(world.context, values) as never) : authorizer
  }

  /**
   * Opens a world. A policy that doesn't load is no error: it is in `findings`.
   * @param context - The label of the context. Default: the first one.
   * @throws WorldError if the schema or a row is invalid.
   */
  static async open(world: World, context?: string, schema: PrismaSchema = schemaOf(world)): Promise<Playground> {
    const tables = new Tables(schema, world.rows)
    // Text of a link becomes no code.
    const authorizer = new Authorizer({
      evaluator: 'closures',
      log: () => {},
      limits: { syncTime: 500, steps: 1_000_000 },
    })
    authorizer.registerModels(modelsOf(schema))
    if (world.context) authorizer.registerContext(world.context as never)
    let findings: readonly Finding[] = []
    let loads = true
    try {
      await authorizer.load({ text: world.policy, name: 'policy.polar' })
      findings = (authorizer.policy?.warnings ?? []).map(findingOf)
    } catch (error) {
      if (!(error instanceof ArcturusError)) throw error
      loads = false
      findings =
        error instanceof PolicyError
          ? error.diagnostics.map(findingOf)
          : [{ severity: 'error', code: error.code, message: error.summary, hint: error.hint, from: 0, to: 0 }]
    }
    return new Playground(world, schema, tables, authorizer, context, findings, loads)
  }

  async opened(): Promise<Opened> {
    return {
      findings: this.findings,
      matrix: this.#loads ? await this.matrix() : undefined,
      contexts: Object.keys(this.world.contexts ?? {}),
      models: this.#schema.models,
      graph: this.#graph(),
    }
  }

  /** @throws ArcturusError if the policy isn't loaded. */
  async matrix(): Promise<Matrix> {
    const { actors, columns } = this.#axes()
    const answers: Answer[][][][] = []
    for (const actor of actors) {
      const row: Answer[][][] = []
      for (const { actions, model, rows } of columns) {
        const cells: Answer[][] = []
        for (const one of rows)
          cells.push(await this.#answers(this.#rowOf(actor), actions, this.#marked(model, one.at)))
        row.push(cells)
      }
      answers.push(row)
    }
    return { actors, columns, answers }
  }

  async #answers(actor: unknown, actions: readonly string[], row: unknown): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const action of actions) {
      try {
        answers.push(await this.#authorizer.isAllowed(actor as never, action as never, row as never))
      } catch (error) {
        if (!(error instanceof ArcturusError)) throw error
        answers.push(error.code)
      }
    }
    return answers
  }

  #axes(): { actors: Named[]; columns: { model: string; actions: readonly string[]; rows: Named[] }[] } {
    const blocks = [...(this.#base.policy?.blocks.values() ?? [])]
    const blockActors = blocks.filter(({ keyword }) => keyword === 'actor').map(({ name }) => name)
    const actorModels = this.world.actors ?? (blockActors.length > 0 ? blockActors : ['User'])
    const actors = actorModels.flatMap((model) => this.#namedRows(model))
    const asked = this.world.questions ?? this.#namedActions()
    const columns = Object.entries(asked).map(([model, actions]) => ({ model, actions, rows: this.#namedRows(model) }))
    return {
      actors: [...actors, { model: '', label: 'nobody', at: -1 }],
      columns: columns.filter(({ rows }) => rows.length > 0),
    }
  }

  /** The actions that the policy names, by model. */
  #namedActions(): Record<string, readonly string[]> {
    const found: Record<string, readonly string[]> = {}
    const { policy, schema, readAction } = this.#base
    if (!policy) return found
    for (const { name } of this.#schema.models) {
      const actions = [...actionsOn([policy], schema, readAction, name)].filter(
        (action) => action !== 'any other action',
      )
      if (this.#tables.of(name).length > 0 && actions.length > 0) found[name] = actions
    }
    return found
  }

  #namedRows(model: string): Named[] {
    const found = this.#schema.models.find(({ name }) => name === model)
    if (!found) return []
    return this.#tables.of(model).map((row, at) => ({ model, label: labelOf(found, row), at }))
  }

  #marked(model: string, at: number): object {
    return this.#base.as(model as never, this.#tables.of(model)[at]!)
  }

  #rowOf({ model, at }: Named): object | null {
    return at < 0 ? null : this.#marked(model, at)
  }

  #asked({ actor, column, row, action }: Question) {
    const { actors, columns } = this.#axes()
    const who = actors[actor]
    const what = columns[column]
    const one = what?.rows[row]
    if (!who || !what || !one) throw new WorldError('This cell is gone.')
    return { who: this.#rowOf(who), action, model: what.model, rows: what.rows, row: this.#marked(what.model, one.at) }
  }

  /** The reason of an answer, as text. */
  async reason(question: Question): Promise<string> {
    const { who, action, row } = this.#asked(question)
    const { loadExplanation } = await import('@arcturus/explain')
    const explanation = await loadExplanation(this.#authorizer, who as never, action as never, row as never, {
      values: true,
    })
    return String(explanation)
  }

  /** The filter of a list: the rows of a column's model on which the actor may do the action. */
  async list(question: Question): Promise<Listed> {
    const { who, action, model, rows } = this.#asked(question)
    const checked: string[] = []
    for (const one of rows)
      if ((await this.#answers(who, [action], this.#marked(model, one.at)))[0] === true) checked.push(one.label)
    const whole = {
      condition: '',
      where: '',
      sql: { postgresql: '', mysql: '', sqlite: '' },
      rows: [],
      checked,
      runs: undefined,
    }
    let filter: Awaited<ReturnType<Authorizer['loadFilter']>>
    try {
      filter = await this.#authorizer.loadFilter(who as never, action as never, model as never)
    } catch (error) {
      return { ...whole, condition: refusalOf(error) }
    }
    const allowed: string[] = []
    for (const one of rows) if (await filter.matches(this.#marked(model, one.at) as never)) allowed.push(one.label)
    const { printed } = await import('./printing.js')
    const keys = () => rows.filter(({ label }) => allowed.includes(label)).map(({ at }) => this.#tables.of(model)[at]!)
    return {
      condition: filter.kind === 'all' ? 'every row' : filter.kind === 'none' ? 'no row' : String(filter),
      ...printed(filter, this.#schema, model, keys),
      rows: allowed,
      checked,
    }
  }

  #graph(): Graph {
    const blocks = [...(this.#base.policy?.blocks.values() ?? [])]
    const names = new Set(blocks.map(({ name }) => name))
    return {
      boxes: blocks.map(({ name, keyword, roles, permissions }) => ({
        name,
        keyword,
        roles: [...roles],
        permissions: [...permissions],
      })),
      arrows: blocks.flatMap(({ name, relations }) =>
        [...relations].flatMap(([label, to]) => (names.has(to) ? [{ from: name, to, label }] : [])),
      ),
    }
  }

  /** The mutants of the policy, and whether a cell or a pin notices each. */
  async *mutants(): AsyncGenerator<{ readonly of: number; readonly result: MutantResult }> {
    const { policy } = this.#base
    if (!policy || !this.#loads) return
    const { mutatedSources, policyMutants } = await import('../../../packages/testing/src/mutation/mutants.js')
    const own = JSON.stringify((await this.matrix()).answers)
    const all = policyMutants(policy, this.#base.schema)
    for (const mutant of all) {
      const changed = { ...this.world, policy: mutatedSources(policy, mutant)[0]!.text }
      const { description, span } = mutant
      const other = await Playground.open(changed, undefined, this.#schema)
      if (!other.#loads) continue
      const killed = this.world.pins?.length
        ? !(await other.holds(this.world.pins))
        : JSON.stringify((await other.matrix()).answers) !== own
      yield { of: all.length, result: { description, from: span.start, to: span.end, killed } }
    }
  }

  /** Whether all pins have their answers. */
  async holds(pins: NonNullable<World['pins']>): Promise<boolean> {
    return (await this.failedPins(pins)).length === 0
  }

  /** The places of the pins whose answers are others, or whose rows are gone. */
  async failedPins(pins: NonNullable<World['pins']>): Promise<readonly number[]> {
    const { actors, columns } = this.#axes()
    const failed: number[] = []
    for (const [at, pin] of pins.entries()) {
      const actor = actors.find(({ label }) => label === pin.actor)
      const row = columns.find(({ model }) => model === pin.model)?.rows.find(({ label }) => label === pin.row)
      const answer =
        actor && row && (await this.#answers(this.#rowOf(actor), [pin.action], this.#marked(row.model, row.at)))[0]
      if (answer !== pin.allowed) failed.push(at)
    }
    return failed
  }
}

function findingOf({ severity, code, message, hint, span }: Diagnostic): Finding {
  return {
    severity: severity === 'error' ? 'error' : 'warning',
    code,
    message,
    hint,
    from: span?.start ?? 0,
    to: span?.end ?? 0,
  }
}

/**
 * Returns the message of a refusal.
 * @throws the error if it is none
 */
export function refusalOf(error: unknown): string {
  if (!(error instanceof ArcturusError)) throw error
  return error.hint === undefined ? error.summary : `${error.summary}\n${error.hint}`
}
