import { PolicyError } from '@arcturus/core'
import { type Explanation, type ExplanationNode, explain } from '@arcturus/explain'
import { engineOf } from '../../../packages/core/src/authorizer/decisions/engine.js'
import { Arrivals } from '../../../packages/core/src/schema/arrivals.js'
import { evaluate } from '../../../packages/explain/src/evaluate.js'
import { isImagined } from '../../../packages/explain/src/imagined.js'
import { realize } from '../../../packages/explain/src/realize.js'
import { actorOf, check, type Outcome, Prepared, showOutcome } from '../evaluators.js'
import { printPolicy } from '../policyTree.js'
import { Random } from '../random.js'
import { type Case, randomCase } from '../randomCase.js'
import { descendantsOf } from '../world.js'
import { forcedAround, Proof, turnedAround } from './proof.js'
import { isData, isPlainField, leavesOf, needsNewRow, Question } from './question.js'

/** What a run has counted, and what was wrong. */
export interface ExplainedRun {
  readonly cases: number
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

export interface ExplainedOptions {
  readonly seed: number
  readonly cases: number
  /** Default 0. */
  readonly from?: number
  /** How many failures end the run. Default 1. */
  readonly failures?: number
}

/** Explains random questions, and holds each explanation to the checks. */
export function fuzzExplained({ seed, cases, from = 0, failures: most = 1 }: ExplainedOptions): ExplainedRun {
  const counts = new Map<string, number>()
  const failures: string[] = []
  let done = 0
  while (done < cases && failures.length < most) {
    const index = from + done++
    const { asked } = randomCase(seed, index, false)
    try {
      const wrong = new Explained(asked, Random.ofCase(seed ^ 0xe1, index), counts).run()
      if (wrong) failures.push(`${wrong}\npolicy:\n${printPolicy(asked.policy)}\nseed ${seed}, case ${index}`)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      counts.set('unloadable', (counts.get('unloadable') ?? 0) + 1)
    }
  }
  return { cases: done, counts, failures }
}

class Explained {
  readonly #asked: Case
  readonly #random: Random
  readonly #counts: Map<string, number>
  readonly #prepared: Prepared
  /** The same case with objects of its own, which trials change and restore. */
  readonly #changed: Prepared

  constructor(asked: Case, random: Random, counts: Map<string, number>) {
    this.#asked = asked
    this.#prepared = new Prepared(asked)
    this.#changed = new Prepared(asked)
    this.#random = random
    this.#counts = counts
  }

  #count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times)
  }

  /** Returns what is wrong. */
  run(): string | undefined {
    const { world, model, actors, actions } = this.#asked
    const family = descendantsOf(world, model)
    const rows = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    for (const actor of actors) {
      for (const action of actions) {
        for (const row of this.#random.sample(rows, 4)) {
          const wrong = this.#question(actor, action, row)
          if (wrong) return `${wrong}\nactor ${actor}, action ${action}, row ${row}`
        }
      }
    }
    return undefined
  }

  #question(actor: number | null, action: string, row: number): string | undefined {
    const prepared = this.#prepared
    const { machine: authorizer, objects } = prepared
    const [subject, resource] = [actorOf(prepared, actor), objects.rows[row]]
    const expected = check(authorizer, subject, action, resource)
    if (typeof expected === 'object' && /^(unknown-action|unknown-row|undefined)/.test(expected.error)) return undefined
    const explanation = explain(authorizer, subject, action, resource, { values: true })
    this.#count(explanation.decision)
    if (explanation.decision !== decisionOf(expected))
      return `it explains ${explanation.decision}, not ${showOutcome(expected)}`
    const evaluated = evaluate(engineOf(authorizer)!, { actor: subject, action, resource }, new Arrivals())
    // The machine can meet a relation that is not loaded where the schema or a key is enough.
    const isPartial =
      (typeof expected === 'object' && /relation-not-loaded|unknown-row/.test(expected.error)) ||
      evaluated.error?.code === 'relation-not-loaded' ||
      // It also tries the rules for the class that a copy is known to have before those for its subclasses.
      (this.#asked.json !== undefined && evaluated.error?.code === 'unknown-row')
    if (isPartial && evaluated.decision !== decisionOf(expected)) this.#count('decided otherwise by the condition')
    if (evaluated.root && !isPartial && evaluated.decision !== decisionOf(expected))
      return `its condition is ${evaluated.decision} (${evaluated.error?.message}), the machine says ${showOutcome(expected)} ${typeof expected === 'object' ? expected.message : ''}`
    if (explanation.tree.kind === 'machine') {
      this.#count('by the machine alone')
      return undefined
    }
    const wrong = inconsistency(explanation.tree)
    if (wrong) return `the tree says ${wrong}:\n${String(explanation)}`
    String(explanation)
    if (explanation.decision === 'allowed') return this.#proof(explanation, actor, action, row)
    if (explanation.decision !== 'denied') return undefined
    return this.#missing(explanation, actor, action, row)
  }

  /** Holds the proof alone: whatever else is turned or removed, the answer stays yes. */
  #proof(explanation: Explanation, actor: number | null, action: string, row: number): string | undefined {
    const question = new Question(this.#changed, actor, action, row)
    const proof = new Proof(question)
    if (proof.machine > 0) {
      this.#count('proofs with a leaf for the machine')
      return undefined
    }
    const { trials, no } = forcedAround(proof, question, this.#random)
    this.#count('proofs')
    this.#count('leaves forced', trials)
    if (no) return `the leaves of the proof do not suffice beside ${no.join('; ')}\n${String(explanation)}`
    for (const leaf of proof.leaves.keys()) {
      const without = new Map([...proof.leaves].filter(([key]) => key !== leaf))
      this.#count('leaves of proofs')
      if (forcedAround({ leaves: without }, question, this.#random).no) this.#count('leaves that a proof needs')
    }
    const outcomes = turnedAround(proof, question, this.#asked.world, this.#random, 4)
    for (const outcome of outcomes) {
      this.#count(typeof outcome === 'object' ? 'turned into an error' : 'turned')
      if (outcome === 'false') return `the proof does not suffice when other data are turned\n${String(explanation)}`
    }
    return question.check() === 'true' ? undefined : 'the data are not what they were'
  }

  #missing(explanation: Explanation, actor: number | null, action: string, row: number): string | undefined {
    const question = new Question(this.#changed, actor, action, row)
    const { sets, complete } = question.search.find()
    if (!complete) this.#count('incomplete')
    this.#count(sets.length === 0 ? 'without sets' : 'with sets')
    for (const [at, set] of sets.entries()) {
      if (set.some((change) => !isData(change))) {
        this.#count('assumed sets')
        continue
      }
      this.#count('sets tried')
      const texts = () =>
        `${describeSets(explanation)}\nset ${at}: ${set.map(({ key, kind, wanted }) => `${kind} ${key} ${wanted}`).join(', ')}`
      // With the other fields of a new row, the check can be an error: of nil, for example.
      const isNew = needsNewRow(set)
      if (!question.can(set, true) && isNew && question.failed) this.#count('new rows with an error')
      // A copy of a plain object has the key of a row that the condition does not read any further.
      else if (!question.can(set, true) && this.#asked.json && question.failed?.startsWith('relation-not-loaded'))
        this.#count('relations that copies lack')
      else if (!question.can(set, true)) return `a missing set is not enough (${question.failed}):\n${texts()}`
      // No part of the set is enough.
      for (let without = 0; without < set.length; without++) {
        // Fields of a new row without data are unknown, not absent.
        if (set[without]!.kind !== 'leaf' || set[without]!.of || set.length === 1) continue
        const rest = set.filter((_, index) => index !== without)
        if (!question.can(rest, false)) continue
        // A leaf of the machine is one leaf, whatever it reads: the same data can make it true.
        if (leavesOf(question.root).some(({ condition }) => condition.kind === 'opaque'))
          this.#count('a part is enough beside a leaf of the machine')
        // The explanation reads the relation that a copy lacks, as the machine does.
        else if (question.isUnloaded) this.#count('a part is enough beside a relation that copies lack')
        else return `a part of a missing set is enough, without ${without}:\n${texts()}`
      }
    }
    if (!complete) return undefined
    return this.#force(question, explanation)
  }

  /** Changes fields at random: if the answer becomes yes, some missing set holds. */
  #force(question: Question, explanation: Explanation): string | undefined {
    const leaves = leavesOf(question.root)
    const { sets } = question.search.find()
    // Such sets can't be compared with the changed data.
    if (leaves.length === 0 || sets.some((set) => set.some((one) => one.kind !== 'leaf' || !isData(one))))
      return undefined
    for (let trial = 0; trial < 8; trial++) {
      const changed: string[] = []
      const undo: (() => void)[] = []
      for (const leaf of this.#random.sample(leaves, this.#random.integer(1, 2))) {
        const truth = 'truth' in leaf.outcome ? leaf.outcome.truth : undefined
        const real = realize(leaf, truth !== true).ways.filter(
          ({ object, field }) => !isImagined(object) && isPlainField(object, field),
        )
        if (real.length === 0) continue
        const way = this.#random.pick(real)
        undo.push(question.apply(way))
        changed.push(`${leaf.key} ${truth} → ${way.field}`)
      }
      const isAllowed = question.check() === 'true'
      if (isAllowed) this.#count('forced')
      const isMissed = isAllowed && !sets.some((set) => set.every((one) => question.holds(one)))
      for (const one of undo.reverse()) one()
      if (isMissed)
        return `changes allow it, but no missing set holds: ${changed.join('; ')}\n${describeSets(explanation)}`
    }
    return undefined
  }
}

function decisionOf(outcome: Outcome): Explanation['decision'] {
  return outcome === 'true' ? 'allowed' : outcome === 'false' ? 'denied' : 'error'
}

/** The contradictions in a tree: a step and its parts. The errors beside a true step are shown with it. */
function inconsistency({ kind, outcome, text, of, repeated }: ExplanationNode): string | undefined {
  const all = of.map((one) => one.outcome)
  const isWrong =
    (kind === 'any' && all.some((one) => one !== 'false')) ||
    ((kind === 'rule' || kind === 'call' || kind === 'rows') && outcome === 'true' && all.includes('false')) ||
    ((kind === 'rule' || kind === 'rows') && outcome === 'false' && of.length > 0 && !all.includes('false')) ||
    (kind === 'call' && outcome === 'false' && of.length > 0 && !repeated && !all.includes('false')) ||
    (outcome === 'error' && of.length > 0 && !all.includes('error')) ||
    (outcome === 'false' && kind !== 'not' && all.includes('error') && !all.includes('false'))
  if (isWrong) return `${kind} ${JSON.stringify(text)} is ${outcome}, but consists of ${all.join(', ') || 'nothing'}`
  for (const one of of) {
    const wrong = inconsistency(one)
    if (wrong) return wrong
  }
  return undefined
}

function describeSets({ missing }: Explanation): string {
  return missing.sets
    .map((leaves) =>
      leaves.map(({ text, of, where }) => `${text}${of ? ` of ${of}` : ''} ${where?.join(', ') ?? ''}`).join(' AND '),
    )
    .join('\n')
}
