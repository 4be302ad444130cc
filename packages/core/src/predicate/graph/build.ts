import type { Compare, Condition, Definition, Or, Path, Ref, Some } from '../../condition/condition.js'
import { and, or } from '../../condition/construct.js'
import { canFail, Fallible, presentUnlessError, presentWhen } from '../../condition/fallible.js'
import { noNil } from '../../condition/rewrite/facts.js'
import { forDefinition } from '../../condition/rewrite/passes.js'
import { textsOf } from '../../condition/texts.js'
import { declaredModel, isNil, isPresent } from '../../condition/type.js'
import { constructorOf, excludesNil } from '../../schema/classes.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { Callee, Node, Round, Test } from './graph.js'
import { heldClass, isLiteral, Values } from './values.js'

/** Builds the graph of a predicate from a condition `forCheck`. */
export function buildGraph(schema: Schema, condition: Condition): Node {
  return new Builder(schema).build(condition)
}

const settledTrue: Test = { kind: 'true', isDecided: true, span: undefined }

type Undecided = Test extends infer Kind ? (Kind extends Test ? Omit<Kind, 'isDecided' | 'span'> : never) : never

/**
 * Decides which parts of a condition can be undecided, which become one test, and how operands are
 * compared.
 */
class Builder {
  readonly #values: Values
  readonly #fallible = new Fallible()
  readonly #callees = new Map<Definition, Callee>()
  /** The number of loops around the condition that is built. */
  #depth = 0

  constructor(private readonly schema: Schema) {
    this.#values = new Values(schema)
  }

  /** @param present - Paths that are not nil if the condition is evaluated; also in the other methods. Default: none. */
  build(condition: Condition, present: readonly Path[] = []): Node {
    switch (condition.kind) {
      case 'and': {
        let here = present
        const of = condition.of.map((one) => {
          const node = this.build(one, here)
          here = [...here, ...presentWhen(this.schema, one)]
          return node
        })
        return joined('all', of)
      }
      case 'or':
        return joined('any', this.#alternatives(condition, present))
      case 'not': {
        const of = this.build(condition.of, present)
        return { kind: 'not', of, isDecided: of.isDecided }
      }
      case 'true':
      case 'false':
        return { kind: condition.kind, isDecided: true, span: undefined }
      default: {
        const path = condition.kind === 'compare' ? noNil(condition) : undefined
        if (path !== undefined && isPresent(present, path, path.steps.length)) return settledTrue
        return this.#settled(condition, present, this.#test(condition, present))
      }
    }
  }

  /** Builds alternatives. Neighbors that compare one operand with texts become one test. */
  #alternatives({ of }: Or, present: readonly Path[]): readonly Node[] {
    const nodes: Node[] = []
    for (let at = 0; at < of.length; ) {
      const texts = textsOf(of, at)
      const [first] = texts
      if (texts.length > 1) {
        const literals = texts.map(({ right }) => right.value) as [string, ...string[]]
        const side = this.#values.side(first!.left, present)
        nodes.push(this.#settled(first!, present, { kind: 'literal', side, literals }))
      } else nodes.push(this.build(of[at]!, present))
      at += Math.max(texts.length, 1)
    }
    return nodes
  }

  /** If a test cannot fail, some rewrite may have moved it: then it must not be undecided. */
  #settled(condition: Condition, present: readonly Path[], test: Undecided): Test {
    // Sound: the kind of test has not changed.
    const span = 'span' in condition ? condition.span : undefined
    return { ...test, isDecided: !canFail(this.schema, condition, this.#fallible, present), span } as Test
  }

  #test(
    condition: Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'true' | 'false' }>,
    present: readonly Path[],
  ): Undecided {
    const values = this.#values
    switch (condition.kind) {
      case 'test':
        return { kind: 'truth', value: values.value(condition.of, present) }
      case 'reads':
        return { kind: 'reads', value: values.value(condition.of, present) }
      case 'compare':
        return this.#compare(condition, present)
      case 'in':
        return { kind: 'in', item: values.side(condition.item, present), list: values.side(condition.list, present) }
      case 'isa': {
        const { of, model, exact } = condition
        const cls = constructorOf(this.schema, model)
        return {
          kind: 'isa',
          value: values.value(of, present),
          model,
          exact,
          cls,
          excludesNil: cls !== undefined && excludesNil(cls),
          declared: declaredModel(this.schema, of),
        }
      }
      case 'text': {
        const { operator, of, part } = condition
        return { kind: 'text', operator, of: values.value(of, present), part: values.value(part, present) }
      }
      case 'opaque': {
        const { expression, bindings } = condition.goal
        const given = bindings.map(({ name, operand }) => ({ name, value: values.value(operand, present) }))
        return { kind: 'ask', expression, bindings: given }
      }
      case 'some':
        return this.#loop(condition, present)
      case 'ref':
        return this.#call(condition, present)
      case 'failure':
        return { kind: 'failure' }
    }
  }

  #compare({ operator, left, right }: Compare, present: readonly Path[]): Undecided {
    const values = this.#values
    if (operator === '=') {
      if (isLiteral(right)) return { kind: 'literal', side: values.side(left, present), literals: [right.value] }
      if (isLiteral(left)) return { kind: 'literal', side: values.side(right, present), literals: [left.value] }
    } else if ((operator === '==' || operator === '!=') && isNil(right)) {
      return { kind: 'none', value: values.value(left, present), isNegated: operator === '!=' }
    }
    const sides = { left: values.side(left, present), right: values.side(right, present) }
    return operator === '=' ? { kind: 'same', ...sides } : { kind: 'order', operator, ...sides }
  }

  #loop({ each, from, where }: Some, present: readonly Path[]): Undecided {
    const element: Path = { kind: 'path', root: each, steps: [] }
    const skipsNil = each.type.nullable && isPresent(presentUnlessError(where), element, 0)
    const list = this.#values.value(from, present)
    const depth = ++this.#depth
    const body = this.build(where, skipsNil ? [...present, element] : present)
    this.#depth--
    return { kind: 'loop', each, from: list, where: body, depth, skipsNil, holds: heldClass(this.schema, each.model) }
  }

  #call({ definition, args }: Ref, present: readonly Path[]): Undecided {
    const callee = entryOf(this.#callees, definition, () => this.#callee(definition))
    return { kind: 'call', callee, args: this.#values.args(args, present) }
  }

  /** Returns a definition, whose graph is built on demand: it can call itself. */
  #callee(definition: Definition): Callee {
    let graph: Node | Round | undefined
    const graphOf = (): Node | Round => {
      graph ??= this.#define(definition)
      return graph
    }
    return { definition, graph: graphOf }
  }

  #define(definition: Definition): Node | Round {
    const body = forDefinition(this.schema, definition)
    return this.#round(definition, body) ?? this.build(body)
  }

  /** Returns one round of a definition that is a loop; undefined for any other definition. */
  #round(definition: Definition, body: Condition): Round | undefined {
    if (body.kind !== 'or') return undefined
    const last = body.of.at(-1)!
    const goals = last.kind === 'and' ? last.of : [last]
    const again = goals.at(-1)!
    if (again.kind !== 'ref' || again.definition !== definition) return undefined
    const guard = and(...goals.slice(0, -1))
    return {
      kind: 'round',
      found: this.build(or(...body.of.slice(0, -1))),
      guard: this.build(guard),
      args: this.#values.args(again.args, presentWhen(this.schema, guard)),
    }
  }
}

/** Returns a conjunction or a disjunction; a conjunction of nothing is true. */
export function joined(kind: 'all' | 'any', of: readonly Node[]): Node {
  if (of.length === 0) return settledTrue
  return of.length === 1 ? of[0]! : { kind, of, isDecided: of.every(({ isDecided }) => isDecided) }
}
