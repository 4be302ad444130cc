import { PolicyError } from '@arcturus/core'
import { type CompareOptions, type Comparison, compare, type Disagreement } from './compare.js'
import { describeRow, describeValues } from './objects.js'
import { printPolicy } from './policyTree.js'
import { type Case, type RandomCase, randomCase } from './randomCase.js'
import { relationalCase } from './relationalCase.js'
import { Report } from './report.js'
import { shrink } from './shrink.js'
import type { FieldSpec } from './world.js'

export interface FuzzOptions extends CompareOptions {
  readonly seed: number
  readonly cases: number
  /** The first case's index. Default 0. */
  readonly from?: number
  /** Only cases of objects in memory, or only those of tables. Default: one after the other. */
  readonly only?: 'memory' | 'tables'
  /** How many failing cases are shrunk before the run ends. Default 1. */
  readonly failures?: number
  /** Whether an error that has no type is passed over, as a planted mistake can make one. Default false. */
  readonly passesCrashes?: boolean
  /** Whether failing cases are made small. Default true. */
  readonly shrinks?: boolean
  /** Called with the progress of the run. */
  readonly progress?: (report: Report) => void
}

export interface Failure {
  readonly seed: number
  readonly index: number
  readonly shrunk: Case
  /** A readable text: the disagreement, its policy and data, and the command that repeats it. */
  readonly text: string
}

/** The case of a seed and an index: of objects in memory where that is even, else of tables. */
export function caseOf(seed: number, index: number, hasHabits = true): RandomCase {
  return index % 2 === 0 ? randomCase(seed, index, hasHabits) : relationalCase(seed, (index - 1) / 2)
}

/** Compares all evaluators on random cases. */
export async function fuzz(options: FuzzOptions): Promise<{ report: Report; failures: readonly Failure[] }> {
  const { seed, cases, from = 0, only } = options
  const report = new Report(seed)
  const failures: Failure[] = []
  for (let count = 0; count < cases; count++) {
    const index = only === undefined ? from + count : 2 * (from + count) + (only === 'tables' ? 1 : 0)
    const { asked, constructs } = caseOf(seed, index)
    const compared = await attempt(asked, options)
    if ('unloadable' in compared) report.addUnloadable(compared.unloadable)
    else if ('crash' in compared) {
      if (!options.passesCrashes) failures.push(await crashed(asked, compared.crash, seed, index, options))
    } else {
      report.add(constructs, compared)
      const first = compared.disagreements[0]
      if (first) failures.push(await disagreed(asked, first, seed, index, options))
    }
    if (failures.length >= (options.failures ?? 1)) break
    options.progress?.(report)
  }
  return { report, failures }
}

type Attempt = Comparison | { readonly unloadable: string } | { readonly crash: unknown }

/** An error that is no `ArcturusError`, or none where there may be one, is a fault as well. */
export async function attempt(asked: Case, options: CompareOptions): Promise<Attempt> {
  try {
    return await compare(asked, options)
  } catch (error) {
    return error instanceof PolicyError ? { unloadable: error.code } : { crash: error }
  }
}

/** The parts of a case that repeat its disagreement. */
function optionsFor({ evaluator }: Disagreement, { orms, ...options }: CompareOptions): CompareOptions {
  const isOrm = evaluator.includes(' on ')
  return { ...options, oso: evaluator === 'oso' ? 16 : 0, ...(isOrm && orms ? { orms } : {}) }
}

async function disagreed(
  asked: Case,
  first: Disagreement,
  seed: number,
  index: number,
  options: FuzzOptions,
): Promise<Failure> {
  const same = async (smaller: Case): Promise<Disagreement | undefined> => {
    const compared = await attempt(smaller, optionsFor(first, options))
    if ('unloadable' in compared || 'crash' in compared) return undefined
    return compared.disagreements.find(
      (one) =>
        one.evaluator === first.evaluator &&
        (one.machine === 'true') === (first.machine === 'true') &&
        one.other.slice(0, 10) === first.other.slice(0, 10),
    )
  }
  const shrunk = await smaller(
    asked,
    options,
    first.evaluator === 'oso' || first.evaluator.includes(' on ') ? 300 : 1_500,
    async (one) => (await same(one)) !== undefined,
  )
  const last = (await same(shrunk)) ?? first
  const isShown = mentionedBy(shrunk)
  const row = last.row === undefined ? 'any row' : describeRow(shrunk.world, last.row, isShown)
  const actor = last.actor === null ? 'nobody' : describeRow(shrunk.world, last.actor, isShown)
  const what = `${last.evaluator} says ${last.other}, the machine ${last.machine}\nactor ${actor}\naction ${last.action}\nrow ${row}`
  return {
    seed,
    index,
    shrunk,
    text: `${what}${last.detail ? `\nfilter ${last.detail}` : ''}\n${describeCase(shrunk, seed, index)}`,
  }
}

function smaller(
  asked: Case,
  { shrinks = true }: FuzzOptions,
  attempts: number,
  holds: (one: Case) => Promise<boolean>,
): Promise<Case> | Case {
  return shrinks ? shrink(asked, attempts, holds) : asked
}

async function crashed(
  asked: Case,
  error: unknown,
  seed: number,
  index: number,
  options: FuzzOptions,
): Promise<Failure> {
  const messageOf = (one: unknown): string => String(one).slice(0, 60)
  const shrunk = await smaller(asked, options, 1_500, async (one) => {
    const compared = await attempt(one, { ...options, oso: 0 })
    return 'crash' in compared && messageOf(compared.crash) === messageOf(error)
  })
  const stack = error instanceof Error ? error.stack : String(error)
  return { seed, index, shrunk, text: `crash: ${stack}\n${describeCase(shrunk, seed, index)}` }
}

/** Whether the policy speaks of a field, or of the row that is behind a column of its. */
function mentionedBy({ policy, world }: Case): (field: string) => boolean {
  const text = printPolicy(policy)
  const ones = world.models.flatMap(({ fields }) => fields.filter((field) => field.kind === 'one'))
  const isMentioned = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)
  return (name) => isMentioned(name) || ones.some((one) => one.from?.includes(name) && isMentioned(one.name))
}

function describeCase(asked: Case, seed: number, index: number): string {
  const isShown = mentionedBy(asked)
  const models = asked.world.models.map((model) => {
    const fields = model.fields
      .filter(({ name }) => isShown(name) || model.key.includes(name))
      .map((field) => {
        const nullable = (field.kind === 'scalar' || field.kind === 'one') && field.nullable ? '?' : ''
        return `${field.name}: ${describeType(field)}${nullable}${field.kind === 'one' && field.from ? ` by ${field.from.join(', ')}` : ''}`
      })
    return `  ${model.name}${model.parent ? ` extends ${model.parent}` : ''} { ${fields.join(', ')} } key ${model.key.join(', ') || 'none'}${model.deletes ? `, deleted by ${model.deletes}` : ''}${asked.world.undeclared?.includes(model.name) ? ', undeclared' : ''}`
  })
  return [
    `policy:\n${printPolicy(asked.policy).replace(/^/gm, '  ')}`,
    `rows of ${asked.model}, from:\n${asked.world.rows.map((_, at) => `  ${describeRow(asked.world, at, isShown)}`).join('\n')}`,
    ...(asked.world.ghosts?.length
      ? [
          `deleted softly:\n${asked.world.ghosts.map((ghost) => `  ${describeValues(asked.world, ghost, isShown)}`).join('\n')}`,
        ]
      : []),
    `models:\n${models.join('\n')}`,
    ...(asked.world.habits ? [`habits: ${JSON.stringify(asked.world.habits)}`] : []),
    `repeat: pnpm fuzz --seed ${seed} --from ${index} --cases 1`,
  ].join('\n')
}

function describeType(field: FieldSpec): string {
  switch (field.kind) {
    case 'scalar':
      return `${field.type}${field.list ? '[]' : ''}`
    case 'part':
      return `{ ${field.fields.map((one) => `${one.name}: ${describeType(one)}${one.nullable ? '?' : ''}`).join(', ')} }`
    case 'one':
      return field.model
    case 'many':
      return `${field.model}[]`
  }
}
