import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { isCancel, select } from '@clack/prompts'
import { type Application, type Choices, type ModelFacts, readApplication } from '../init/application.js'
import { newFiles, type Subjects } from '../init/files.js'
import { Failure } from '../output/failure.js'
import type { Output, Result } from '../output/output.js'

export interface InitOptions extends Choices {
  /** The model of users. */
  readonly actor?: string | undefined
  /** The model of the first route. */
  readonly resource?: string | undefined
}

/** Names of models that are usually users, in the order of preference. */
const actorNames = ['User', 'Account', 'Person', 'Member', 'Customer', 'Employee', 'Profile']

/**
 * Adds a policy, a configuration and one guarded route to an application. Existing files are never
 * changed.
 */
export async function init(output: Output, options: InitOptions): Promise<Result> {
  const { cwd } = output.io
  const application = readApplication(cwd, options)
  const subjects = await subjectsOf(application, options, output)
  const { files, steps } = newFiles(application, subjects)
  const { green, yellow, dim, bold } = output.colours
  const written: string[] = []
  const kept: string[] = []
  output.line(
    `${bold(application.framework)} with ${bold(application.orm)}; users are ${bold(subjects.actor.name)}, the first resource is ${bold(subjects.resource.name)}.`,
  )
  output.line()
  for (const { path, text, purpose } of files) {
    const name = relative(cwd, path)
    await mkdir(dirname(path), { recursive: true })
    if (!(await isWritten(path, text))) {
      kept.push(name)
      output.line(`${yellow('kept')}   ${name} ${dim('(it exists)')}`)
      continue
    }
    written.push(name)
    output.line(`${green('wrote')}  ${name} ${dim(`— ${purpose}`)}`)
  }
  const all = [...steps, 'npx arcturus check']
  output.line('\nNext:')
  for (const [at, step] of all.entries()) output.line(`  ${at + 1}. ${step}`)
  return { code: 0, json: { written, kept, next: all } }
}

/** Writes a new file. Returns false if the path exists, also as a link to a missing file. */
async function isWritten(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function subjectsOf(application: Application, options: InitOptions, output: Output): Promise<Subjects> {
  const { models } = application
  const named = (name: string | undefined): ModelFacts | undefined => {
    if (name === undefined) return undefined
    const found = models.find((model) => model.name.toLowerCase() === name.toLowerCase())
    if (found) return found
    throw new Failure(`Unknown model "${name}".`, `use one of: ${models.map((model) => model.name).join(', ')}`)
  }
  const actor =
    named(options.actor) ??
    actorNames.map((name) => models.find((model) => model.name === name)).find(Boolean) ??
    (await chosen('Which model are your users?', '--actor', models, output))
  const others = models.filter((model) => model !== actor)
  const resource =
    named(options.resource) ??
    others.find((model) => !isJoin(model) && model.references.some((one) => one.model === actor.name)) ??
    others.find((model) => !isJoin(model)) ??
    others[0]
  if (resource) return { actor, resource }
  throw new Failure(`${actor.name} is the only model.`, 'add a model that users act on, such as Document')
}

/**
 * Returns whether a model links others, such as members of a team: by its name, by a key of several columns, or because it
 * has several references and no text but a role.
 */
function isJoin({ name, key, references, texts }: ModelFacts): boolean {
  const isLink = references.length > 1 && texts.every((text) => text === 'role')
  return (
    key === undefined || isLink || /(?:Members?|Memberships?|Roles?|Assignments?|Grants?|Sessions?|Tokens?)$/.test(name)
  )
}

/** Lets a person choose in a terminal. @throws {Failure} Nobody can be asked, or nothing is chosen. */
async function chosen(
  message: string,
  option: string,
  models: readonly ModelFacts[],
  { io }: Output,
): Promise<ModelFacts> {
  const names = models.map(({ name }) => name).join(', ')
  const none = new Failure(
    `No model is named like a user: ${names || 'there are no models'}.`,
    `name it: ${option} ${models[0]?.name ?? 'User'}`,
  )
  if (!io.stdin.isTTY || !io.stdout.isTTY || models.length === 0) throw none
  const answer = await select({ message, options: models.map((model) => ({ value: model, label: model.name })) })
  if (isCancel(answer)) throw none
  return answer
}
