import type { Entry, Node } from './ast.js'
import type { Diagnostic } from './diagnostic.js'
import { spanText } from './source.js'
import { duplicateKey, tooDeeplyNested, wrongValueType } from './syntaxErrors.js'
import { NESTING_LIMIT } from './tokenFeed.js'
import { CONDITIONS, eachChild } from './visit.js'

const VALUES: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  'number',
  'string',
  'list',
  'dictionary',
  'new',
  'arithmetic',
])

/** Nodes that take conditions, and nodes that take both; all others take values. */
const OF_CONDITIONS: ReadonlySet<Node['kind']> = new Set<Node['kind']>(['not', 'and', 'or', 'forall'])
const OF_ANYTHING: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  ...(['new', 'rule', 'rule type', 'inline query', 'resource block', 'declaration', 'shorthand rule', 'file'] as const),
])

const none: readonly Entry<unknown>[] = []

function entriesOf(node: Node): readonly Entry<unknown>[] {
  switch (node.kind) {
    case 'dictionary':
      return node.entries
    case 'dictionary pattern':
    case 'class pattern':
      return node.fields ?? none
    case 'call':
      return node.keywords
    case 'declaration':
      return node.value.kind === 'relations' ? node.value.relations : none
    default:
      return none
  }
}

/** Returns whether a node has nothing below it, as most nodes. */
function isLeaf({ kind }: Node): boolean {
  return kind === 'string' || kind === 'variable' || kind === 'name'
}

/**
 * Reports errors that the grammar allows: conditions as values, values as conditions, duplicate
 * keys, and nesting beyond the limit. Inner errors come before outer ones.
 */
export function checkValueTypes(root: Node): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  let tooDeep = false
  const check = (node: Node, depth: number): void => {
    if (depth > NESTING_LIMIT) {
      if (!tooDeep) diagnostics.push(tooDeeplyNested(node.span, NESTING_LIMIT))
      tooDeep = true
      return
    }
    eachChild(node, (child) => {
      if (depth === NESTING_LIMIT || !isLeaf(child)) check(child, depth + 1)
      checkType(child, node, diagnostics)
    })
    checkKeys(entriesOf(node), diagnostics)
  }
  check(root, 0)
  return diagnostics
}

/**
 * Returns whether a statement has entries, whose keys can be duplicates. Everything else that
 * `checkValueTypes` reports depends only on the kinds of tokens.
 */
export function hasKeys(root: Node): boolean {
  let found = entriesOf(root).length > 0
  eachChild(root, (child) => {
    found ||= hasKeys(child)
  })
  return found
}

function checkType(node: Node, parent: Node, diagnostics: Diagnostic[]): void {
  if (OF_ANYTHING.has(parent.kind) || (parent.kind === 'dot' && node === parent.member)) return
  const condition = OF_CONDITIONS.has(parent.kind)
  if (!(condition ? VALUES : CONDITIONS).has(node.kind)) return
  diagnostics.push(wrongValueType(spanText(node.span), condition ? 'logical expression' : 'value', node.span))
}

function checkKeys(entries: readonly Entry<unknown>[], diagnostics: Diagnostic[]): void {
  if (entries.length < 2) return
  const seen = new Set<string>()
  for (const { key, span } of entries) {
    if (seen.has(key)) diagnostics.push(duplicateKey(key, span, { ...span, start: entries[0]!.span.start }))
    seen.add(key)
  }
}
