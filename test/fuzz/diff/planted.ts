import { diffPolicies } from '@arcturus/testing/diff'
import type { Planted } from '../orm/planted.js'
import type { Differ } from './inMemory.js'

/** Mistakes that `diffPolicies` could make: the fuzz test has to find each. */
export const planted: Readonly<Record<string, Differ>> = {
  'rows that are lost and not told': changed((changes) => changes.filter(({ after }) => after !== 'denied')),
  'an error that counts as denied': changed((changes) =>
    changes.filter(({ before, after }) => ![before, after].every((one) => one !== 'allowed')),
  ),
  'rows of a subclass that are passed over': changed((changes) =>
    changes.filter(({ model, resource }) => model === resource?.constructor.name),
  ),
  'policies that are exchanged': (authorizer, before, after, options) =>
    diffPolicies(authorizer, after, before, options),
}

type Changes = Awaited<ReturnType<Differ>>['changes']

function changed(change: (changes: Changes) => Changes): Differ {
  return async (...asked) => {
    const diff = await diffPolicies(...asked)
    return { ...diff, changes: change(diff.changes) }
  }
}

/** A printer's mistake, which also the query for a difference makes. */
export const plantedInSql: Planted = {
  orm: /^TypeORM on SQLite/,
  sql: (text) => text.replace(/ IS NOT (?!NULL)/g, ' <> '),
}
