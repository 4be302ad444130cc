import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { ArcturusError } from '@arcturus/core'
import type { DecisionChange, RowQueries } from '@arcturus/core/diff'
import { Failure, reasonOf } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import { databaseFailure, type PolicyFile, type Project } from '../project/project.js'
import { counted } from './check.js'
import { coloured } from './explain.js'
import { referenceOf } from './mutate.js'

export interface DiffCommand {
  /** The old policy: files, or a revision of Git. */
  readonly old: readonly string[]
  /** The number of actors of each model, and of rows of each model. */
  readonly actors: number
  /** Whether all actors are compared. */
  readonly all: boolean
  readonly rows: number
  /** The number of changed decisions that are shown with their reason. */
  readonly samples: number
}

/** Compares an old policy with the files of the configuration. Code 1 if decisions change. */
export async function diff(project: Project, output: Output, command: DiffCommand): Promise<Result> {
  const after = await project.readPolicy()
  const before = await oldPolicy(project, command.old)
  await project.load()
  const { queries } = project.rows
  const found = await output.progress('Comparing', (advance) =>
    queries
      ? byQueries(project, before, after, queries, command, advance)
      : byChecks(project, before, after, command, advance),
  )
  print(found, output)
  const samples = []
  for (const change of found.samples) samples.push(await sampleOf(project, output, change, before))
  if (output.format === 'github')
    for (const line of found.text.split('\n'))
      output.annotation({ severity: 'notice', code: 'policy-diff', message: line, file: after[0]?.name })
  return {
    code: found.changes.length > 0 || found.uncompared.length > 0 ? 1 : 0,
    json: {
      same: found.same,
      compared: found.compared,
      actions: found.actions,
      changes: found.changes,
      uncompared: found.uncompared,
      samples,
    },
  }
}

/** The difference as it is printed. */
interface Found {
  readonly same: boolean
  /** The summary. */
  readonly text: string
  readonly compared: { readonly actors: number }
  /** A sentence about the size of the comparison. */
  readonly size: string
  readonly actions: readonly unknown[]
  readonly changes: readonly object[]
  readonly uncompared: readonly {
    readonly actor: string
    readonly action: string
    readonly model: string
    readonly reason: string
  }[]
  /** The changes that are explained. */
  readonly samples: readonly DecisionChange[]
}

/** Compares all rows by queries of the application's database. */
async function byQueries(
  project: Project,
  before: readonly PolicyFile[],
  after: readonly PolicyFile[],
  queries: RowQueries,
  command: DiffCommand,
  advance: (text: string) => void,
): Promise<Found> {
  const { authorizer } = project
  const { diffDatabase } = await project.library('diff')
  const found = await diffDatabase(authorizer, before, after, queries, {
    actors: actorsOf(project, command),
    samples: command.samples,
    onProgress: (done) => advance(`${counted(done, 'actor')} done`),
  }).catch((error: unknown) => {
    throw error instanceof ArcturusError || error instanceof Failure
      ? error
      : databaseFailure("The rows can't be compared", error)
  })
  const named = <One extends { readonly actor: unknown }>(one: One) => ({
    ...one,
    actor: referenceOf(authorizer, one.actor),
  })
  const { actors, queries: sent } = found.compared
  return {
    same: found.same,
    text: String(found),
    compared: found.compared,
    size: `Compared all rows for ${counted(actors, 'actor')} by ${sent === 1 ? '1 query' : `${sent} queries`}${command.all ? '' : '; --all compares all actors'}.`,
    actions: found.actions,
    changes: found.changes.map((change) => ({
      ...named(change),
      rows: change.rows.map((row) => referenceOf(authorizer, row)),
    })),
    uncompared: found.uncompared.map(named),
    samples: firstOfEach(
      found.changes.flatMap(({ actor, action, model, direction, rows }) =>
        rows.map((resource): DecisionChange => {
          const [before, after] =
            direction === 'gained' ? (['denied', 'allowed'] as const) : (['allowed', 'denied'] as const)
          return { actor, action, model, resource, before, after }
        }),
      ),
      command.samples,
    ),
  }
}

/** Yields nobody, and the actors of each model with an actor block, or of every model without one. */
async function* actorsOf(project: Project, { actors, all }: DiffCommand): AsyncGenerator<unknown> {
  yield null
  const blocks = [...(project.authorizer.policy?.blocks.values() ?? [])].filter(({ keyword }) => keyword === 'actor')
  for (const { name } of blocks) {
    if (all) yield* project.all(name)
    else yield* (await project.sample(actors, [name]))[name] ?? []
  }
}

/** Checks a sample of the rows, for applications whose rows no ORM reads. */
async function byChecks(
  project: Project,
  before: readonly PolicyFile[],
  after: readonly PolicyFile[],
  command: DiffCommand,
  advance: (text: string) => void,
): Promise<Found> {
  const { authorizer } = project
  const rows = await project.sample(command.rows)
  const actors: unknown[] = []
  for await (const actor of actorsOf(project, command)) actors.push(actor)
  const { diffPolicies } = await project.library('diff')
  const found = await diffPolicies(authorizer, before, after, {
    actors,
    rows,
    onProgress: (done) => advance(`${done} of ${actors.length} actors`),
  })
  return {
    same: found.same,
    text: String(found),
    compared: found.compared,
    size: `Compared ${counted(found.compared.actors, 'actor')} and ${counted(found.compared.rows, 'row')}; --actors and --rows set the numbers.`,
    actions: found.actions,
    changes: found.changes.map(({ actor, resource, model, action, before, after }) => ({
      actor: referenceOf(authorizer, actor),
      action,
      model,
      resource: referenceOf(authorizer, resource),
      before,
      after,
    })),
    uncompared: [],
    samples: firstOfEach(found.changes, command.samples),
  }
}

function print({ same, text, size, uncompared }: Found, output: Output): void {
  const { green, red, yellow, dim } = output.colours
  if (same) {
    output.line(green('The policies decide the same, whatever the data.'))
    return
  }
  const paint = { '+': green, '-': red, '!': yellow } as Readonly<Record<string, typeof red>>
  for (const line of text.split('\n')) output.line((paint[line[0]!] ?? dim)(line))
  const actorsOfList = new Map<string, string[]>()
  for (const { actor, action, model, reason } of uncompared) {
    const list = `? ${action} ${model} could not be compared. ${reason.split('\n', 1)[0]}`
    actorsOfList.set(list, [...(actorsOfList.get(list) ?? []), actor])
  }
  for (const [list, actors] of actorsOfList) output.line(yellow(`${list}: ${actors.join(', ')}`))
  output.line(dim(size))
}

/** Returns some changes, one of each kind first. */
function firstOfEach(changes: readonly DecisionChange[], count: number): readonly DecisionChange[] {
  const seen = new Set<string>()
  const firsts = changes.filter(({ action, model, after }) => {
    const kind = `${action} ${model} ${typeof after}${String(after)}`
    return !seen.has(kind) && seen.add(kind)
  })
  return firsts.slice(0, count)
}

/** Prints one changed decision with its explanations under both policies. */
async function sampleOf(
  project: Project,
  output: Output,
  { actor, action, resource, before, after }: DecisionChange,
  old: readonly PolicyFile[],
): Promise<unknown> {
  const { authorizer } = project
  const text = `${referenceOf(authorizer, actor)} ${action} ${referenceOf(authorizer, resource)}`
  output.line(`\n${output.colours.bold(text)}: ${outcome(before)} → ${outcome(after)}`)
  const { loadExplanation } = await project.library('explain')
  const explained = async (name: string, of: typeof authorizer): Promise<unknown> => {
    output.line(output.colours.dim(`The ${name} policy:`))
    const explanation = await loadExplanation(of, actor, action as never, resource, { values: true }).catch(
      (error: unknown) => {
        // Nobody may perform an action that a policy does not name.
        if (error instanceof ArcturusError && error.code === 'unknown-action') return undefined
        throw error
      },
    )
    const lines = explanation ? String(explanation).split('\n') : [`It knows no action "${action}".`]
    for (const line of lines) output.line(`  ${coloured(line, output)}`)
    return explanation?.toJSON()
  }
  const under = { old: await explained('old', authorizer.withPolicy(...old)), new: await explained('new', authorizer) }
  return { check: text, before, after, explanations: under }
}

const outcome = (answer: DecisionChange['after']): string =>
  typeof answer === 'object' ? `error ${answer.error}` : answer

/** Reads the old policy from files, or from a revision of Git. */
async function oldPolicy(project: Project, names: readonly string[]): Promise<readonly PolicyFile[]> {
  const files = names.map((name) => resolve(project.cwd, name))
  if (files.length > 0 && files.every((file) => existsSync(file)))
    return files.map((file) => ({ name: project.shortName(file), text: readFileSync(file, 'utf8') }))
  const [revision = 'HEAD'] = names
  if (names.length > 1) throw new Failure(`One of the files does not exist: ${names.join(', ')}.`, 'check the paths')
  const paths = await project.policyFiles()
  return paths.flatMap((path) => {
    const text = atRevision(project, revision, path)
    return text === undefined ? [] : [{ name: `${revision}:${project.shortName(path)}`, text }]
  })
}

/** Returns the text of a file in a revision; undefined if the revision does not have the file. */
function atRevision(project: Project, revision: string, path: string): string | undefined {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: project.config.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`)
  } catch (cause) {
    throw new Failure(
      `"${revision}" is neither a file nor a revision of Git.`,
      'write arcturus diff old.polar, or arcturus diff main',
      cause,
    )
  }
  try {
    return git('show', `${revision}:./${relative(project.config.folder, path).replaceAll('\\', '/')}`)
  } catch (error) {
    if (
      /exists on disk, but not in|does not exist/.test(reasonOf(error) + String((error as { stderr?: unknown }).stderr))
    )
      return undefined
    throw error
  }
}
