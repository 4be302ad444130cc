import { fileURLToPath } from 'node:url'
import { Authorizer } from '@arcturus/core'
import { loadPolicyFiles } from '@arcturus/core/node'
import { koaAuthorization } from '@arcturus/koa'
import { type AuthorizedManager, type TypeOrmAuthorizationOptions, typeOrmAuthorization } from '@arcturus/typeorm'
import type { DataSource } from 'typeorm'
import type { Person } from './entities/person.js'
import { findPerson, handleIn } from './people.js'

// The actions are those of `arcturus.d.ts`, which `arcturus types` wrote: a misspelt one is an error of the compiler.
declare module '@arcturus/core' {
  interface Register {
    actor: Person
    client: AuthorizedManager
  }
}

/**
 * One policy for all that Folio decides: the checks of its routes and the filters of its lists.
 * @throws {PolicyError} There is a mistake in the policy; the message says where.
 */
export async function createAuthorization(database: DataSource, options: TypeOrmAuthorizationOptions = {}) {
  const authorizer = new Authorizer()
  // The models of the policy are the entities.
  const { rows, authorizedManager, ...lists } = typeOrmAuthorization(authorizer, database, {
    operations: { update: 'edit', models: { Folder: { create: 'add' } } },
    // Each person may read all people, so the authors beside documents need no filter. Other rows need one.
    unscoped: { Person: 'allow' },
    ...options,
  })
  // Writes what a route has authorized: a new document, and the shares of a folder or document.
  const manager = authorizedManager(null).unguarded('rows that a route authorized before')
  // Prints what only looks wrong, such as a misspelt field.
  await loadPolicyFiles(authorizer, fileURLToPath(new URL('../policy.polar', import.meta.url)))

  const { authorize, unguarded } = koaAuthorization(authorizer, {
    actor: (ctx) => {
      const handle = handleIn(ctx.get('Authorization'))
      return handle === undefined ? null : findPerson(rows, handle)
    },
    // The shares of a document are deleted with it.
    client: (person) => authorizedManager(person, { cascade: 'trust' }),
    challenge: 'Bearer realm="Folio"',
  })
  return {
    ...lists,
    rows,
    manager,
    authorizer,
    authorizedManager,
    authorize,
    unguarded,
  }
}

export type Folio = Awaited<ReturnType<typeof createAuthorization>>
