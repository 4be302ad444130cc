import type { Entry, Node } from '../../language/ast.js'

/** What a check wants to see: a function for each kind of node that matters to it; `end` comes after the last node. */
export type Visitor = { readonly [K in Node['kind']]?: (node: Extract<Node, { readonly kind: K }>) => void } & {
  readonly end?: () => void
}

/**
 * Calls `visit` for a node and everything below it, in the order of the text. A method call and a `new` are seen as their
 * arguments only, so that every `call` that is seen calls a rule. Not recursive: a chain of ten thousand `+` is walked too.
 */
export function walk(root: Node, visit: (node: Node) => void): void {
  const open: Node[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    visit(node)
    const below = childrenOf(node)
    for (let index = below.length - 1; index >= 0; index--) open.push(below[index]!)
  }
}

const values = <V>(entries: readonly Entry<V>[]): readonly V[] => entries.map((entry) => entry.value)

const none: readonly Node[] = []

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'variable':
    case 'cut':
    case 'name':
      return none
    case 'list':
    case 'list pattern':
      return node.rest ? [...node.elements, node.rest] : node.elements
    case 'dictionary':
      return values(node.entries)
    case 'call':
      return node.keywords.length > 0 ? [...node.args, ...values(node.keywords)] : node.args
    case 'new':
      return childrenOf(node.call)
    case 'dot':
      switch (node.member.kind) {
        case 'string':
          return [node.object]
        case 'variable':
          return [node.object, node.member]
        case 'call':
          return [node.object, ...childrenOf(node.member)]
        default:
          return node.member satisfies never
      }
    case 'unify':
    case 'assign':
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right]
    case 'in':
      return [node.item, node.collection]
    case 'matches':
      return [node.value, node.pattern]
    case 'not':
      return [node.operand]
    case 'and':
    case 'or':
      return node.operands
    case 'forall':
      return [node.condition, node.action]
    case 'debug':
    case 'print':
      return node.args
    case 'class pattern':
    case 'dictionary pattern':
      return node.fields ? values(node.fields) : none
    case 'parameter':
      return node.pattern ? [node.term, node.pattern] : [node.term]
    case 'rule':
      return node.body ? [...node.parameters, node.body] : node.parameters
    case 'rule type':
      return node.parameters
    case 'inline query':
      return [node.query]
    case 'declaration':
      return node.value.kind === 'names' ? node.value.names : values(node.value.relations)
    case 'shorthand rule':
      return node.on ? [node.head, node.implier, node.on.relation] : [node.head, node.implier]
    case 'resource block':
      return node.productions
    case 'file':
      return node.statements
    default:
      return node satisfies never
  }
}
