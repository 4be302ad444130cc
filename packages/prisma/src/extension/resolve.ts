import { QueryError } from '@arcturus/core'
import { UnsupportedOperationError } from '../errors.js'
import type { Tables } from '../where/tables.js'
import { type FilterRequest, type Markers, markerKey } from './markers.js'

/** Arguments of a query, or of a relation that it includes. */
export type Arguments = { readonly [argument: string]: unknown }

/** Prints the filter that a request asks for, for a model. */
export type Answer = (request: FilterRequest, model: string) => Arguments

/** The same, loading what is missing on the actor's side. */
export type WaitingAnswer = (request: FilterRequest, model: string) => Promise<Arguments>

/** What a `where` of the arguments selects is all that these operations read or write. */
const guarded: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'delete',
  'deleteMany',
])

/** Puts the filters that arguments ask for in the place of the requests; nested ones of `include` and `select` too. */
export class Resolver {
  readonly #markers: Markers
  readonly #tables: Tables
  readonly #answer: Answer
  readonly #waitingAnswer: WaitingAnswer

  constructor(markers: Markers, tables: Tables, answer: Answer, waitingAnswer: WaitingAnswer) {
    this.#markers = markers
    this.#tables = tables
    this.#answer = answer
    this.#waitingAnswer = waitingAnswer
  }

  /**
   * The arguments with their filters: at once, or a promise where something of an actor has to be loaded first. What asks for a
   * filter in any other place is left, and throws when the query is sent.
   * @param mayLoad - Whether what is missing may be loaded; otherwise it is the error that it is to `filter`.
   * @throws UnsupportedOperationError for an operation that a filter can't guard
   */
  resolve(args: unknown, model: string, operation: string, mayLoad: boolean): unknown {
    if (!isArguments(args)) return args
    if (!guarded.has(operation) && this.#requests(args).length > 0) {
      throw new UnsupportedOperationError(
        'unsupported-operation',
        `A filter can't guard \`${operation}\`: where it leaves no row, a new one would be written.`,
        { hint: 'find the row by authorizedFilter first, then update it, or authorize the creation and create it' },
      )
    }
    try {
      return this.#level(args, model, this.#answer)
    } catch (error) {
      const isMissing =
        error instanceof QueryError && (error.code === 'relation-not-loaded' || error.code === 'async-value')
      if (isMissing && mayLoad) return this.#resolveWaiting(args, model)
      throw error
    }
  }

  /** Finds the requests one after the other, and goes on when each is answered. */
  async #resolveWaiting(args: Arguments, model: string): Promise<Arguments> {
    const answers: { readonly request: FilterRequest; readonly model: string; readonly where: Arguments }[] = []
    for (;;) {
      let missing: { readonly request: FilterRequest; readonly model: string } | undefined
      const resolved = this.#level(args, model, (request, of) => {
        const known = answers.find((one) => one.request === request && one.model === of)
        if (!known) missing ??= { request, model: of }
        return known?.where ?? {}
      })
      if (!missing) return resolved
      answers.push({ ...missing, where: await this.#waitingAnswer(missing.request, missing.model) })
    }
  }

  #requests(args: Arguments): readonly FilterRequest[] {
    return [...new Set([...(this.#markers.read(args) ?? []), ...(this.#markers.read(args['where']) ?? [])])]
  }

  #level(args: Arguments, model: string, answer: Answer): Arguments {
    const requests = this.#requests(args)
    let resolved = args
    if (requests.length > 0) {
      const { [markerKey]: _, ...rest } = args
      const filters = requests.map((request) => answer(request, model))
      resolved = { ...rest, where: guardedWhere(args['where'], filters) }
    }
    for (const selection of ['include', 'select'] as const) {
      const selected = resolved[selection]
      if (isArguments(selected)) resolved = { ...resolved, [selection]: this.#selection(selected, model, answer) }
    }
    return resolved
  }

  #selection(selected: Arguments, model: string, answer: Answer): Arguments {
    return Object.fromEntries(
      Object.entries(selected).map(([name, args]) => {
        if (!isArguments(args)) return [name, args]
        if (name === '_count') return [name, this.#counts(args, model, answer)]
        const field = this.#tables.field(model, name)
        return [name, field?.kind === 'relation' ? this.#level(args, field.model, answer) : args]
      }),
    )
  }

  #counts(args: Arguments, model: string, answer: Answer): Arguments {
    const { select } = args
    return isArguments(select) ? { ...args, select: this.#selection(select, model, answer) } : args
  }
}

/**
 * A caller's `where` and the filters. The caller's stays at the top: that is where unique operations look for their key.
 */
function guardedWhere(own: unknown, filters: readonly Arguments[]): Arguments {
  if (!isArguments(own)) return { AND: filters }
  const { [markerKey]: _, AND: and, ...rest } = own
  const ands: readonly unknown[] = and === undefined ? [] : Array.isArray(and) ? and : [and]
  return { ...rest, AND: [...ands, ...filters] }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
