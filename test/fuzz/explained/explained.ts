import { type Authorizer, PolicyError } from '@arcturus/core'
import { type Explanation, type ExplanationNode, explain } from '@arcturus/core/explain'
import { engineOf } from '../../../packages/core/src/authorizer/engine.js'
import { type Assignment, type Change, realize } from '../../../packages/core/src/explain/changes.js'
import { evaluate } from '../../../packages/core/src/explain/evaluate.js'
import type { Part } from '../../../packages/core/src/explain/part.js'
import { Arrivals, isImagined } from '../../../packages/core/src/explain/reads.js'
import { identityOf } from '../../../packages/core/src/values/rows.js'
import { actorOf, check, type Outcome, Prepared, showOutcome } from '../evaluators.js'
import { printPolicy } from '../policyTree.js'
import { Random } from '../random.js'
import { type Case, randomCase } from '../randomCase.js'
import { descendantsOf } from '../world.js'

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
    const { asked } = randomCase(seed, index)
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

  constructor(asked: Case, random: Random, counts: Map<string, number>) {
    this.#asked = asked
    this.#random = random
    this.#counts = counts
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
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
    const prepared = new Prepared(this.#asked)
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
      evaluated.error?.code === 'relation-not-loaded'
    if (evaluated.root && !isPartial && evaluated.decision !== decisionOf(expected))
      return `its condition is ${evaluated.decision} (${evaluated.error?.message}), the machine says ${showOutcome(expected)} ${typeof expected === 'object' ? expected.message : ''}`
    if (explanation.tree.kind === 'machine') {
      this.#count('by the machine alone')
      return undefined
    }
    const wrong = inconsistency(explanation.tree)
    if (wrong) return `the tree says ${wrong}:\n${String(explanation)}`
    String(explanation)
    if (explanation.decision !== 'denied') return undefined
    return this.#missing(explanation, actor, action, row)
  }

  #missing(explanation: Explanation, actor: number | null, action: string, row: number): string | undefined {
    const question = new Question(new Prepared(this.#asked), actor, action, row)
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
      // Copies of plain objects lack relations that the changed row needs.
      const isNew = this.#asked.json !== undefined || set.some(({ row }) => isImagined(row))
      if (!question.can(set) && isNew && question.failed) this.#count('fields of new rows that are not given')
      else if (!question.can(set)) return `a missing set is not enough:\n${texts()}`
      // No part of the set is enough.
      for (let without = 0; without < set.length; without++) {
        // What is not said of a new row is unknown, not absent.
        if (set[without]!.kind !== 'leaf' || set[without]!.of || set.length === 1) continue
        if (question.can(set.filter((_, index) => index !== without)))
          return `a part of a missing set is enough, without ${without}:\n${texts()}`
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

/** A question with objects of its own, so that they can be changed. */
class Question {
  readonly authorizer: Authorizer
  readonly root: Part
  readonly search: NonNullable<ReturnType<typeof evaluate>['search']>
  /** Whether the last set that was tried has led to an error. */
  failed = false
  readonly #asked: { readonly actor: unknown; readonly action: string; readonly resource: unknown }

  constructor(prepared: Prepared, actor: number | null, action: string, row: number) {
    this.authorizer = prepared.machine
    this.#asked = { actor: actorOf(prepared, actor), action, resource: prepared.objects.rows[row] }
    const { root, search } = evaluate(engineOf(this.authorizer)!, this.#asked, new Arrivals())
    this.root = root!
    this.search = search!
  }

  /** Changes a field of all objects of a row, and returns how to undo it. */
  apply(way: Assignment): () => void {
    const { schema } = this.authorizer
    const { actor, resource } = this.#asked
    const identity = identityOf(schema, way.object)
    const same = [...reached([actor, resource, way.object])].filter((one) => identityOf(schema, one) === identity)
    const undo = same.map((object) => change({ ...way, object }))
    return () => {
      for (const one of undo.reverse()) one()
    }
  }

  check(): Outcome {
    const { actor, action, resource } = this.#asked
    return check(this.authorizer, actor, action, resource)
  }

  /** Returns whether a change is made in the objects as they are now. */
  holds({ part, wanted }: Change): boolean {
    const again = evaluate(engineOf(this.authorizer)!, this.#asked, new Arrivals()).root!
    const { outcome } = part.in(again.world)
    return 'truth' in outcome && outcome.truth === wanted
  }

  /** Returns whether some way to make the changes of a set allows the action. */
  can(set: readonly Change[]): boolean {
    const ways = set.map((one) => waysOf(one))
    this.failed = false
    const attempt = (index: number): boolean => {
      const all = ways[index]
      if (!all) {
        const outcome = this.check()
        this.failed ||= typeof outcome === 'object'
        return outcome === 'true'
      }
      if (attempt(index + 1)) return true
      return all.some((way) => {
        const undo = this.apply(way)
        const allowed = attempt(index + 1)
        undo()
        return allowed
      })
    }
    return attempt(0)
  }
}

function waysOf({ kind, part, wanted, row }: Change): readonly Assignment[] {
  if (kind === 'leaf') return realize(part, wanted).ways
  const { condition } = part
  const operand = condition.kind === 'some' ? condition.from : condition.kind === 'compare' ? condition.left : undefined
  if (operand?.kind !== 'path') return []
  const object = part.world.value({ ...operand, steps: operand.steps.slice(0, -1) }, part.environment)
  if (typeof object !== 'object' || object === null) return []
  const list = (before: unknown): readonly unknown[] => (Array.isArray(before) ? before : [])
  const to = {
    row: (before: unknown) => [...list(before), row],
    removal: (before: unknown) => list(before).filter((one) => one !== row),
    there: () => row,
  }[kind]
  return [{ object, field: operand.steps.at(-1)!.name, to, isAdded: true }]
}

/** Changes a field of an object, and returns how to undo it. */
function change({ object, field, to }: Assignment): () => void {
  const before = Object.getOwnPropertyDescriptor(object, field)
  const value = to(Reflect.get(object, field))
  Object.defineProperty(object, field, { value, configurable: true, enumerable: true, writable: true })
  return () => {
    if (before) Object.defineProperty(object, field, before)
    else Reflect.deleteProperty(object, field)
  }
}

/** The objects that can be reached from some. */
function reached(objects: readonly unknown[], found: Set<object> = new Set()): ReadonlySet<object> {
  for (const one of objects) {
    if (typeof one !== 'object' || one === null || found.has(one)) continue
    found.add(one)
    reached(Object.values(one), found)
  }
  return found
}

function isPlainField(object: object, field: string): boolean {
  return Object.getOwnPropertyDescriptor(object, field)?.value !== undefined
}

/** Whether a change is one of data, not an assumption about a goal. */
function isData(change: Change): boolean {
  return waysOf(change).length > 0
}

/** The leaves of a condition, whatever is evaluated of it. */
function leavesOf(root: Part): readonly Part[] {
  const found: Part[] = []
  const seen = new Set<Part>()
  const visit = (part: Part): void => {
    if (seen.has(part) || seen.size > 2_000) return
    seen.add(part)
    switch (part.condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return
      case 'and':
      case 'or':
      case 'not':
      case 'some':
      case 'ref': {
        let parts: readonly Part[] = []
        try {
          parts = part.parts
        } catch {
          // A list that can't be read has no leaves.
        }
        parts.forEach(visit)
        return
      }
      default:
        found.push(part)
    }
  }
  visit(root)
  return found
}

function decisionOf(outcome: Outcome): Explanation['decision'] {
  return outcome === 'true' ? 'allowed' : outcome === 'false' ? 'denied' : 'error'
}

/** What is contradictory in a tree: a step and what it consists of. */
function inconsistency({ kind, outcome, text, of, repeated }: ExplanationNode): string | undefined {
  const all = of.map((one) => one.outcome)
  const isWrong =
    (kind === 'any' && all.some((one) => one !== 'false')) ||
    ((kind === 'rule' || kind === 'call' || kind === 'rows') &&
      outcome === 'true' &&
      all.some((one) => one !== 'true')) ||
    ((kind === 'rule' || kind === 'rows') && outcome === 'false' && of.length > 0 && !all.includes('false')) ||
    (kind === 'call' && outcome === 'false' && of.length > 0 && !repeated && !all.includes('false')) ||
    (outcome === 'error' && of.length > 0 && !all.includes('error')) ||
    (outcome !== 'error' && kind !== 'not' && all.includes('error'))
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
