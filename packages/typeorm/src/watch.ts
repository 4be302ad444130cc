import type { DataSource } from 'typeorm'
import { refuseMisplaced } from './query/placement.js'
import { rememberCopies } from './rows/copies.js'
import { withManagers } from './rows/managers.js'
import { rememberPartialRelations } from './rows/partialRelations.js'
import { rememberRows } from './rows/subscriber.js'
import { rememberTrees } from './rows/trees.js'

const watched = Symbol('watched')

/** Watches what a data source is asked and loads: once, and whatever others have put in the places of its functions before. */
export function watch(dataSource: DataSource): void {
  // A data source that is initialized anew has other subscribers.
  rememberRows(dataSource)
  if (watched in dataSource) return
  Object.defineProperty(dataSource, watched, { value: true })
  rememberPartialRelations(dataSource)
  refuseMisplaced(dataSource)
  rememberTrees(dataSource)
  withManagers(dataSource, rememberCopies)
}
