import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestHandler } from 'express'
import type { Database } from './database.js'

/** SQL that ran, for the page to show. */
export interface RanQuery {
  readonly text: string
  readonly parameters: readonly unknown[]
  readonly milliseconds: number
}

const queries = new AsyncLocalStorage<RanQuery[]>()

/** The SQL that the current request has run so far. */
export function ranQueries(): readonly RanQuery[] {
  return queries.getStore() ?? []
}

/** Keeps what each request runs. */
export function recordQueries(database: Database): RequestHandler {
  database.$on('query', ({ query, params, duration }) => {
    queries.getStore()?.push({ text: query, parameters: JSON.parse(params), milliseconds: duration })
  })
  return (_req, _res, next) => queries.run([], next)
}
