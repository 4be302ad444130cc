import { ArgumentError, type Authorizer, type PolicySource } from '@arcturus/core'
import { own, RelationMemory, Residuals } from '@arcturus/core/internal/testing'
import { actorsOf } from './actors.js'
import { type Answer, answerOf, type FieldAnswer, isSame, type Question } from './answer.js'
import { type ComparisonOptions, loadBoth } from './comparison.js'
import { Differences } from './differences.js'

export interface DiffOptions<Changed> extends ComparisonOptions<Changed> {
  /** The rows to compare, by model. Relations that are not loaded are loaded if there is a loader. */
  readonly rows: Readonly<Record<string, Iterable<object>>>
}

/** A question about a row, and its answers under the old policy and under the new one. */
export interface Change<Found> {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  readonly resource: unknown
  readonly before: Found
  readonly after: Found
}

/** A comparison of two policies on given actors and rows. */
export class DiffRun<Changed> {
  readonly differences: Differences

  constructor(
    readonly old: Authorizer,
    readonly next: Authorizer,
    readonly options: DiffOptions<Changed>,
  ) {
    this.differences = new Differences(old, next, new Residuals(old))
  }

  /**
   * Asks both policies the questions of each actor. Returns the changed answers, and the number of actors.
   * @param actorModels - Returns the models whose rows have to be compared as actors.
   * @param none - The answer for an action that a policy does not name.
   */
  async changes<Asked extends Omit<Question, 'actor'>, Found extends Answer | FieldAnswer>(
    actorModels: () => readonly string[],
    questions: readonly Asked[],
    none: Found,
    changeOf: (asked: Asked & Pick<Question, 'actor'>, answers: Pick<Change<Found>, 'before' | 'after'>) => Changed,
  ): Promise<{ readonly changes: readonly Changed[]; readonly actors: number }> {
    const { old, next, differences, options } = this
    const ask = async (authorizer: Authorizer, question: Question): Promise<Found> => {
      const answer = await answerOf(authorizer, question)
      // Sound: the form of an answer is that of its question.
      return isSame(answer, { error: 'unknown-action' }) ? none : (answer as Found)
    }
    const changes: Changed[] = []
    let actors = 0
    for await (const actor of actorsOf(options.actors, { actorModels })) {
      options.onProgress?.(actors)
      actors++
      for (const one of questions) {
        const asked = { ...one, actor }
        if (!differences.canBe(asked)) continue
        const [before, after] = [await ask(old, asked), await ask(next, asked)]
        if (isSame(before, after)) continue
        const change = changeOf(asked, { before, after })
        changes.push(change)
        options.onChange?.(change)
      }
    }
    return { changes, actors }
  }
}

/**
 * Compares two policies on given actors and rows.
 * @throws PolicyError if one of the policies is invalid; ArgumentError for an unknown model or context.
 */
export async function comparing<Changed, Result>(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  given: DiffOptions<Changed>,
  compare: (run: DiffRun<Changed>) => Promise<Result>,
): Promise<Result> {
  const options = own(given)
  const [old, next] = loadBoth(authorizer, before, after, options.context)
  for (const model of Object.keys(options.rows))
    if (!authorizer.schema.models.has(model))
      throw new ArgumentError('unknown-model', `Unknown model "${model}" in \`rows\`.`, {
        hint: 'register it, or correct its name',
      })
  return remembering(authorizer, () => compare(new DiffRun(old, next, options)))
}

/** Runs a comparison. All its questions are about the same data, so that each relation is loaded once. */
export async function remembering<Result>(authorizer: Authorizer, compare: () => Promise<Result>): Promise<Result> {
  const memory = new RelationMemory()
  const forget = authorizer.rememberIn(() => memory)
  try {
    return await compare()
  } finally {
    forget()
  }
}
