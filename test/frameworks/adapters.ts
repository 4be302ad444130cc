/** How an adapter differs from the table of behaviours, by its framework. */
export interface Adapter {
  /** The status of every error that an application throws. Default: that of the error. */
  readonly failures?: number
  /** Headers that the framework gives answers that have none. */
  readonly headers?: readonly string[]
  /** The behaviours or topics that it cannot have, and why. */
  readonly lacks?: Readonly<Record<string, string>>
  /** Other statuses, by the name of the behaviour. */
  readonly statuses?: Readonly<Record<string, number>>
}

const values = 'a procedure returns a value'
const noPaths = 'a call has no method and no path'

type Next = `Next ${15 | 16}, ${'App Router' | 'edge' | 'Pages Router'}`
export type AdapterName =
  | `Express ${4 | 5}`
  | `Koa ${2 | 3}`
  | 'Fastify'
  | 'Hono'
  | `Nest on ${'Express' | 'Fastify'}`
  | Next
  | 'tRPC'

const appRouter = {
  failures: 500,
  lacks: {
    'a second answer without a decision is held back': 'a handler returns one response',
  },
}
const edge = { ...appRouter, headers: ['cache-control'] }

/** Every adapter that the table of behaviours is tried on, and how it differs. */
export const adapters: Readonly<Record<AdapterName, Adapter>> = {
  'Express 5': {},
  'Express 4': {},
  'Koa 3': {},
  'Koa 2': {},
  Fastify: {},
  Hono: { failures: 500 },
  // Nest answers what is thrown by 500, unless it is one of its own exceptions.
  'Nest on Express': { failures: 500 },
  'Nest on Fastify': { failures: 500 },
  'Next 16, App Router': appRouter,
  'Next 16, edge': edge,
  'Next 16, Pages Router': { failures: 500 },
  'Next 15, App Router': appRouter,
  'Next 15, edge': edge,
  'Next 15, Pages Router': { failures: 500 },
  tRPC: {
    failures: 500,
    headers: ['cache-control'],
    lacks: {
      'Forms of a path': noPaths,
      'Problem details': 'errors have the form of tRPC',
      'request-level rules refuse somebody': noPaths,
      'request-level rules refuse nobody': noPaths,
      'HEAD is answered as GET, without a body': noPaths,
      'HEAD is refused as GET': noPaths,
      'HEAD without a decision is held back': noPaths,
      'asking for the head of what is hidden and what is missing is the same to the byte': noPaths,
      'OPTIONS is answered without a decision': noPaths,
      'an answer in pieces without a decision is held back': values,
      'a file without a decision is held back': values,
      'an answer that writes its head first is held back': values,
      'an answer by an old name of Node is held back': values,
      'an answer that flushes its headers is held back': values,
      'a second answer without a decision is held back': values,
      'a redirect without a decision is held back': values,
      'the denied fields of a change are named': 'errors have the form of tRPC',
      'fields that may not be written are named': 'errors have the form of tRPC',
      'so is a file for an actor': values,
      "an application's own Cache-Control stays": values,
    },
  },
}
