import type { Policy, Span } from '@arcturus/core'
import type { Schema, Source } from '@arcturus/core/internal/testing'
import {
  children,
  descendants,
  type Expression,
  type File,
  type Node,
  type Parameter,
  parseFile,
  type Rule,
  type Variable,
} from '@arcturus/core/internal/testing'

/** The kinds of mistakes that a mutant makes. */
export type MutantKind =
  | 'dropped-rule'
  | 'dropped-goal'
  | 'dropped-alternative'
  | 'lost-not'
  | 'other-operator'
  | 'and-or'
  | 'other-word'
  | 'other-literal'
  | 'wider-class'
  | 'dropped-cut'

/** A change of the policy's text, as people make it by mistake. */
export interface Mutant {
  readonly kind: MutantKind
  /** One sentence, such as `Replaces "reader" by "maintainer".` */
  readonly description: string
  /** The text that is replaced. */
  readonly span: Span
  readonly replacement: string
  /**
   * The variables that occur only once in the changed rule: they are renamed, `note` to `_note`,
   * because a variable that occurs once is an error.
   */
  readonly renamed: readonly Span[]
}

/**
 * Returns every mutant of a policy, in the order of its text. Each differs from the policy in one
 * place: a rule, a goal or an alternative is dropped; `not` is lost; an operator, a literal, a role or
 * a permission is another one; `and` is `or`; a class is wider.
 *
 * @param policy - A loaded policy.
 * @param schema - The classes and constants, such as `authorizer.schema`: their names are no variables.
 *
 * The idea is that of E. Martin and T. Xie, "A Fault Model and Mutation Testing of Access Control
 * Policies" (2007), for rules in place of XML.
 */
export function policyMutants(policy: Policy, schema: Pick<Schema, 'isName'>): readonly Mutant[] {
  const words = new Words(policy)
  return policy.sources.flatMap((source) => {
    const writer = new MutantWriter(words, schema)
    writer.file(parseFile(source).file)
    return writer.mutants.sort((a, b) => a.span.start - b.span.start)
  })
}

/** Returns the texts of a policy's sources with the change of a mutant. */
export function mutatedSources(policy: Policy, mutant: Mutant): readonly { text: string; name?: string }[] {
  return policy.sources.map((source) => ({
    text: source === mutant.span.source ? mutated(source, mutant) : source.text,
    ...(source.name !== undefined && { name: source.name }),
  }))
}

function mutated(source: Source, { span, replacement, renamed }: Mutant): string {
  const edits = [{ ...span, text: replacement }, ...renamed.map(({ start }) => ({ start, end: start, text: '_' }))]
  // From the end, so that places before an edit stay valid.
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), source.text)
}

/** The roles and permissions that a text can be mistaken for. */
class Words {
  readonly #lists: readonly (readonly string[])[]

  constructor(policy: Policy) {
    this.#lists = [...policy.blocks.values()].flatMap(({ roles, permissions }) => [roles, permissions])
  }

  /** Returns the neighbours of a word in the lists that contain it. */
  others(word: string): readonly string[] {
    const found = this.#lists.flatMap((list) => {
      const at = list.indexOf(word)
      return at === -1 ? [] : [list[at + 1], list[at - 1]].filter((other) => other !== undefined)
    })
    return [...new Set(found)].filter((other) => other !== word).slice(0, 2)
  }
}

const opposites: Readonly<Record<string, readonly string[]>> = {
  '=': ['!='],
  '==': ['!='],
  '!=': ['='],
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
}

class MutantWriter {
  readonly mutants: Mutant[] = []
  /** The variables of the rule that is changed. */
  #variables: readonly Variable[] = []

  constructor(
    private readonly words: Words,
    private readonly schema: Pick<Schema, 'isName'>,
  ) {}

  file({ statements }: File): void {
    for (const statement of statements) {
      if (statement.kind === 'rule') this.#rule(statement)
      if (statement.kind !== 'resource block') continue
      for (const production of statement.productions) {
        if (production.kind !== 'shorthand rule') continue
        this.#replace('dropped-rule', production.span, '', `Drops the rule ${textOf(production.span)}`)
        this.#word(production.implier)
      }
    }
  }

  #rule(rule: Rule): void {
    this.#variables = []
    this.#replace('dropped-rule', rule.span, '', `Drops the rule ${textOf(rule.head)}.`)
    this.#variables = variablesIn(rule).filter(({ name }) => !name.startsWith('_') && !this.schema.isName(name))
    for (const [at, parameter] of rule.parameters.entries()) this.#parameter(parameter, unionOf(rule, at))
    if (!rule.body) return
    if (rule.body.kind !== 'and') this.#dropGoal(rule.body)
    this.#expression(rule.body)
  }

  #parameter({ term, pattern, span }: Parameter, union: string | undefined): void {
    if (pattern?.kind === 'class pattern' && term.kind === 'variable') {
      if (pattern.fields && pattern.fields.length > 0)
        this.#replace('wider-class', pattern.span, pattern.tag, `Drops the fields of ${textOf(pattern.span)}.`)
      const wider = union === undefined ? textOf(term.span) : `${textOf(term.span)}: ${union}`
      if (pattern.tag !== union)
        this.#replace('wider-class', span, wider, `Accepts any ${union ?? 'class'} in place of ${pattern.tag}.`)
      for (const { value } of pattern.fields ?? []) this.#node(value)
    } else this.#node(term)
  }

  #dropGoal(goal: Expression): void {
    if (isTrue(goal)) return
    if (goal.kind === 'cut') this.#replace('dropped-cut', goal.span, 'true', 'Drops the cut.')
    else this.#replace('dropped-goal', goal.span, 'true', `Drops the goal ${textOf(goal.span)}.`)
  }

  #expression(node: Expression): void {
    switch (node.kind) {
      case 'and':
        for (const operand of node.operands) this.#dropGoal(operand)
        this.#connective(node.operands, 'and', 'or')
        break
      case 'or':
        for (const operand of node.operands)
          this.#replace('dropped-alternative', operand.span, 'false', `Drops the alternative ${textOf(operand.span)}.`)
        this.#connective(node.operands, 'or', 'and')
        break
      case 'not': {
        const gap = { ...node.span, end: node.span.start + 3 }
        if (textOf(gap) === 'not') this.#replace('lost-not', gap, '', `Loses the \`not\` of ${textOf(node.span)}.`)
        break
      }
      case 'unify':
        this.#operator(node.left, node.right, '=')
        break
      case 'compare':
        this.#operator(node.left, node.right, node.operator)
        break
      case 'boolean':
        this.#replace('other-literal', node.span, String(!node.value), `Replaces ${node.value} by ${!node.value}.`)
        break
      case 'string':
        this.#word(node)
        break
    }
    for (const child of children(node)) this.#node(child)
  }

  #node(node: Node): void {
    // The name of a field is a string, too, and no word of the policy.
    if (node.kind === 'dot') {
      this.#node(node.object)
      if (node.member.kind === 'call') this.#node(node.member)
    } else this.#expression(node as Expression)
  }

  /** Replaces the words between operands, one at a time. */
  #connective(operands: readonly Expression[], word: string, other: string): void {
    for (let at = 1; at < operands.length; at++) {
      const gap = this.#between(operands[at - 1]!, operands[at]!, word)
      if (gap)
        this.#replace(
          'and-or',
          gap,
          other,
          `Replaces \`${word}\` by \`${other}\` before ${textOf(operands[at]!.span)}.`,
        )
    }
  }

  #operator(left: Expression, right: Expression, operator: string): void {
    const gap = this.#between(left, right, operator)
    if (!gap) return
    for (const other of opposites[operator] ?? [])
      this.#replace('other-operator', gap, other, `Replaces \`${operator}\` by \`${other}\`.`)
  }

  #word({ value, span }: { readonly value: string; readonly span: Span }): void {
    for (const other of this.words.others(value))
      this.#replace('other-word', span, JSON.stringify(other), `Replaces "${value}" by "${other}".`)
  }

  /** Returns the place of a text between two operands; undefined if a comment contains it, too. */
  #between(left: Expression, right: Expression, text: string): Span | undefined {
    const { source } = left.span
    const gap = source.text.slice(left.span.end, right.span.start)
    const at = gap.indexOf(text)
    if (at === -1 || gap.includes('#')) return undefined
    const start = left.span.end + at
    return { source, start, end: start + text.length }
  }

  #replace(kind: MutantKind, span: Span, replacement: string, description: string): void {
    this.mutants.push({ kind, span, replacement, description, renamed: this.#singletons(span, replacement) })
  }

  /** Returns the variables that occur only once after a change. */
  #singletons(span: Span, replacement: string): readonly Span[] {
    const isLost = (one: Variable): boolean => one.span.start >= span.start && one.span.end <= span.end
    const isKept = (one: Variable): boolean => replacement === one.name || replacement.startsWith(`${one.name}: `)
    const lost = this.#variables.filter((one) => isLost(one) && !isKept(one))
    return [...new Set(lost.map(({ name }) => name))].flatMap((name) => {
      const left = this.#variables.filter((one) => one.name === name && !isLost(one))
      return left.length === 1 ? [left[0]!.span] : []
    })
  }
}

/** Returns the widest class of a parameter of the rules that blocks use; undefined for any class. */
function unionOf({ name }: Rule, at: number): string | undefined {
  if (name === 'has_relation') return at === 1 ? undefined : 'Resource'
  if (name !== 'has_role' && name !== 'has_permission') return undefined
  return ['Actor', undefined, 'Resource'][at]
}

function variablesIn(node: Node): readonly Variable[] {
  return descendants(node).filter((one) => one.kind === 'variable')
}

function isTrue(node: Expression): boolean {
  return node.kind === 'boolean' && node.value
}

/** Returns the text of a span in one line. */
function textOf({ source, start, end }: Span): string {
  const text = source.text.slice(start, end).replaceAll(/\s+/g, ' ')
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
