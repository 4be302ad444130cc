import type { ExplanationNode } from '@arcturus/explain'
import type { Condition, Operand } from '../../../packages/core/src/condition/condition.js'
import { locationOf } from '../../../packages/explain/src/location.js'
import { operandsOf } from '../../../packages/explain/src/operands.js'
import type { Part } from '../../../packages/explain/src/part.js'
import { Shown } from '../../../packages/explain/src/show.js'
import { TreeWriter } from '../../../packages/explain/src/tree.js'
import type { Outcome } from '../evaluators.js'
import type { Random } from '../random.js'
import { fieldsOf, keyOf, type World } from '../world.js'
import { leavesOf, type Question } from './question.js'

/** Writes numbers in place of sentences, and keeps what each is about. */
class Numbered extends Shown {
  readonly parts: Part[] = []
  readonly rows: unknown[] = []

  override leaf(part: Part): string {
    return this.#add(part)
  }

  override call(part: Part): string {
    return this.#add(part)
  }

  override side(_: Operand, part: Pick<Part, 'world' | 'environment'>): ReturnType<Shown['side']> {
    // Sound: a tree shows an operand only for the list of a quantifier, of which it passes the part.
    return { text: this.#add(part as Part), value: undefined, isValue: false }
  }

  override value(row: unknown): string {
    return `row ${this.rows.push(row) - 1}`
  }

  override element(row: unknown): string {
    return this.value(row)
  }

  #add(part: Part): string {
    return `part ${this.parts.push(part) - 1}`
  }
}

/** The facts of a proof. They must be enough for the answer by themselves. */
export class Proof {
  /** The leaves of the tree, and those that a step about all rows of a list covers. */
  readonly leaves = new Map<string, Part>()
  /** The number of leaves in the tree that only the machine evaluates. */
  machine = 0
  /** Fields that a fact reads, by row and field. */
  readonly #fields = new Set<string>()
  /** The elements that a fact finds in a list, by the row and field of the list. */
  readonly #elements = new Map<string, Set<unknown>>()
  readonly #question: Question
  readonly #identities: unknown[] = []

  constructor(question: Question) {
    this.#question = question
    const numbered = new Numbered(question.authorizer.schema, {})
    const nodes = new TreeWriter(numbered, () => 0).write(question.root)
    for (const node of nodes) this.#read(node, numbered)
  }

  /** Returns whether a field may have another value. */
  isFree(object: object, field: string): boolean {
    return !this.#fields.has(this.#place(object, field))
  }

  /** Returns whether a list must keep an element. */
  keeps(object: object, field: string, element: unknown): boolean {
    return this.#elements.get(this.#place(object, field))?.has(this.#element(element)) === true
  }

  #element(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? this.#identity(value) : value
  }

  #place(object: object, field: string): string {
    return `${this.#identity(object)}.${field}`
  }

  #identity(object: object): string {
    const identity = this.#question.rowOf(object)
    if (typeof identity === 'string') return identity
    const at = this.#identities.indexOf(identity)
    return `#${at < 0 ? this.#identities.push(identity) - 1 : at}`
  }

  #read(node: ExplanationNode, numbered: Numbered): void {
    // An error beside the proof is none of its facts.
    if (node.outcome === 'error') return
    const at = / ?part (\d+)/.exec(node.text)?.[1]
    const part = at === undefined ? undefined : numbered.parts[Number(at)]!
    switch (node.kind) {
      case 'machine':
        this.machine++
        break
      case 'condition':
        if (part) this.#leaf(part)
        break
      case 'call':
        if (part) this.#operands(part, argumentsOf(part.condition))
        break
      case 'rows': {
        const of = part!
        // Of a row that matched, or did not, the rest of its list says nothing.
        const isOneRow = node.outcome === 'true' ? node.row !== undefined : node.text.startsWith('not every')
        if (isOneRow) this.#row(of, numbered.rows[Number(node.row!.slice(4))])
        else this.#allRows(of)
      }
    }
    for (const one of node.of) this.#read(one, numbered)
  }

  #leaf(part: Part): void {
    this.leaves.set(part.key, part)
    this.#operands(part, operandsOf(part.condition))
  }

  #row(part: Part, row: unknown): void {
    if (part.condition.kind !== 'some') throw new TypeError('only quantifiers have rows')
    const { from } = part.condition
    const place = locationOf(part.world, from, part.environment)
    this.#operands(part, [place ? ownerOf(from) : from])
    if (!place) return
    const key = this.#place(place.object, place.field)
    this.#elements.set(key, (this.#elements.get(key) ?? new Set()).add(this.#element(row)))
  }

  #allRows(part: Part): void {
    this.#operands(part, operandsOf(part.condition))
    for (const row of part.parts) {
      for (const one of partsOf(row)) {
        this.#operands(one, [...operandsOf(one.condition), ...argumentsOf(one.condition)])
        if (one.condition.kind === 'opaque') this.machine++
      }
      for (const leaf of leavesOf(row)) this.leaves.set(leaf.key, leaf)
    }
  }

  /** Holds every field on the way of operands. */
  #operands(part: Part, operands: readonly Operand[]): void {
    for (const operand of operands) {
      const place = locationOf(part.world, operand, part.environment)
      if (place) this.#fields.add(this.#place(place.object, place.field))
      this.#operands(part, innerOf(operand))
    }
  }
}

/** Returns a part and all parts in it, those of calls and rows too. */
function partsOf(root: Part): readonly Part[] {
  const found = new Set<Part>()
  const visit = (part: Part): void => {
    if (found.has(part) || found.size > 5_000) return
    found.add(part)
    try {
      part.parts.forEach(visit)
    } catch {
      // A list that can't be read has no parts.
    }
  }
  visit(root)
  return [...found]
}

function argumentsOf(condition: Condition): readonly Operand[] {
  return condition.kind === 'ref' ? condition.args : []
}

function ownerOf(operand: Operand): Operand {
  if (operand.kind === 'field') return operand.of
  return operand.kind === 'path' ? { ...operand, steps: operand.steps.slice(0, -1) } : operand
}

function innerOf(operand: Operand): readonly Operand[] {
  switch (operand.kind) {
    case 'field':
      return [operand.of]
    case 'path':
      return operand.steps.length > 0 ? [ownerOf(operand)] : []
    case 'call':
      return [operand.of, ...operand.args]
    case 'list':
      return operand.elements
    case 'arithmetic':
      return [operand.left, operand.right]
    default:
      return []
  }
}

/**
 * Turns or removes the data that a proof does not mention, in several random ways, and returns the
 * answers of the check.
 */
export function turnedAround(
  proof: Proof,
  question: Question,
  world: World,
  random: Random,
  trials: number,
): readonly Outcome[] {
  const outcomes: Outcome[] = []
  for (let trial = 0; trial < trials; trial++) {
    const undo: (() => void)[] = []
    // In the first trial, all that can go is gone.
    const turn = new Turn(proof, question, world, random, trial === 0)
    const objects = question.byIdentity([], (object) => question.rowOf(object))
    for (const same of objects.values()) for (const way of turn.of(same[0]!)) undo.push(question.apply(way, same))
    outcomes.push(question.check())
    for (const one of undo.reverse()) one()
  }
  return outcomes
}

/** Decides how the fields of a row are turned. */
class Turn {
  readonly #proof: Proof
  readonly #question: Question
  readonly #world: World
  readonly #random: Random
  readonly #isEmpty: boolean

  constructor(proof: Proof, question: Question, world: World, random: Random, isEmpty: boolean) {
    this.#proof = proof
    this.#question = question
    this.#world = world
    this.#random = random
    this.#isEmpty = isEmpty
  }

  of(object: object): readonly { object: object; field: string; to: () => unknown; isAdded: false }[] {
    const model = this.#question.modelOf(object)
    if (model === undefined || Array.isArray(object)) return []
    const peers = this.#question.rowsOf(model)
    const key = keyOf(this.#world, model)
    const set = (field: string, value: unknown) => ({ object, field, to: () => value, isAdded: false }) as const
    return fieldsOf(this.#world, model).flatMap((field) => {
      const { name } = field
      const peer = this.#random.pick(peers)
      if (key.includes(name) || !Object.hasOwn(object, name) || !this.#isFree(object, model, name)) return []
      if (field.kind === 'part') return []
      if (field.kind === 'one') {
        const columns = field.from ?? []
        if (columns.some((column) => key.includes(column))) return []
        if (this.#isEmpty && field.nullable) return [name, ...columns].map((one) => set(one, null))
        return [name, ...columns].filter((one) => Object.hasOwn(peer, one)).length <= columns.length
          ? []
          : [name, ...columns].map((one) => set(one, Reflect.get(peer, one)))
      }
      const before: unknown = Reflect.get(object, name)
      if (!Array.isArray(before)) {
        // A column of a relation is turned with it.
        if (this.#columnsOf(model, name).length > 1) return []
        return [set(name, this.#other(before, Reflect.get(peer, name)))]
      }
      const own = before.filter(
        (one) => this.#proof.keeps(object, name, one) || !(this.#isEmpty || this.#random.chance(0.5)),
      )
      const more = field.kind === 'many' ? this.#question.rowsOf(field.model) : []
      const added = this.#isEmpty || more.length === 0 ? [] : this.#random.sample(more, this.#random.integer(0, 2))
      return [set(name, this.#random.shuffled([...own, ...added]))]
    })
  }

  /** Whether neither a field nor the columns and relations that say the same are in the proof. */
  #isFree(object: object, model: string, name: string): boolean {
    return this.#columnsOf(model, name).every((one) => this.#proof.isFree(object, one))
  }

  /** Returns a field with the relations and columns that have to agree with it. */
  #columnsOf(model: string, name: string): readonly string[] {
    const found = new Set([name])
    for (let size = 0; size < found.size; ) {
      size = found.size
      for (const field of fieldsOf(this.#world, model)) {
        if (field.kind !== 'one') continue
        const all = [field.name, ...(field.from ?? [])]
        if (all.some((one) => found.has(one))) for (const one of all) found.add(one)
      }
    }
    return [...found]
  }

  #other(value: unknown, ofPeer: unknown): unknown {
    if (!this.#isEmpty && this.#random.chance(0.4)) return ofPeer === undefined ? value : ofPeer
    switch (typeof value) {
      case 'number':
        return this.#random.pick([value + 1, value - 1, 0, -value])
      case 'string': {
        const other = this.#random.pick([`${value}'`, ''])
        // A row must not have another text as a UUID.
        return /^[0-9a-f-]{36}$/.test(value) ? '00000000-0000-4000-8000-000000000000' : other
      }
      case 'boolean':
        return !value
      case 'bigint':
        return value + 1n
      default:
        return value instanceof Date ? new Date(value.getTime() + 1000) : value
    }
  }
}

/** The most leaves of which every combination is tried. */
const maxForced = 7

/**
 * Makes leaves outside of the proof true or false, whatever the data are: every combination of them
 * if they are few. Returns the leaves of the first combination that turns the answer into a no.
 */
export function forcedAround(
  { leaves }: Pick<Proof, 'leaves'>,
  { root }: Question,
  random: Random,
): { readonly trials: number; readonly no: readonly string[] | undefined } {
  const others = [...new Map(leavesOf(root).map((leaf) => [leaf.key, leaf])).values()].filter(
    ({ key, condition }) => !leaves.has(key) && condition.kind !== 'reads',
  )
  const all = 2 ** Math.min(others.length, maxForced)
  for (let trial = 0; trial < all; trial++) {
    const isForced = others.length <= maxForced
    const assumed = new Map(others.map(({ key }, at) => [key, isForced ? (trial & (1 << at)) > 0 : random.chance(0.5)]))
    const { outcome } = root.in(root.world.with(root.world.reads, assumed))
    if ('truth' in outcome && outcome.truth !== true)
      return { trials: trial + 1, no: [...assumed].map(([key, truth]) => `${key} ${truth}`) }
  }
  return { trials: all, no: undefined }
}
