import { PolicyError } from '@arcturus/core'
import { type CompareOptions, type Comparison, compare, type Disagreement } from './compare.js'
import { describeRow } from './objects.js'
import { printPolicy } from './policyTree.js'
import { type Case, randomCase } from './randomCase.js'
import { Report } from './report.js'
import { shrink } from './shrink.js'

export interface FuzzOptions extends CompareOptions {
  readonly seed: number
  readonly cases: number
  /** The first case's index. Default 0. */
  readonly from?: number
  /** How many failing cases are shrunk before the run ends. Default 1. */
  readonly failures?: number
  /** Whether failing cases are made small. Default true. */
  readonly shrinks?: boolean
  /** Is told how far the run has come. */
  readonly progress?: (report: Report) => void
}

export interface Failure {
  readonly seed: number
  readonly index: number
  readonly shrunk: Case
  /** The text of a person: what disagrees, with which policy and data, and how to see it again. */
  readonly text: string
}

/** Compares all evaluators on random cases. */
export async function fuzz(options: FuzzOptions): Promise<{ report: Report; failures: readonly Failure[] }> {
  const { seed, cases, from = 0 } = options
  const report = new Report(seed)
  const failures: Failure[] = []
  for (let index = from; index < from + cases; index++) {
    const { asked, constructs } = randomCase(seed, index)
    const compared = await attempt(asked, options)
    if ('unloadable' in compared) report.addUnloadable(compared.unloadable)
    else if ('crash' in compared) failures.push(await crashed(asked, compared.crash, seed, index, options))
    else {
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

async function disagreed(
  asked: Case,
  first: Disagreement,
  seed: number,
  index: number,
  options: CompareOptions,
): Promise<Failure> {
  const same = async (smaller: Case): Promise<Disagreement | undefined> => {
    const compared = await attempt(
      smaller,
      first.evaluator === 'oso' ? { ...options, oso: 16 } : { ...options, oso: 0 },
    )
    if ('unloadable' in compared || 'crash' in compared) return undefined
    return compared.disagreements.find(
      (one) =>
        one.evaluator === first.evaluator &&
        (one.machine === 'true') === (first.machine === 'true') &&
        one.other.slice(0, 10) === first.other.slice(0, 10),
    )
  }
  const shrunk = await shrink(
    asked,
    first.evaluator === 'oso' ? 300 : 1_500,
    async (smaller) => (await same(smaller)) !== undefined,
  )
  const last = (await same(shrunk)) ?? first
  const row = last.row === undefined ? 'any row' : describeRow(shrunk.world, last.row)
  const actor = last.actor === null ? 'nobody' : describeRow(shrunk.world, last.actor)
  const what = `${last.evaluator} says ${last.other}, the machine ${last.machine}\nactor ${actor}\naction ${last.action}\nrow ${row}`
  return {
    seed,
    index,
    shrunk,
    text: `${what}${last.detail ? `\nfilter ${last.detail}` : ''}\n${describeCase(shrunk, seed, index)}`,
  }
}

async function crashed(
  asked: Case,
  error: unknown,
  seed: number,
  index: number,
  options: CompareOptions,
): Promise<Failure> {
  const messageOf = (one: unknown): string => String(one).slice(0, 60)
  const shrunk = await shrink(asked, 1_500, async (smaller) => {
    const compared = await attempt(smaller, { ...options, oso: 0 })
    return 'crash' in compared && messageOf(compared.crash) === messageOf(error)
  })
  const stack = error instanceof Error ? error.stack : String(error)
  return { seed, index, shrunk, text: `crash: ${stack}\n${describeCase(shrunk, seed, index)}` }
}

function describeCase(asked: Case, seed: number, index: number): string {
  const models = asked.world.models.map((model) => {
    const fields = model.fields.map((field) => {
      const type =
        field.kind === 'scalar'
          ? `${field.type}${field.list ? '[]' : ''}`
          : `${field.model}${field.kind === 'many' ? '[]' : ''}`
      return `${field.name}: ${type}${field.kind !== 'many' && field.nullable ? '?' : ''}${field.kind === 'one' && field.column ? ` by ${field.column}` : ''}`
    })
    return `  ${model.name}${model.parent ? ` extends ${model.parent}` : ''} { ${fields.join(', ')} } key ${model.key.join(', ') || 'none'}`
  })
  return [
    `policy:\n${printPolicy(asked.policy).replace(/^/gm, '  ')}`,
    `rows of ${asked.model}, from:\n${asked.world.rows.map((_, at) => `  ${describeRow(asked.world, at)}`).join('\n')}`,
    `models:\n${models.join('\n')}`,
    `repeat: pnpm fuzz --seed ${seed} --from ${index} --cases 1`,
  ].join('\n')
}
