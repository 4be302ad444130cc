import type { Planted } from '../orm/planted.js'

/** The mistake of TypeORM's that it has to find: an alternative of the caller's, out of its brackets. */
export const bareAlternative: Planted = {
  orm: /^TypeORM/,
  sql: (text) => text.replace(/\(("\w+"\."\w+" = \S+ OR 1 = 1)\)/g, '$1'),
}
