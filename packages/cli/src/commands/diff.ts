import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { posix, resolve } from 'node:path'
import { ArcturusError } from '@arcturus/core'
import type { DecisionChange, FieldDiff, PolicyDiff, RowQueries } from '@arcturus/testing/internal/cli'
import { Failure } from '../output/failure.js'
import { counted, type Output, oneLine, type Result } from '../output/output.js'
import { databaseFailure, type PolicyFile, type Project } from '../project/project.js'
import { referenceOf } from '../project/rows.js'
import { treeOf } from '../project/tree.js'
import { coloured } from './explain.js'

export interface DiffCommand {
  /** The old policy: files, or a revision of Git. */
  readonly old: readonly string[]
  /** The number of actors of each model, and of rows of each model. */
  readonly actors: number
  /** Whether all actors are compared. */
  readonly all?: boolean
  readonly rows: number
  /** The number of changed decisions that are shown with their reason. */
  readonly samples: number
}

/**
 * Compares an old policy with the files of the configuration. Code 1 if decisions change, and if some
 * of them could not be compared.
 */
export async function diff(project: Project, output: Output, command: DiffCommand): Promise<Result> {
  const after = await project.readPolicy()
  const before = await oldPolicy(project, command.old)
  await project.load()
  const { queries } = project.rows
  const compared = { project, before, after, command }
  const found = await output.progress('Comparing', (advance) =>
    queries ? byQueries(compared, queries, advance) : byChecks(compared, advance),
  )
  const { same, changes, uncompared, unexamined } = found.json
  const fields = unexamined.includes('fields') ? await byFields(compared) : undefined
  if (same) output.line(output.colours.green('The policies decide the same, whatever the data.'))
  else print(found, fields, output)
  const samples = await changedSamples(project, output, found.samples, command.samples, before)
  if (output.format === 'github')
    for (const line of [found.text, ...(fields ? [String(fields)] : [])].join('\n').split('\n'))
      output.annotation({ severity: 'notice', code: 'policy-diff', message: line, file: after[0]?.name })
  return {
    code: changes.length > 0 || uncompared.length > 0 || unexamined.length > 0 ? 1 : 0,
    json: { ...found.json, fields: fields?.changes.map((change) => named(project, change)), samples },
  }
}

/** What is compared. */
interface Compared {
  readonly project: Project
  readonly before: readonly PolicyFile[]
  readonly after: readonly PolicyFile[]
  readonly command: DiffCommand
}

/** The difference as it is printed. */
interface Found {
  /** The summary. */
  readonly text: string
  /** A sentence about the size of the comparison. */
  readonly size: string
  readonly json: Pick<PolicyDiff, 'same' | 'actions' | 'unexamined'> & {
    readonly compared: { readonly actors: number }
    readonly changes: readonly object[]
    readonly uncompared: readonly object[]
  }
  /** The changes of which some are explained. */
  readonly samples: readonly DecisionChange[]
}

/** Compares all rows by queries of the application's database. */
async function byQueries(
  { project, before, after, command }: Compared,
  queries: RowQueries,
  advance: (text: string) => void,
): Promise<Found> {
  const { authorizer } = project
  const { diffDatabase } = await project.library('diff')
  const found = await diffDatabase(authorizer, before, after, queries, {
    actors: (models) => actorsOf(project, command, models),
    samples: command.samples,
    onProgress: (done) => advance(`${counted(done, 'actor')} done`),
  }).catch((error: unknown) => {
    throw error instanceof ArcturusError || error instanceof Failure
      ? error
      : databaseFailure("The rows can't be compared", error)
  })
  const { same, actions, unexamined, compared } = found
  const { actors, queries: sent } = compared
  const changes = found.changes.map(({ rows, ...change }) => ({
    ...change,
    actor: referenceOf(authorizer, change.actor),
    rows: rows.map((row) => referenceOf(authorizer, row)),
  }))
  const uncompared = found.uncompared.map((one) => ({ ...one, actor: referenceOf(authorizer, one.actor) }))
  return {
    text: String(found),
    size: `Compared all rows for ${counted(actors, 'actor')} by ${sent === 1 ? '1 query' : `${sent} queries`}${command.all ? '' : '; --all compares all actors'}.`,
    json: { same, compared, actions, unexamined, changes, uncompared },
    samples: found.changes.flatMap(({ actor, action, model, direction, rows }) =>
      rows.map((resource): DecisionChange => {
        const [before, after] =
          direction === 'gained' ? (['denied', 'allowed'] as const) : (['allowed', 'denied'] as const)
        return { actor, action, model, resource, before, after }
      }),
    ),
  }
}

/** Yields nobody, and actors of each model for which the policies can differ. */
async function* actorsOf(
  project: Project,
  { actors, all }: DiffCommand,
  models: readonly string[],
): AsyncGenerator<unknown> {
  yield null
  for (const model of models) {
    if (all) yield* project.all(model)
    else yield* (await project.sample(actors, [model]))[model] ?? []
  }
}

/** Checks a sample of the rows, for applications whose rows no ORM reads. */
async function byChecks(
  { project, before, after, command }: Compared,
  advance: (text: string) => void,
): Promise<Found> {
  const rows = await project.sample(command.rows)
  const { diffPolicies } = await project.library('diff')
  const found = await diffPolicies(project.authorizer, before, after, {
    actors: (models) => actorsOf(project, command, models),
    rows,
    onProgress: (done) => advance(`${counted(done, 'actor')} done`),
  })
  const { same, actions, unexamined, compared } = found
  const changes = found.changes.map((change) => named(project, change))
  return {
    text: String(found),
    size: `Compared ${counted(compared.actors, 'actor')} and ${counted(compared.rows, 'row')}; --actors and --rows set the numbers.`,
    json: { same, compared, actions, unexamined, changes, uncompared: [] },
    samples: found.changes,
  }
}

/** Compares the fields of a sample of the rows: no query of a database decides them. */
async function byFields({ project, before, after, command }: Compared): Promise<FieldDiff> {
  const { diffFields } = await project.library('diff')
  return diffFields(project.authorizer, before, after, {
    actors: (models) => actorsOf(project, command, models),
    rows: await project.sample(command.rows),
  })
}

/** Returns a change with references to its rows. */
export function named({ authorizer }: Project, change: Pick<DecisionChange, 'actor' | 'resource'>): object {
  return {
    ...change,
    actor: referenceOf(authorizer, change.actor),
    resource: referenceOf(authorizer, change.resource),
  }
}

function print({ text, size }: Found, fields: FieldDiff | undefined, output: Output): void {
  printSummary(text, size, output)
  if (!fields) return
  const { actors, rows } = fields.compared
  printSummary(
    String(fields),
    `Compared the fields of ${counted(rows, 'row')} for ${counted(actors, 'actor')}.`,
    output,
  )
}

/** Prints the lines of a summary, each in the colour of its sign, and the size of the comparison. */
export function printSummary(text: string, size: string, output: Output): void {
  const { green, red, yellow, dim } = output.colours
  const paint = { '+': green, '-': red, '!': yellow, '?': yellow } as Readonly<Record<string, typeof red>>
  for (const line of text.split('\n')) output.line((paint[line[0]!] ?? dim)(line))
  output.line(dim(size))
}

/** Explains some changes, one of each kind. */
export async function changedSamples(
  project: Project,
  output: Output,
  changes: readonly DecisionChange[],
  count: number,
  before: readonly PolicyFile[] | undefined,
): Promise<readonly unknown[]> {
  const samples = []
  for (const change of firstOfEach(changes, count)) samples.push(await sampleOf(project, output, change, before))
  return samples
}

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
  old: readonly PolicyFile[] | undefined,
): Promise<unknown> {
  const { authorizer } = project
  const text = `${referenceOf(authorizer, actor)} ${action} ${referenceOf(authorizer, resource)}`
  output.line(`\n${output.colours.bold(oneLine(text))}: ${outcome(before)} → ${outcome(after)}`)
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
  const under = {
    old: old && (await explained('old', authorizer.withPolicy(...old))),
    new: await explained('new', authorizer),
  }
  return { check: text, before, after, explanations: under }
}

const outcome = (answer: DecisionChange['after']): string =>
  typeof answer === 'object' ? `error ${answer.error}` : answer

/** Reads the files of a policy. */
export function filesAt(project: Project, names: readonly string[]): readonly PolicyFile[] {
  return names.map((name) => {
    const file = resolve(project.cwd, name)
    try {
      return { name: project.shortName(file), text: readFileSync(file, 'utf8') }
    } catch (cause) {
      throw new Failure(`${name} can't be read.`, 'check the path', cause)
    }
  })
}

/** Reads the old policy from files, or from a revision of Git. */
export async function oldPolicy(project: Project, names: readonly string[]): Promise<readonly PolicyFile[]> {
  const files = names.map((name) => resolve(project.cwd, name))
  if (files.length > 0 && files.every((file) => existsSync(file))) return filesAt(project, names)
  const [revision = 'HEAD'] = names
  if (names.length > 1) throw new Failure(`One of the files does not exist: ${names.join(', ')}.`, 'check the paths')
  return atRevision(project, revision)
}

/** Returns the files of a revision that the patterns of the policy match, also those that are gone. */
export async function atRevision(project: Project, revision: string): Promise<readonly PolicyFile[]> {
  const { folder } = project.config
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30 })
  let commit: string
  try {
    commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).trim()
  } catch (cause) {
    throw new Failure(
      `"${revision}" is neither a file nor a revision of Git.`,
      'write arcturus diff old.polar, or arcturus diff main',
      cause,
    )
  }
  // The folder in the repository, such as `packages/app/`.
  const prefix = git('rev-parse', '--show-prefix').replace(/\n$/, '')
  const names = git('ls-tree', '-r', '--name-only', '--full-tree', '-z', commit).split('\0').filter(Boolean)
  const inTree = new Map(names.map((name) => [resolve(folder, posix.relative(`/${prefix}`, `/${name}`)), name]))
  const paths = await project.policyFiles(treeOf([...inTree.keys()]))
  return paths.map((path) => ({
    name: `${revision}:${project.shortName(path)}`,
    text: git('cat-file', 'blob', `${commit}:${inTree.get(path)}`),
  }))
}
