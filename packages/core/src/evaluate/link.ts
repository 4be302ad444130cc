import type { Condition, Definition, Operand, Or, Ref, Some } from '../condition/condition.js'
import { declaredModel, declaredType } from '../condition/type.js'
import { operandsIn } from '../condition/visit.js'
import { own } from '../own.js'
import { heldClass, isArgument, isLiteral, Values } from '../predicate/graph/values.js'
import type { Meaning } from '../predicate/meaning.js'
import { contains, held, isInstance, listOf, plain, textTest } from '../predicate/read.js'
import { constructorOf, excludesNil } from '../schema/classes.js'
import { entryOf } from '../values/entryOf.js'
import { errorPlace } from '../values/metErrors.js'
import { joinedArms, rowJoinOf } from './exact/rowJoin.js'
import { budgetOf, noSlot } from './fast/frame.js'
import { Operands } from './fast/operands.js'
import { get, type Reader, reader } from './fast/reader.js'
import type { Comparison } from './fast/same.js'
import { type Called, type Group, type Join, kinds, type Step, type ValueTest } from './step.js'

const nothing = reader(noSlot)
const all = new WeakMap<Meaning, WeakMap<Condition, Step>>()

/** Returns the steps of a condition. Checks and lists share them. */
export function linked(condition: Condition, meaning: Meaning): Step {
  const known = entryOf(all, meaning, () => new WeakMap<Condition, Step>())
  return entryOf(known, condition, () => new Linker(meaning).link(condition))
}

/** Links conditions to steps. */
class Linker {
  readonly operands: Operands
  readonly #values: Values
  /** Definitions that are evaluated in this frame, by the slots of their arguments. */
  readonly #within = new Map<Definition, Map<string, Step>>()

  constructor(
    private readonly meaning: Meaning,
    private readonly callees: Map<Definition, Called> = new Map(),
  ) {
    this.operands = new Operands(meaning)
    this.#values = new Values(meaning.schema)
  }

  link(condition: Condition): Step {
    switch (condition.kind) {
      case 'true':
      case 'false':
      case 'failure':
        return this.#step(condition.kind, condition)
      case 'and':
        return this.#step('all', condition, { of: condition.of.map((one) => this.link(one)) })
      case 'or':
        return this.#step('any', condition, { of: condition.of.map((one) => this.link(one)) })
      case 'not':
        return this.#step('not', condition, { of: [this.link(condition.of)] })
      case 'test':
        return this.#step('truth', condition, { value: this.#reader(condition.of) })
      case 'reads':
        return this.#test(condition, (value) => plain(value) !== undefined || undefined, condition.of)
      case 'compare': {
        const { operator, left, right } = condition
        const isNil = isLiteral(right) && right.value === null
        if ((operator === '==' || operator === '!=') && isNil)
          return this.#step('none', condition, {
            value: this.#reader(left),
            parts: { isNegated: operator === '!=' },
          })
        if (operator === '=' && (isLiteral(left) || isLiteral(right))) {
          const [literal, side] = isLiteral(right) ? [right.value, left] : [(left as { value: unknown }).value, right]
          const parts = { literal, how: this.#comparison(side) }
          return this.#step(literal === null ? 'nil' : 'literal', condition, { value: this.#reader(side), parts })
        }
        const how = this.#comparison(left, right)
        const sides = { value: this.#reader(left), other: this.#reader(right) }
        if (operator === '=') return this.#step('same', condition, { ...sides, parts: { how } })
        const kind = operator === '==' || operator === '!=' ? 'equal' : 'order'
        return this.#step(kind, condition, { ...sides, parts: { how, operator, isNegated: operator === '!=' } })
      }
      case 'in': {
        const { meaning } = this
        const { leftType, rightType } = this.#comparison(condition.item, condition.list)
        const test: ValueTest = (value, elements, frame) => {
          plain(value, elements)
          budgetOf(frame).spend(listOf(elements)?.length ?? 0)
          return contains(meaning, value, elements, leftType, rightType)
        }
        return this.#test(condition, test, condition.item, condition.list)
      }
      case 'isa':
        return this.#test(condition, this.#instanceTest(condition), condition.of)
      case 'text': {
        const { operator, of, part } = condition
        return this.#test(condition, (whole, one, frame) => textTest(operator, whole, one, budgetOf(frame)), of, part)
      }
      case 'opaque': {
        const { meaning } = this
        const { expression, bindings } = condition.goal
        const readers = bindings.map(({ name, operand }) => [name, this.#reader(operand)] as const)
        return this.#test(condition, (_value, _other, frame) => {
          const values = new Map(readers.map(([name, value]) => [name, held(get(value, frame))]))
          budgetOf(frame).ask()
          return [...values.values()].includes(undefined) ? undefined : meaning.ask(expression, values)
        })
      }
      case 'some':
        return this.#loop(condition)
      case 'ref':
        return this.#call(condition)
    }
  }

  #step(
    kind: keyof typeof kinds,
    source: Condition,
    given: Partial<Omit<Step, 'parts'>> & { parts?: Partial<Step['parts']> } = {},
  ): Step {
    const { of = [], value = nothing, other, parts = {} } = own(given)
    return {
      kind: kinds[kind],
      source,
      scope: this.operands,
      errors: 'span' in source ? errorPlace(source.span) : undefined,
      of,
      slots: this.#slotsOf(source),
      value,
      other,
      // Sound: its kind needs no more.
      parts: parts as Step['parts'],
      groups: undefined,
    }
  }

  #test(source: Condition, test: ValueTest, value?: Operand, other?: Operand): Step {
    return this.#step('function', source, {
      value: value ? this.#reader(value) : nothing,
      other: other && this.#reader(other),
      parts: { test },
    })
  }

  #reader(operand: Operand): Reader {
    return this.operands.reader(this.#values.value(operand, []))
  }

  /** Returns how operands are compared. */
  #comparison(left: Operand, right?: Operand): Comparison {
    const { meaning } = this
    const typeOf = (of: Operand | undefined) => of && declaredType(meaning.schema, of)
    return { meaning, leftType: typeOf(left), rightType: typeOf(right), cls: undefined, rows: undefined }
  }

  #instanceTest({ of, model, exact }: Extract<Condition, { kind: 'isa' }>): ValueTest {
    const { meaning } = this
    const cls = constructorOf(meaning.schema, model)
    const skipsNil = cls !== undefined && excludesNil(cls)
    const declared = declaredModel(meaning.schema, of)
    return (value) => {
      if (skipsNil && value === null) return false
      if (cls !== undefined && typeof value === 'object' && value !== null && value.constructor === cls) return true
      return isInstance(meaning, value, model, exact, declared)
    }
  }

  #loop(condition: Some): Step {
    const list = this.#reader(condition.from)
    const { each } = condition
    const held = this.operands.held(heldClass(this.meaning.schema, each.model))
    const element = { ...this.operands.element(each), held }
    const found = rowJoinOf(condition)
    let tests: Step | undefined
    const join: Join | undefined = found && {
      of: found,
      loop: { ...element, join: undefined },
      tests: () => {
        tests ??= this.link(found.tests)
        return tests
      },
    }
    return this.#step('some', condition, {
      value: list,
      of: [this.link(condition.where)],
      parts: { loop: { ...element, join } },
    })
  }

  #call(condition: Ref): Step {
    const { definition, args } = condition
    const readers = args.map((one) => this.#reader(one))
    const isWithin = !definition.recursive && args.every(isArgument)
    return this.#step('call', condition, {
      parts: {
        call: {
          args: readers,
          called: () => this.#called(definition),
          within: isWithin ? () => this.#inFrame(definition, readers) : undefined,
        },
      },
    })
  }

  /** Links a definition whose parameters are arguments of the caller, in whose frame it is evaluated. */
  #inFrame(definition: Definition, args: readonly Reader[]): Step {
    const slots = args.map(({ slot }) => slot)
    const known = entryOf(this.#within, definition, () => new Map<string, Step>())
    return entryOf(known, slots.join(), () => {
      for (const [at, parameter] of definition.parameters.entries()) this.operands.bind(parameter, slots[at]!)
      return this.link(definition.condition)
    })
  }

  /** Links a definition, which can call itself. */
  #called(definition: Definition): Called {
    const known = this.callees.get(definition)
    if (known) return known
    const inner = new Linker(this.meaning, this.callees)
    const { parameters, recursive } = definition
    for (const parameter of parameters) inner.operands.slot(parameter)
    const called = { scope: inner.operands, parameters: parameters.length, recursive, step: undefined! as Step }
    this.callees.set(definition, called)
    called.step = inner.link(definition.condition)
    return called
  }

  #slotsOf(source: Condition): readonly number[] {
    const slots = new Set<number>()
    const visit = (operand: Operand): void => {
      if (operand.kind === 'path') slots.add(this.operands.slot(operand.root))
      for (const one of operandsIn(operand)) visit(one)
    }
    for (const one of operandsIn(source)) visit(one)
    return [...slots]
  }
}

/** Groups alternatives: one pass over the rows decides those of a group. */
export function groupsOf(step: Step): readonly Group[] {
  // Sound: only disjunctions have alternatives.
  step.groups ??= groupSteps(step.of, step.source as Or)
  return step.groups
}

function groupSteps(steps: readonly Step[], condition: Or): readonly Group[] {
  let from = 0
  return joinedArms(condition).map(({ arms, joins }) => {
    const of = steps.slice(from, from + arms.length)
    from += arms.length
    const own = of.flatMap(({ parts }) => parts.loop?.join ?? [])
    return { of, joins: own.filter((join) => joins.includes(join.of)) }
  })
}
