import type { Expression, Parameter, Pattern, Rule } from '../../language/ast.js'
import { scalarFamilies } from '../../schema/families.js'
import { isUnion } from '../../schema/typeNames.js'
import { entryOf } from '../../values/entryOf.js'
import { builtInClass } from '../matchRule.js'
import type { PolicyContext } from './check.js'
import { haveCommonInstances } from './commonInstances.js'
import type { Knowledge, Known } from './knowledge.js'

/**
 * What is known of an argument, or what a parameter demands: a text (`"read`), another literal's class or a
 * class (`:User`), or anything (empty).
 */
export type Shape = string
const ANYTHING: Shape = ''
const textOf = (text: string): Shape => `"${text}`
const classOf = (name: string): Shape => `:${name}`

/** Decides which heads of rules the arguments of a call can match, by texts and classes alone. */
export class Heads {
  readonly #byName = new Map<string, NamedHeads>()
  readonly #matches = new Map<string, boolean>()

  constructor(private readonly context: Pick<PolicyContext, 'rules' | 'schema' | 'unions'>) {}

  /** Returns whether a rule with this name and arity accepts any arguments, or there is no such rule. */
  areOpen(name: string, arity: number): boolean {
    return this.#named(name, arity).isOpen
  }

  /** Returns whether some rule can match arguments. */
  match(name: string, args: readonly Shape[]): boolean {
    const key = [name, ...args].join('\0')
    return entryOf(this.#matches, key, () =>
      this.#named(name, args.length)
        .of(args)
        .some((head) => this.#matchesHead(head, args)),
    )
  }

  /** Returns the texts that rules accept at a place, if all other arguments are as given. */
  textsAt(index: number, name: string, args: readonly Shape[]): readonly string[] {
    const others = args.with(index, ANYTHING)
    const heads = this.#named(name, args.length).all.filter((head) => this.#matchesHead(head, others))
    return [...new Set(heads.flatMap((head) => (head[index]!.startsWith('"') ? [head[index]!.slice(1)] : [])))]
  }

  /** Returns whether a parameter can match an argument. */
  accepts(demand: Shape, given: Shape): boolean {
    if (demand === ANYTHING || given === ANYTHING) return true
    if (demand.startsWith('"') && given.startsWith('"')) return demand === given
    const [one, other] = [demand, given].map((shape) => (shape.startsWith('"') ? 'String' : shape.slice(1)))
    return this.#haveCommon(one!, other!)
  }

  #matchesHead(head: readonly Shape[], args: readonly Shape[]): boolean {
    return head.every((demand, index) => this.accepts(demand, args[index]!))
  }

  /** Returns the head of a rule; of a rule that only passes its parameters on, the heads of the rules that it calls. */
  #headsOf({ parameters, body }: Rule): readonly (readonly Shape[])[] {
    const own = parameters.map(demandOf)
    if (body?.kind !== 'call' || body.args.length !== parameters.length || own.some((shape) => shape !== ANYTHING))
      return [own]
    const isPassed = parameters.every(({ term }, index) => {
      const value = body.args[index]!
      return term.kind === 'variable' && value.kind === 'variable' && value.name === term.name && term.name !== '_'
    })
    const named = isPassed ? this.#named(body.name, body.args.length) : undefined
    return named && !named.isOpen ? named.all : [own]
  }

  /** Returns whether a value can be an instance of two classes or unions. */
  #haveCommon(one: string, other: string): boolean {
    const { schema } = this.context
    const [these, those] = [this.#members(one), this.#members(other)]
    return these.some((member) => those.some((name) => haveCommonInstances(schema, member, name)))
  }

  #members(name: string): readonly string[] {
    return isUnion(name) ? [...this.context.unions[name]] : [name]
  }

  #named(name: string, arity: number): NamedHeads {
    const key = `${name}/${arity}`
    let named = this.#byName.get(key)
    if (!named) {
      // A rule that calls itself, directly or not, accepts anything here.
      this.#byName.set(key, new NamedHeads([]))
      const rules = (this.context.rules.get(name) ?? []).filter(({ parameters }) => parameters.length === arity)
      named = new NamedHeads(rules.flatMap((rule) => this.#headsOf(rule)))
      this.#byName.set(key, named)
    }
    return named
  }
}

/** The different heads of the rules of one name and arity, by the first text that some of them demand. */
class NamedHeads {
  readonly all: readonly (readonly Shape[])[]
  /** Whether there is no head, or one that accepts anything. */
  readonly isOpen: boolean
  readonly #at: number
  readonly #byText = new Map<Shape, (readonly Shape[])[]>()
  readonly #others: (readonly Shape[])[] = []

  constructor(heads: readonly (readonly Shape[])[]) {
    this.all = [...new Map(heads.map((head) => [head.join('\0'), head])).values()]
    this.isOpen = heads.length === 0 || heads.some((head) => head.every((shape) => shape === ANYTHING))
    this.#at = Math.max(0, ...this.all.slice(0, 1).map((head) => head.findIndex((shape) => shape.startsWith('"'))))
    for (const head of this.all) {
      const text = head[this.#at]
      if (!text?.startsWith('"')) this.#others.push(head)
      else {
        entryOf(this.#byText, text, () => []).push(head)
      }
    }
  }

  /** Returns the heads that arguments can match, as far as the text tells. */
  of(args: readonly Shape[]): readonly (readonly Shape[])[] {
    const text = args[this.#at]
    if (!text?.startsWith('"')) return this.all
    return [...(this.#byText.get(text) ?? []), ...this.#others]
  }
}

/** Returns what a parameter demands of its argument. */
export function demandOf({ term, pattern }: Parameter): Shape {
  const demand = pattern ?? term
  if (demand.kind === 'class pattern') return classOf(demand.tag)
  if (demand.kind === 'string') return textOf(demand.value)
  const literal = literalClass(demand)
  return literal ? classOf(literal) : ANYTHING
}

/** Returns what is known of an argument. */
export function shapeOf(node: Expression, knowledge: Knowledge): Shape {
  if (node.kind === 'string') return textOf(node.value)
  const literal = literalClass(node)
  if (literal) return classOf(literal)
  return shapeOfKnown(knowledge.of(node))
}

function shapeOfKnown({ model, from }: Known): Shape {
  const field = from?.field
  if (field?.kind === 'relation' && field.many) return classOf('List')
  if (field?.kind === 'scalar') {
    if (field.list) return classOf('List')
    // A number can be of two classes, and a date is no built-in class.
    const family = scalarFamilies[field.type]
    return family === 'text' ? classOf('String') : family === 'boolean' ? classOf('Boolean') : ANYTHING
  }
  return model === undefined ? ANYTHING : classOf(model)
}

/** Returns the class of a literal, unless it is a number, which objects can equal, or a dictionary. */
function literalClass(node: Pattern): string | undefined {
  const cls = builtInClass(node)
  return cls === 'Boolean' || cls === 'List' ? cls : undefined
}
