import type { Host, Solution } from '../../machine/index.js'
import { Evaluation } from '../../machine/state/evaluation.js'
import type { Arrived } from '../../schema/arrived.js'
import { thrownError } from '../../values/fault.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { Hosts } from '../relations/hosts.js'
import type { QuestionRelations } from '../relations/questionRelations.js'
import { wholeRows } from '../relations/wholeRows.js'

/**
 * One question that can wait, or several that form one and share the relations that are loaded. All
 * of it is decided by the policy that was active when it began, even if another policy is loaded
 * meanwhile.
 */
export class Question {
  private known: Host | undefined = undefined

  /**
   * @param relations - Reads relations that are not loaded. Undefined if there are no loaders.
   * @param arrived - Records the promises that are awaited. Undefined if nobody reads them.
   */
  constructor(
    readonly policy: LoadedPolicy,
    // No `#`: each check that can wait has one of these, and making private fields takes longer than
    // many decisions.
    private readonly hosts: Hosts,
    private readonly relations: QuestionRelations | undefined,
    /** The evaluation that shares the results of checks which code of the application asks for meanwhile. */
    readonly evaluation: Evaluation = new Evaluation(),
    readonly arrived?: Arrived | undefined,
  ) {}

  /** The application's host for the machine. */
  get host(): Host {
    this.known ??= this.hosts.waiting(this.relations, this.arrived)
    return this.known
  }

  /**
   * Returns a solution for the application: it holds no rows that are known by their keys alone.
   * @throws QueryError `relation-not-loaded` if nothing loads such a row.
   */
  async whole(solution: Solution): Promise<Solution> {
    try {
      const values = this.relations && (await wholeRows(this.relations, [...solution.values()]))
      return values ? new Map([...solution.keys()].map((name, at) => [name, values[at]])) : solution
    } catch (error) {
      throw thrownError(error)
    }
  }
}
