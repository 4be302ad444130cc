import type { Entry, Node } from './ast.js'

/**
 * Nodes that are only ever true or false. Variables, booleans and lookups can be conditions or
 * values; all others are values.
 */
export const CONDITIONS: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  ...(['in', 'matches', 'compare', 'unify', 'assign', 'not', 'and', 'or'] as const),
  ...(['call', 'cut', 'debug', 'print', 'forall'] as const),
])
/** The nodes of a kind. */
export type NodeOf<K extends Node['kind']> = Extract<Node, { readonly kind: K }>

// A policy is loaded once, before its loops are optimized: loops by index and the most frequent kinds
// first keep that short.

function eachValue(entries: readonly Entry<Node>[], look: (node: Node) => void): void {
  for (let at = 0; at < entries.length; at++) look(entries[at]!.value)
}

function each(nodes: readonly Node[], look: (node: Node) => void): void {
  for (let at = 0; at < nodes.length; at++) look(nodes[at]!)
}

/** Calls `look` for the children of a node, in source order. */
export function eachChild(node: Node, look: (node: Node) => void): void {
  switch (node.kind) {
    case 'variable':
    case 'string':
      break
    case 'parameter':
      look(node.term)
      if (node.pattern) look(node.pattern)
      break
    case 'class pattern':
      if (node.fields) eachValue(node.fields, look)
      break
    case 'call':
      each(node.args, look)
      eachValue(node.keywords, look)
      break
    case 'dot':
      look(node.object)
      look(node.member)
      break
    case 'rule':
      each(node.parameters, look)
      if (node.body) look(node.body)
      break
    case 'unify':
    case 'assign':
    case 'compare':
    case 'arithmetic':
      look(node.left)
      look(node.right)
      break
    case 'and':
    case 'or':
      each(node.operands, look)
      break
    case 'number':
    case 'boolean':
    case 'cut':
    case 'name':
      break
    case 'list':
    case 'list pattern':
      each(node.elements, look)
      if (node.rest) look(node.rest)
      break
    case 'dictionary':
      eachValue(node.entries, look)
      break
    case 'dictionary pattern':
      eachValue(node.fields, look)
      break
    case 'new':
      look(node.call)
      break
    case 'in':
      look(node.item)
      look(node.collection)
      break
    case 'matches':
      look(node.value)
      look(node.pattern)
      break
    case 'not':
      look(node.operand)
      break
    case 'forall':
      look(node.condition)
      look(node.action)
      break
    case 'debug':
    case 'print':
      each(node.args, look)
      break
    case 'rule type':
      each(node.parameters, look)
      break
    case 'inline query':
      look(node.query)
      break
    case 'resource block':
      if (node.keyword) look(node.keyword)
      look(node.name)
      each(node.productions, look)
      break
    case 'declaration':
      look(node.name)
      if (node.value.kind === 'names') each(node.value.names, look)
      else eachValue(node.value.relations, look)
      break
    case 'shorthand rule':
      look(node.head)
      look(node.implier)
      if (node.on) {
        look(node.on.keyword)
        look(node.on.relation)
      }
      break
    case 'file':
      each(node.statements, look)
      break
    default:
      node satisfies never
  }
}

/** Returns the children of a node, in source order. */
export function children(node: Node): readonly Node[] {
  const found: Node[] = []
  eachChild(node, (child) => found.push(child))
  return found
}

/** Calls `look` for the goals that a goal consists of. The arguments of a call, for example, are no goals. */
export function eachGoal(node: Node, look: (node: Node) => void): void {
  if (node.kind === 'and' || node.kind === 'or' || node.kind === 'not' || node.kind === 'forall') eachChild(node, look)
}

/**
 * Returns a node and all nodes inside it, the outer before the inner, in source order.
 * @param each - Calls a function for the nodes right below a node. Default: for all of its children.
 */
export function descendants(root: Node, each: typeof eachChild = eachChild): readonly Node[] {
  const found: Node[] = []
  const enter = (node: Node): void => {
    found.push(node)
    each(node, enter)
  }
  enter(root)
  return found
}
