import type { Policy, Span } from '@arcturus/core'
import type { Schema } from '@arcturus/core/internal/testing'
import { descendants, type Expression, type Node, type Parameter, type Rule } from '@arcturus/core/internal/testing'

/**
 * The kinds of places that a test run can cover.
 *
 * - `rule`: covered if it applied.
 * - `goal`: a test in the body of a rule, or the fields in a head, such as `Note{isPublic: true}`.
 *   Covered if it was both true and false.
 * - `alternative`: an operand of `or` with several goals. Covered as a goal is.
 */
export type PointKind = 'rule' | 'goal' | 'alternative'

/** A place of a policy that a test run can cover. */
export interface Point {
  readonly kind: PointKind
  readonly span: Span
  /** The rule that contains it. */
  readonly rule: Rule
  /** The goal or alternative in the syntax tree; undefined for a rule and for the fields of its head. */
  readonly node: Expression | undefined
}

/**
 * Returns the places of a policy that a test run can cover, in the order of its rules. A goal that
 * can't fail, such as `x = note.owner` with a new variable, is none of them.
 */
export function pointsOf(policy: Policy, schema: Pick<Schema, 'isName'>): readonly Point[] {
  const points: Point[] = []
  for (const rule of [...policy.rules.values()].flat()) new RuleReader(rule, schema, points).read()
  return points
}

class RuleReader {
  constructor(
    private readonly rule: Rule,
    private readonly schema: Pick<Schema, 'isName'>,
    private readonly points: Point[],
  ) {}

  read(): void {
    const { parameters, body, head, span } = this.rule
    // The head of a shorthand rule is a word.
    this.#add('rule', span.source.text[head.start] === '"' ? span : head, undefined)
    const tested = parameters.find(testsFields)
    if (tested) this.#add('goal', tested.pattern!.span, undefined)
    if (body) this.#goal(body, this.#variablesIn(...parameters))
  }

  /**
   * Adds the points of a goal.
   * @param known - The variables that occur before it.
   * @returns The variables that occur in it or before it.
   */
  #goal(node: Expression, known: ReadonlySet<string>): ReadonlySet<string> {
    const all = new Set([...known, ...this.#variablesIn(node)])
    switch (node.kind) {
      case 'and':
        node.operands.reduce((before, operand) => this.#goal(operand, before), known)
        break
      case 'or':
        for (const operand of node.operands) {
          if (operand.kind === 'and' || operand.kind === 'not') this.#add('alternative', operand.span, operand)
          this.#goal(operand, known)
        }
        break
      case 'not':
        this.#goal(node.operand, known)
        break
      case 'forall':
        this.#goal(node.action, this.#goal(node.condition, known))
        break
      case 'cut':
      case 'print':
      case 'debug':
      case 'assign':
      case 'boolean':
        break
      default:
        if (!this.#isBinding(node, known)) this.#add('goal', node.span, node)
    }
    return all
  }

  /** Returns whether a goal gives a new variable its value: it can't fail. */
  #isBinding(node: Expression, known: ReadonlySet<string>): boolean {
    if (node.kind !== 'unify') return false
    return [node.left, node.right].some(
      (side) => side.kind === 'variable' && !known.has(side.name) && !this.schema.isName(side.name),
    )
  }

  #add(kind: PointKind, span: Span, node: Expression | undefined): void {
    this.points.push({ kind, span, rule: this.rule, node })
  }

  #variablesIn(...nodes: readonly Node[]): Set<string> {
    const inside = nodes.flatMap((one) => descendants(one))
    return new Set(inside.flatMap((node) => (node.kind === 'variable' ? node.name : [])))
  }
}

/** Returns whether a parameter compares fields of its argument. */
export function testsFields({ pattern }: Parameter): boolean {
  return (
    (pattern?.kind === 'class pattern' || pattern?.kind === 'dictionary pattern') && (pattern.fields?.length ?? 0) > 0
  )
}
