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
    pushChildren(node, open)
  }
}

function pushAll(nodes: readonly Node[], open: Node[]): void {
  for (let index = nodes.length - 1; index >= 0; index--) open.push(nodes[index]!)
}

function pushValues(entries: readonly Entry<Node>[], open: Node[]): void {
  for (let index = entries.length - 1; index >= 0; index--) open.push(entries[index]!.value)
}

/** Puts what is below a node on the stack, the last first. */
function pushChildren(node: Node, open: Node[]): void {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'variable':
    case 'cut':
    case 'name':
      return
    case 'list':
    case 'list pattern':
      if (node.rest) open.push(node.rest)
      pushAll(node.elements, open)
      return
    case 'dictionary':
      pushValues(node.entries, open)
      return
    case 'call':
      pushValues(node.keywords, open)
      pushAll(node.args, open)
      return
    case 'new':
      pushChildren(node.call, open)
      return
    case 'dot':
      if (node.member.kind === 'variable') open.push(node.member)
      if (node.member.kind === 'call') pushChildren(node.member, open)
      open.push(node.object)
      return
    case 'unify':
    case 'assign':
    case 'compare':
    case 'arithmetic':
      open.push(node.right, node.left)
      return
    case 'in':
      open.push(node.collection, node.item)
      return
    case 'matches':
      open.push(node.pattern, node.value)
      return
    case 'not':
      open.push(node.operand)
      return
    case 'and':
    case 'or':
      pushAll(node.operands, open)
      return
    case 'forall':
      open.push(node.action, node.condition)
      return
    case 'debug':
    case 'print':
      pushAll(node.args, open)
      return
    case 'class pattern':
    case 'dictionary pattern':
      if (node.fields) pushValues(node.fields, open)
      return
    case 'parameter':
      if (node.pattern) open.push(node.pattern)
      open.push(node.term)
      return
    case 'rule':
      if (node.body) open.push(node.body)
      pushAll(node.parameters, open)
      return
    case 'rule type':
      pushAll(node.parameters, open)
      return
    case 'inline query':
      open.push(node.query)
      return
    case 'declaration':
      if (node.value.kind === 'names') pushAll(node.value.names, open)
      else pushValues(node.value.relations, open)
      return
    case 'shorthand rule':
      if (node.on) open.push(node.on.relation)
      open.push(node.implier, node.head)
      return
    case 'resource block':
      pushAll(node.productions, open)
      return
    case 'file':
      pushAll(node.statements, open)
      return
    default:
      node satisfies never
  }
}
