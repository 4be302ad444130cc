import type { Declaration, Entry, Expression, List, Node, Pattern, Rule, RuleType } from './ast.js'
import {
  AND,
  COMPARE,
  IN,
  INNER,
  NOT,
  needsParentheses,
  OBJECT,
  OPERAND,
  OR,
  REST,
  SUM,
  tightnessOf,
  UNIFY,
} from './tightness.js'
import { isKey } from './words.js'

/** A printed part: a text, a part of the layout, or parts in order. */
export type Part<D> = string | D | readonly Part<D>[]

/**
 * How the parts of a node are put together. The terms are those of Prettier's documents: a group is
 * printed on one line if it fits, and otherwise its lines break.
 */
export interface Layout<D> {
  group(part: Part<D>, isBroken?: boolean): Part<D>
  indent(part: Part<D>): Part<D>
  /** A space, or a line break. */
  readonly line: Part<D>
  /** Nothing, or a line break. */
  readonly softline: Part<D>
  readonly hardline: Part<D>
  /** A comma, if the group is broken. */
  readonly lastComma: Part<D>
  /** Whether `and` inside `or` is in parentheses, which are not needed but easier to read. */
  readonly groupsMixed: boolean
  /** Prints a number or a string. */
  literal(node: Extract<Node, { kind: 'number' | 'string' }>): string
  /** Returns whether the source has a line break after the `if` of a rule. */
  breaksAfterIf(rule: Rule): boolean
  /** Returns whether the source has an empty line between two neighbours. */
  hasEmptyLine(before: Printed, after: Printed): boolean
}

/** A node, an entry, or the value of a declaration. */
export type Printed = Node | Entry<Node> | Declaration['value']

/**
 * Prints the part of the current node to which a path of properties leads.
 * @param place - How tightly the place binds its part.
 */
export type PrintPart<D> = (place: number, ...path: readonly (string | number)[]) => Part<D>

/** The place of the whole body of a rule, which its rule breaks and indents. */
export const BODY = 0

/**
 * Prints a node, without needless parentheses: parsing the result returns the same AST except for
 * spans.
 */
export function layOut<D>(node: Printed, place: number, print: PrintPart<D>, layout: Layout<D>): Part<D> {
  const printer = new Printer(print, layout)
  const part = printer.print(node, place)
  if (!('kind' in node)) return part
  if (needsParentheses(node, place)) return printer.enclosed('(', [part], ')')
  const isNested = (node.kind === 'and' || node.kind === 'or') && place !== BODY
  return isNested ? layout.group(layout.indent(part)) : part
}

class Printer<D> {
  constructor(
    private readonly part: PrintPart<D>,
    private readonly layout: Layout<D>,
  ) {}

  print(node: Printed, place: number): Part<D> {
    const part = this.part
    const { group, indent, line, hardline, lastComma } = this.layout
    if (!('kind' in node)) {
      // `{x}` is `{x: x}`; keyword arguments have no such form.
      const isShort = place !== OR && isNamed(node.value, node.key) && node.value.span.start === node.span.start
      return isShort ? node.key : [node.key, ': ', part(place, 'value')]
    }
    switch (node.kind) {
      case 'file':
        return this.#stacked(node.statements, 'statements')
      case 'rule': {
        const body = node.body && [' if', group(indent([line, part(BODY, 'body')]), this.layout.breaksAfterIf(node))]
        return [this.#head(node), body ?? '', ';']
      }
      case 'rule type':
        return ['type ', this.#head(node), ';']
      case 'inline query':
        return ['?=', group(indent([line, part(BODY, 'query')])), ';']
      case 'resource block': {
        const head = [node.keyword ? [node.keyword.name, ' '] : '', node.name.name, ' {']
        if (node.productions.length === 0) return [head, '}']
        return [head, indent([hardline, this.#stacked(node.productions, 'productions')]), hardline, '}']
      }
      case 'declaration':
        return [node.name.name, ' = ', part(OPERAND, 'value'), ';']
      case 'names':
        return this.enclosed('[', this.#each(OPERAND, 'names', node.names), ']', lastComma)
      case 'relations':
        return this.enclosed('{', this.#each(OPERAND, 'relations', node.relations), '}', lastComma, line)
      case 'shorthand rule': {
        const on = node.on && [' ', node.on.keyword.name, ' ', part(OPERAND, 'on', 'relation')]
        return [part(OPERAND, 'head'), ' if ', part(OPERAND, 'implier'), on ?? '', ';']
      }
      case 'parameter':
        return node.pattern ? [part(OPERAND, 'term'), ': ', part(OR, 'pattern')] : part(SUM, 'term')
      case 'name':
        return node.name
      case 'variable':
        return place === REST ? `*${node.name}` : node.name
      case 'number':
      case 'string':
        return this.layout.literal(node)
      case 'boolean':
        return String(node.value)
      case 'cut':
        return 'cut'
      case 'list':
        return this.#list(node, SUM)
      case 'list pattern':
        return this.#list(node, INNER)
      case 'dictionary':
        return this.enclosed('{', this.#each(COMPARE, 'entries', node.entries), '}', lastComma)
      case 'dictionary pattern':
        return this.enclosed('{', this.#each(INNER, 'fields', node.fields), '}', lastComma)
      case 'class pattern': {
        const fields = node.fields && this.enclosed('{', this.#each(INNER, 'fields', node.fields), '}', lastComma)
        return [node.tag, fields ?? '']
      }
      case 'call':
        return [
          node.name,
          this.enclosed(
            '(',
            [...this.#each(OR, 'args', node.args), ...this.#each(OR, 'keywords', node.keywords, node.args.at(-1))],
            ')',
          ),
        ]
      case 'debug':
      case 'print':
        return [node.kind, this.enclosed('(', this.#each(OR, 'args', node.args), ')')]
      case 'forall':
        return [
          'forall',
          this.enclosed(
            '(',
            [part(OR, 'condition'), [this.#gap(node.condition, node.action), part(OR, 'action')]],
            ')',
          ),
        ]
      case 'new':
        return ['new ', part(OPERAND, 'call')]
      case 'dot': {
        const { member } = node
        const object = part(OBJECT, 'object')
        if (member.kind === 'call') return [object, '.', part(OPERAND, 'member')]
        const isField = member.kind === 'string' && isKey(member.value)
        return [object, isField ? `.${member.value}` : ['.(', part(OPERAND, 'member'), ')']]
      }
      case 'unify':
        return [part(UNIFY, 'left'), ' = ', part(COMPARE, 'right')]
      case 'assign':
        return [part(OPERAND, 'left'), ' := ', part(COMPARE, 'right')]
      case 'compare':
        return [part(COMPARE, 'left'), ` ${node.operator} `, part(SUM, 'right')]
      case 'arithmetic': {
        const own = tightnessOf(node)
        return [part(own, 'left'), ` ${node.operator} `, part(own + 1, 'right')]
      }
      case 'in':
        return [part(IN, 'item'), ' in ', part(OPERAND, 'collection')]
      case 'matches':
        return [part(IN, 'value'), ' matches ', part(OR, 'pattern')]
      case 'not':
        return ['not ', part(NOT, 'operand')]
      case 'and':
        return this.#junction(node.operands, 'and', NOT)
      case 'or':
        return this.#junction(node.operands, 'or', this.layout.groupsMixed ? NOT : AND)
      default:
        return node satisfies never
    }
  }

  /** Prints parts between brackets, with commas: all on one line, or each on its own. */
  enclosed(
    open: string,
    parts: readonly Part<D>[],
    close: string,
    lastComma: Part<D> = '',
    space = this.layout.softline,
  ): Part<D> {
    if (parts.length === 0) return [open, close]
    const { group, indent } = this.layout
    return group([open, indent([space, this.#joined(parts)]), lastComma, space, close])
  }

  #joined(parts: readonly Part<D>[]): Part<D> {
    return parts.map((part, index) => (index === 0 ? part : [',', this.layout.line, part]))
  }

  /** Prints the nodes of a list, with the empty lines between them. */
  #each(place: number, key: string, nodes: readonly Printed[], previous?: Printed): Part<D>[] {
    return nodes.map((node, index) => {
      const before = index === 0 ? previous : nodes[index - 1]
      const part = this.part(place, key, index)
      return before ? [this.#gap(before, node), part] : part
    })
  }

  /** Keeps an empty line between two neighbours. */
  #gap(before: Printed, after: Printed): Part<D> {
    return this.layout.hasEmptyLine(before, after) ? this.layout.hardline : ''
  }

  #head({ name, parameters }: Rule | RuleType): Part<D> {
    return [name, this.enclosed('(', this.#each(OPERAND, 'parameters', parameters), ')')]
  }

  #list(
    { elements, rest }: { readonly elements: readonly Pattern[]; readonly rest: List['rest'] },
    place: number,
  ): Part<D> {
    const items = this.#each(place, 'elements', elements)
    if (!rest) return this.enclosed('[', items, ']', this.layout.lastComma)
    const last = elements.at(-1)
    return this.enclosed('[', [...items, [last ? this.#gap(last, rest) : '', this.part(REST, 'rest')]], ']')
  }

  /** Prints operands with an operator between them; their place breaks and indents them. */
  #junction(operands: readonly Expression[], operator: string, place: number): Part<D> {
    return this.#each(place, 'operands', operands).map((part, index) =>
      index === 0 ? part : [` ${operator}`, this.layout.line, part],
    )
  }

  #stacked(nodes: readonly Node[], key: string): Part<D> {
    return this.#each(OPERAND, key, nodes).map((part, index) => (index === 0 ? part : [this.layout.hardline, part]))
  }
}

function isNamed(node: Node, name: string): boolean {
  return (node.kind === 'variable' || node.kind === 'name') && node.name === name
}
