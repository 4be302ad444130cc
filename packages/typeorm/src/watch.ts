import type { DataSource } from 'typeorm'
import { extendBuilders } from './query/builders.js'
import { refusingMisplaced } from './query/placement.js'
import { rememberCopies } from './rows/copies.js'
import { withManagers } from './rows/managers.js'
import { rememberingPartialRelations } from './rows/partialRelations.js'
import { rememberRows } from './rows/subscriber.js'
import { rememberTrees } from './rows/trees.js'

const watched = Symbol('watched')

/** Watches what a data source is asked and loads: once, and whatever others have put in the places of its functions before. */
export function watch(dataSource: DataSource): void {
  // A data source that is initialized anew has other subscribers.
  rememberRows(dataSource)
  if (watched in dataSource) return
  Object.defineProperty(dataSource, watched, { value: true })
  extendBuilders(dataSource, (of) => refusingMisplaced(rememberingPartialRelations(of)))
  rememberTrees(dataSource)
  withManagers(dataSource, rememberCopies)
}
