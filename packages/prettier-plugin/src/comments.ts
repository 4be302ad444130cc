import type { Comment, Printed } from '@arcturus/core/internal/prettier-plugin'

/** A comment as Prettier attaches it. */
export interface Attached extends Comment {
  leading?: boolean
  trailing?: boolean
  printed?: boolean
  enclosingNode?: Commented
  precedingNode?: Commented
  followingNode?: Commented
}

/** A node with the comments that Prettier attached to it. */
export type Commented = Printed & { comments?: Attached[] }

const ITEMS: Readonly<Record<string, readonly string[]>> = {
  file: ['statements'],
  rule: ['parameters', 'body'],
  'rule type': ['parameters'],
  'inline query': ['query'],
  'resource block': ['productions'],
  names: ['names'],
  relations: ['relations'],
  list: ['elements', 'rest'],
  'list pattern': ['elements', 'rest'],
  dictionary: ['entries'],
  'dictionary pattern': ['fields'],
  'class pattern': ['fields'],
  call: ['args', 'keywords'],
  debug: ['args'],
  print: ['args'],
  forall: ['condition', 'action'],
  and: ['operands'],
  or: ['operands'],
}

/** The properties with the parts of nodes that print no items. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  declaration: ['value'],
  'shorthand rule': ['head', 'implier'],
  parameter: ['term', 'pattern'],
  new: ['call'],
  dot: ['object', 'member'],
  unify: ['left', 'right'],
  assign: ['left', 'right'],
  compare: ['left', 'right'],
  arithmetic: ['left', 'right'],
  in: ['item', 'collection'],
  matches: ['value', 'pattern'],
  not: ['operand'],
}

/** The properties of a node that hold nodes. */
export function partsOf(node: object): string[] {
  const kind = 'kind' in node ? String(node.kind) : 'entry'
  return [...(ITEMS[kind] ?? PARTS[kind] ?? (kind === 'entry' ? ['value'] : []))]
}

/** Returns whether a node prints its parts as items, each on its own line if the node is broken. */
function hasItems(node: Printed): boolean {
  return 'kind' in node && node.kind in ITEMS
}

/**
 * Returns the nodes beside which a comment inside a node can stand: its items. Of any other node,
 * those nodes with items of their own that it contains.
 */
export function placesIn(node: Printed): Printed[] {
  const found: Printed[] = []
  for (const child of childrenOf(node)) {
    if (hasItems(node) || hasItems(child)) found.push(child)
    else found.push(...placesIn(child))
  }
  return found
}

function childrenOf(node: Printed): readonly Printed[] {
  // Sound: the properties of `partsOf` hold nodes or lists of nodes.
  const parts = node as unknown as Readonly<Record<string, Printed | readonly Printed[] | undefined>>
  return partsOf(node).flatMap((key) => parts[key] ?? [])
}

const parentOf = new WeakMap<Printed, Printed>()

/** Prepares the nodes of a tree for comments. */
export function prepare(node: Printed): void {
  for (const child of childrenOf(node)) {
    parentOf.set(child, node)
    prepare(child)
  }
}

/** Returns the closest node around a node, or itself, that is an item: comments stand beside items. */
function itemOf(node: Printed): Printed {
  const parent = parentOf.get(node)
  return parent && !hasItems(parent) ? itemOf(parent) : node
}

/** Where the last comment of a tree was attached. */
const lastOf = new WeakMap<Printed, Anchor & { readonly comment: Attached }>()

/**
 * Attaches a comment to the node that it is printed with.
 * @param isOwnLine - Whether nothing but white space is before it on its line.
 */
export function attach(comment: Attached, file: Printed, isOwnLine: boolean): true {
  const own = placeOf(comment, file, isOwnLine)
  const last = lastOf.get(file)
  // Comments stay in their order.
  const { node, isLeading } = last && offsetOf(last) > offsetOf(own) ? last : own
  if (isLeading !== undefined) {
    comment.leading = isLeading
    comment.trailing = !isLeading
  }
  node.comments ??= []
  node.comments.push(comment)
  lastOf.set(file, { node, isLeading, comment })
  return true
}

interface Anchor {
  readonly node: Commented
  /** Whether the comment is before the node, or behind it; undefined for one inside a node without items. */
  readonly isLeading: boolean | undefined
}

function offsetOf({ node, isLeading }: Anchor): number {
  return isLeading ? node.span.start : node.span.end
}

function placeOf(comment: Attached, file: Printed, isOwnLine: boolean): Anchor {
  const { precedingNode: previous, followingNode: next } = comment
  const node = comment.enclosingNode ?? file
  if (!hasItems(node)) {
    const inside = next && before(next, comment)
    return inside && inside.node !== next ? inside : besideItem(node, comment, file)
  }
  if ('kind' in node && node.kind === 'rule' && comment.span.start >= node.head.end) {
    const { body } = node
    return body && comment.span.start < body.span.start ? before(body, comment) : { node, isLeading: false }
  }
  if (next && (isOwnLine || !previous)) return before(next, comment)
  if (previous) return after(previous)
  if ('kind' in node && (node.kind === 'file' || node.kind === 'resource block')) return { node, isLeading: undefined }
  return besideItem(node, comment, file)
}

/** Returns the place behind a node: if that is the end of a statement, behind the statement. */
function after(node: Commented): Anchor {
  const parent = parentOf.get(node)
  if (parent && 'kind' in parent) {
    const isLast = isJunction(parent) && parent.operands.at(-1) === node
    if (isLast || parent.kind === 'inline query' || (parent.kind === 'rule' && parent.body === node))
      return after(parent)
  }
  return { node, isLeading: false }
}

/** Returns the place before a node, or inside its parentheses if the comment is there. */
function before(node: Commented, comment: Attached): Anchor {
  if (isJunction(node) && isParenthesized(node)) {
    const { source, end } = comment.span
    const between = source.text.slice(end, node.span.start).replaceAll(/#.*/g, '')
    if (!between.includes('(')) return before(node.operands[0]!, comment)
  }
  const parent = parentOf.get(node)
  if (parent && isJunction(parent) && parent.operands[0] === node && !isParenthesized(parent))
    return before(parent, comment)
  return { node, isLeading: true }
}

function isJunction(node: Printed): node is Extract<Printed, { kind: 'and' | 'or' }> {
  return 'kind' in node && (node.kind === 'and' || node.kind === 'or')
}

const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set(['rule', 'inline query', 'call', 'forall', 'debug', 'print'])

/** Returns whether `and` or `or` needs parentheses where it stands. */
function isParenthesized(node: Extract<Printed, { kind: 'and' | 'or' }>): boolean {
  let parent = parentOf.get(node)
  if (parent && !('kind' in parent)) parent = parentOf.get(parent)
  if (!parent || !('kind' in parent)) return false
  return !WITHOUT_PARENTHESES.has(parent.kind)
}

/** Moves a comment between words that stay together before their item, or behind the item's last comment. */
function besideItem(node: Printed, comment: Attached, file: Printed): Anchor {
  const item = itemOf(node)
  const last = lastOf.get(file)
  return last && last.comment.span.start > item.span.start && last.comment.span.start < comment.span.start
    ? last
    : before(item, comment)
}
