import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type DecisionChange, diffPolicies, type PolicyDiff } from '@arcturus/core/diff'
import { loadExplanation } from '@arcturus/core/explain'
import { Failure, reasonOf } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'
import type { PolicyFile, Project } from '../project/project.js'
import { counted } from './check.js'
import { coloured } from './explain.js'
import { referenceOf } from './mutate.js'

export interface DiffCommand {
  /** The old policy: files, or a revision of Git. */
  readonly old: readonly string[]
  /** The number of actors of each model, and of rows of each model. */
  readonly actors: number
  readonly rows: number
  /** The number of changed decisions that are shown with their reason. */
  readonly samples: number
}

/** Compares an old policy with the files of the configuration. Code 1 if decisions change. */
export async function diff(project: Project, output: Output, command: DiffCommand): Promise<Result> {
  const { authorizer } = project
  const after = await project.readPolicy()
  const before = await oldPolicy(project, command.old)
  await project.load()
  const found = await output.progress('Comparing', async (advance) => {
    const rows = await project.sample(command.rows)
    const actors: unknown[] = [null]
    const names = [...(authorizer.policy?.blocks.values() ?? [])].filter(({ keyword }) => keyword === 'actor')
    for (const { name } of names) actors.push(...(await project.sample(command.actors, [name]))[name]!)
    return diffPolicies(authorizer, before, after, {
      actors,
      rows,
      onProgress: (done) => advance(`${done} of ${actors.length} actors`),
    })
  })
  const shown = samplesOf(found.changes, command.samples)
  print(found, output)
  const samples = []
  for (const change of shown) samples.push(await sampleOf(project, output, change, before))
  if (output.format === 'github')
    for (const line of String(found).split('\n'))
      output.annotation({ severity: 'notice', code: 'policy-diff', message: line, file: after[0]?.name })
  return {
    code: found.changes.length > 0 ? 1 : 0,
    json: {
      same: found.same,
      compared: found.compared,
      actions: found.actions,
      changes: found.changes.map(({ actor, resource, model, action, before, after }) => ({
        actor: referenceOf(authorizer, actor),
        action,
        model,
        resource: referenceOf(authorizer, resource),
        before,
        after,
      })),
      samples,
    },
  }
}

function print(found: PolicyDiff, output: Output): void {
  const { green, red, yellow, dim } = output.colours
  const { actors, rows } = found.compared
  if (found.same) {
    output.line(green('The policies decide the same, whatever the data.'))
    return
  }
  const paint = { '+': green, '-': red, '!': yellow } as Readonly<Record<string, typeof red>>
  for (const line of String(found).split('\n')) output.line((paint[line[0]!] ?? dim)(line))
  output.line(
    dim(`Compared ${counted(actors, 'actor')} and ${counted(rows, 'row')}; --actors and --rows set the numbers.`),
  )
}

/** Returns some changes, one of each kind first. */
function samplesOf(changes: readonly DecisionChange[], count: number): readonly DecisionChange[] {
  const seen = new Set<string>()
  const firsts = changes.filter(({ action, model, after }) => {
    const kind = `${action} ${model} ${typeof after}${String(after)}`
    return !seen.has(kind) && seen.add(kind)
  })
  return firsts.slice(0, count)
}

/** Prints one changed decision with its explanation under the policy that allows it. */
async function sampleOf(
  project: Project,
  output: Output,
  { actor, action, resource, before, after }: DecisionChange,
  old: readonly PolicyFile[],
): Promise<unknown> {
  const { authorizer } = project
  const text = `${referenceOf(authorizer, actor)} ${action} ${referenceOf(authorizer, resource)}`
  const isGained = after === 'allowed'
  const deciding = isGained ? authorizer : authorizer.withPolicy(...old)
  const explanation = await loadExplanation(deciding, actor, action as never, resource, { values: true })
  output.line(`\n${output.colours.bold(text)}: ${outcome(before)} → ${outcome(after)}`)
  output.line(output.colours.dim(isGained ? 'The new policy:' : 'The old policy:'))
  for (const line of String(explanation).split('\n')) output.line(`  ${coloured(line, output)}`)
  return { check: text, before, after, explanation: explanation.toJSON() }
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
