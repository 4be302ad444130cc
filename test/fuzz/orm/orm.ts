import type { Case } from '../randomCase.js'
import type { World } from '../world.js'
import type { Difference, DifferenceQuestion } from './difference.js'

/** The operations on a database through an ORM while cases are compared. */
export interface Orm {
  /** The ORM and the database. */
  readonly name: string
  /** Whether the rows of a world can be kept, and read as they were. */
  holds(world: World): boolean
  /** A world as its rows come out of the database, where a driver gives values in another form. */
  read(world: World): World
  /** Puts the rows of a world in the place of those that are there. */
  fill(world: World): Promise<void>
  /** Loads a case's policy. @throws PolicyError for one that can't be loaded. */
  ask(asked: Case): Promise<Asked>
  close(): Promise<void>
}

/** A case's policy over the rows of a database. */
export interface Asked {
  /**
   * The rows of the case's model that a list endpoint gives, by their place in the world.
   * @throws what the ORM's filter throws.
   */
  list(actor: number | null, action: string): Promise<ReadonlySet<number>>
  /**
   * The users who may perform an action on a row, by their place in the world.
   * @throws what the ORM's filter throws.
   */
  who(action: string, row: number): Promise<ReadonlySet<number>>
  /** What a check says of a row that was fetched without its relations. */
  check(actor: number | null, action: string, row: number): Promise<boolean>
  /**
   * The rows that actors gain and lose by another policy.
   * @throws PolicyError for a policy that can't be loaded.
   */
  difference(question: DifferenceQuestion): Promise<Difference>
}
