/** What `src/arcturus.d.ts` tells the compiler. Nothing runs. */
import { defineTests } from '@arcturus/cli'
import type { Role } from '@arcturus/core'
import { explain } from '@arcturus/explain'
import type { AuthorizationTesting } from '@arcturus/testing'
import type { Folio } from '../src/authorization.js'
import { Document } from '../src/entities/document.js'
import { Folder } from '../src/entities/folder.js'
import type { Person } from '../src/entities/person.js'
import type { Team } from '../src/entities/team.js'

declare const folio: Folio
declare const testing: AuthorizationTesting
declare const person: Person | null
declare const document: Document
declare const folder: Folder | null
declare const team: Team
declare const claims: { readonly sub: string }

export async function rightUses(): Promise<Role<'Folder'>> {
  const { authorizer, authorize, authorizedFilter, authorizedQuery, authorizedActors } = folio
  authorizer.can(person, 'classify', document)
  authorizer.can(person, 'add', folder)
  authorizer.can(person, 'share', Folder)
  authorizer.canMany(person, 'edit', [document])
  await authorizer.authorize(null, 'read', team)
  await authorizer.filter(person, 'edit', 'Document').matches(document)
  for (const action of await authorizer.authorizedActions(person, document)) action satisfies 'read' | string
  await authorizer.authorizeField(person, 'edit', document, 'amount')
  await authorizer.authorizeChange(person, 'edit', document, { title: 'Plan' })
  authorizer.can(authorizer.as('Person', claims), 'add', authorizer.as('Folder', { id: 1 }))
  explain(authorizer, person, 'classify', document)
  authorize('classify', () => document)
  authorizedFilter(person, Document, { action: 'edit', take: 3 })
  authorizedQuery(person, 'share', Folder)
  authorizedActors('edit', document, Document)
  await testing.expectAllowed(person, ['read', 'edit'], document)
  defineTests({
    actors: { jonas: 'person:1' },
    resources: { brief: 'document:1' },
    allowed: { jonas: { brief: ['edit'] } },
  })
  return 'owner'
}

export async function mistakes(): Promise<void> {
  const { authorizer, authorize, authorizedFilter, authorizedQuery, authorizedActors } = folio
  // @ts-expect-error a misspelt action
  authorizer.can(person, 'raed', document)
  // @ts-expect-error an action of folders
  authorizer.can(person, 'add', document)
  // @ts-expect-error an action of documents
  authorizer.can(person, 'classify', folder)
  // @ts-expect-error a team is no actor
  authorizer.can(team, 'read', document)
  // @ts-expect-error a number is no actor
  authorizer.can(2, 'read', document)
  // @ts-expect-error a row that may be missing
  authorizer.can(undefined, 'read', document)
  // @ts-expect-error a marked row of another model
  authorizer.can(authorizer.as('Folder', claims), 'read', document)
  // @ts-expect-error an action of documents, on a marked folder
  authorizer.can(person, 'classify', authorizer.as('Folder', { id: 1 }))
  // @ts-expect-error a misspelt model
  authorizer.as('Foldr', claims)
  // @ts-expect-error an action of folders
  authorizer.canMany(person, 'add', [document])
  // @ts-expect-error an action of folders
  await authorizer.isAllowed(person, 'add', document)
  // @ts-expect-error an action of folders
  await authorizer.authorize(person, 'add', document)
  // @ts-expect-error an action of folders
  authorizer.filter(person, 'add', 'Document')
  // @ts-expect-error a misspelt model
  authorizer.filter(person, 'read', 'Documnet')
  // @ts-expect-error a document is no actor
  await authorizer.loadFilter(document, 'read', 'Document')
  // @ts-expect-error a misspelt field
  await authorizer.authorizeField(person, 'edit', document, 'amuont')
  // @ts-expect-error an action of folders
  await authorizer.authorizeChange(person, 'add', document, {})
  // @ts-expect-error an action of documents
  await authorizer.authorizeCreate(person, 'classify', 'Folder', {})
  // @ts-expect-error an action of documents
  authorizer.actorFilter('classify', folder, 'Person')
  // @ts-expect-error a team is no actor
  authorizer.actorFilter('add', folder, 'Team')
  // @ts-expect-error an action of folders
  explain(authorizer, person, 'add', document)
  // @ts-expect-error an action of folders
  authorize('add', () => document)
  // @ts-expect-error an action of folders
  authorizedFilter(person, Document, { action: 'add' })
  // @ts-expect-error a team is no actor
  authorizedFilter(team, Document)
  // @ts-expect-error an action of documents
  authorizedQuery(person, 'classify', Folder)
  // @ts-expect-error a misspelt action
  authorizedActors('raed', document, Document)
  // @ts-expect-error an action of folders
  await testing.expectAllowed(person, ['read', 'add'], document)
  // @ts-expect-error a misspelt role
  const role: Role<'Folder'> = 'ownr'
  await testing.expectDenied(person, 'read', role)
  defineTests({
    actors: { jonas: 'person:1' },
    resources: { brief: 'document:1' },
    // @ts-expect-error a misspelt action
    allowed: { jonas: { brief: ['eidt'] } },
  })
}
