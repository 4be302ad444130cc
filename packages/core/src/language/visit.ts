import type { Entry, Node } from './ast.js'

/** The nodes of a kind. */
export type NodeOf<K extends Node['kind']> = Extract<Node, { readonly kind: K }>

/**
 * A function for each kind of node of interest. It receives the ancestors, the outermost first. If
 * it returns `false`, the node's children are not visited.
 */
export type Visitor = {
  readonly [K in Node['kind']]?: (node: NodeOf<K>, parents: readonly Node[]) => unknown
}

const NONE: readonly Node[] = []
const valuesOf = <V>(entries: readonly Entry<V>[]): readonly V[] => entries.map((entry) => entry.value)

/** Returns the children of a node, in source order. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'variable':
    case 'cut':
    case 'name':
      return NONE
    case 'list':
    case 'list pattern':
      return node.rest ? [...node.elements, node.rest] : node.elements
    case 'dictionary':
      return valuesOf(node.entries)
    case 'dictionary pattern':
      return valuesOf(node.fields)
    case 'class pattern':
      return node.fields ? valuesOf(node.fields) : NONE
    case 'call':
      return node.keywords.length > 0 ? [...node.args, ...valuesOf(node.keywords)] : node.args
    case 'new':
      return [node.call]
    case 'dot':
      return [node.object, node.member]
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
    case 'parameter':
      return node.pattern ? [node.term, node.pattern] : [node.term]
    case 'rule':
      return node.body ? [...node.parameters, node.body] : node.parameters
    case 'rule type':
      return node.parameters
    case 'inline query':
      return [node.query]
    case 'resource block':
      return node.keyword ? [node.keyword, node.name, ...node.productions] : [node.name, ...node.productions]
    case 'declaration': {
      const { value } = node
      return [node.name, ...(value.kind === 'names' ? value.names : valuesOf(value.relations))]
    }
    case 'shorthand rule':
      return node.on ? [node.head, node.implier, node.on.keyword, node.on.relation] : [node.head, node.implier]
    case 'file':
      return node.statements
    default: {
      const never: never = node
      return never
    }
  }
}

/**
 * Calls the visitor for a node and all nodes inside it, the outer before the inner, in source
 * order.
 */
export function visit(root: Node, visitor: Visitor): void {
  const parents: Node[] = []
  const enter = (node: Node): void => {
    // Sound: a visitor has for each kind a function of that kind.
    const look = visitor[node.kind] as ((node: Node, parents: readonly Node[]) => unknown) | undefined
    if (look?.(node, parents) === false) return
    parents.push(node)
    for (const child of children(node)) enter(child)
    parents.pop()
  }
  enter(root)
}
