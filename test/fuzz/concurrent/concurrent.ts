import { Authorizer, PolicyError } from '@arcturus/core'
import { quiet, withoutTime } from '../evaluators.js'
import { Random } from '../random.js'
import { turns } from './arrival.js'
import { ownSetting } from './ownSetting.js'
import { type Question, randomQuestion } from './questions.js'
import type { Setting } from './setting.js'
import { worldSetting } from './worldSetting.js'

const evaluators = ['auto', 'closures', 'source', 'machine', 'auto without code'] as const
type Evaluator = (typeof evaluators)[number]

/** A question whose answer is not the one that it has alone. */
export interface Difference {
  readonly index: number
  readonly text: string
}

/** What a run has counted, and the cases that disagree. */
export interface ConcurrentRun {
  readonly cases: number
  readonly questions: number
  readonly unloadable: number
  readonly byEntry: ReadonlyMap<string, number>
  readonly byEvaluator: ReadonlyMap<string, number>
  readonly outcomes: ReadonlyMap<string, number>
  readonly differences: readonly Difference[]
}

export interface ConcurrentOptions {
  readonly seed: number
  readonly cases: number
  /** Default 0. */
  readonly from?: number
  /** How many disagreeing cases end the run. Default 1. */
  readonly failures?: number
  /** Called with the number of cases that are done. */
  readonly progress?: (cases: number) => void
}

/** Asks several questions at once in each case, while policies are loaded, and compares with what each is answered alone. */
export async function fuzzConcurrent({
  seed,
  cases,
  from = 0,
  failures = 1,
  progress = () => {},
}: ConcurrentOptions): Promise<ConcurrentRun> {
  const counts = { byEntry: new Map<string, number>(), byEvaluator: new Map(), outcomes: new Map<string, number>() }
  const differences: Difference[] = []
  let [done, questions, unloadable] = [0, 0, 0]
  while (done < cases && differences.length < failures) {
    const index = from + done++
    const random = Random.ofCase(seed ^ 0x5eed, index)
    const setting = index % 3 === 2 ? worldSetting(random, seed, index) : ownSetting(random)
    const evaluator = random.pick(evaluators)
    try {
      const asked = await ask(random, setting, evaluator)
      questions += asked.length
      add(counts.byEvaluator, evaluator, asked.length)
      for (const { question, concurrent } of asked) {
        add(counts.byEntry, question.entry, 1)
        add(counts.outcomes, kindOf(concurrent), 1)
      }
      const wrong = asked.filter(({ alone, atHand, concurrent }) => concurrent !== alone || alone !== atHand)
      if (wrong.length > 0) differences.push({ index, text: describe(seed, index, evaluator, setting, wrong) })
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      unloadable++
    }
    progress(done)
  }
  return { cases: done, questions, unloadable, ...counts, differences }
}

/** The counted part of an answer. */
function kindOf(answer: string): string {
  if (/^(true|false|passes|all|none|condition|\d+)$/.test(answer)) return answer
  if (answer.startsWith('error')) return 'error'
  return /^[[{]/.test(answer) ? 'list' : 'filter'
}

/** A question, and what it is answered: with others, alone, and where all values are at hand. */
interface Asked {
  readonly question: Question
  readonly concurrent: string
  readonly alone: string
  readonly atHand: string
}

async function ask(random: Random, setting: Setting, evaluator: Evaluator): Promise<readonly Asked[]> {
  const { arrival, policies } = setting
  const questions = Array.from({ length: random.integer(2, 8) }, () => randomQuestion(random, setting))
  const authorizer = authorizerOf(setting, evaluator, 0)
  arrival.pace = 'random'
  let inForce: 0 | 1 = 0
  const asked = questions.map(async (question) => {
    if (random.chance(0.4)) await turns(random)
    const policy = inForce
    return { question, policy, concurrent: await question.ask(authorizer) }
  })
  const changed = Array.from({ length: random.integer(0, 2) }, async (_, change) => {
    await turns(random)
    const kind = random.weighted({ other: 3, same: 2, constant: 1 })
    if (kind === 'constant') authorizer.registerConstant(change, `added${change}`)
    else if (kind === 'same') await authorizer.load(policies[inForce])
    else {
      inForce = inForce === 0 ? 1 : 0
      authorizer.loadSync(policies[inForce])
    }
  })
  const answers = await Promise.all(asked)
  await Promise.all(changed)
  const authorizers = new Map<0 | 1, Authorizer>()
  const all: Asked[] = []
  for (const { question, policy, concurrent } of answers) {
    const own = authorizers.get(policy) ?? authorizerOf(setting, evaluator, policy)
    authorizers.set(policy, own)
    arrival.pace = 'at once'
    const alone = await question.ask(own)
    arrival.pace = 'at hand'
    const atHand = await question.ask(own)
    all.push({ question, concurrent, alone, atHand: canDiffer(question, alone, atHand) ? alone : atHand })
  }
  return all
}

/**
 * Whether an answer may be another one where nothing has to be waited for: a row that holds promises can't be copied, a filter is
 * refused that asks the machine for what waits, and which errors an enumeration meets depends on how it is made.
 */
function canDiffer({ entry }: Question, alone: string, atHand: string): boolean {
  switch (entry) {
    case 'pickAuthorized':
      return true
    case 'filterLoading':
    case 'extent':
      return alone === 'error async-value'
    case 'authorizedActions':
    case 'authorizedActionsMany':
      return `${alone} ${atHand}`.includes('error')
    default:
      return false
  }
}

/** An authorizer with one of the policies. */
function authorizerOf(setting: Setting, evaluator: Evaluator, policy: 0 | 1): Authorizer {
  const authorizer = withCode(evaluator !== 'auto without code', () => {
    return new Authorizer({
      evaluator: evaluator === 'auto without code' ? 'auto' : evaluator,
      ...quiet,
      limits: { ...withoutTime, steps: 200_000 },
    })
  })
  setting.register(authorizer)
  authorizer.loadSync(setting.policies[policy])
  return authorizer
}

/** Does some work where text may become code, or may not. */
function withCode<Result>(isAllowed: boolean, work: () => Result): Result {
  const { Function: original } = globalThis
  if (!isAllowed) {
    globalThis.Function = function refused() {
      throw new EvalError('code generation from strings is disallowed')
    } as unknown as FunctionConstructor // only ever called
  }
  try {
    return work()
  } finally {
    globalThis.Function = original
  }
}

function add(counts: Map<string, number>, key: string, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

function describe(seed: number, index: number, evaluator: string, setting: Setting, wrong: readonly Asked[]): string {
  return [
    `case ${index}, evaluator ${evaluator}`,
    ...wrong.map(
      ({ question, concurrent, alone, atHand }) =>
        `${question.text}: ${concurrent} with others, ${alone} alone, ${atHand} with values at hand`,
    ),
    ...setting.policies.map((policy) => `policy:\n${policy}`),
    `repeat: pnpm fuzz --concurrent --seed ${seed} --from ${index} --cases 1`,
  ].join('\n')
}

/** The figures of a run. */
export function reportOf(seed: number, run: ConcurrentRun): string {
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return [
    `seed ${seed}, ${run.cases} cases of concurrent questions, ${run.questions} questions`,
    `entries: ${list(run.byEntry)}`,
    `evaluators: ${list(run.byEvaluator)}`,
    `answers: ${list(run.outcomes)}`,
    `policies that can't be loaded: ${run.unloadable}`,
  ].join('\n')
}
