import { own } from '@arcturus/core/internal/explain'
import type { ExplanationMissing, MissingLeaf } from './describe.js'
import type { ExplanationNode, ExplanationPlace } from './tree.js'

/** A question in words. */
export interface QuestionJSON {
  readonly actor: string
  /** Undefined if the question is about a request. */
  readonly action?: string
  /** The resource, or `the request`. */
  readonly resource: string
  /** The field, if the question is about one. */
  readonly field?: string
}

/** The stable form of an explanation in JSON. New properties can be added in a minor version. */
export interface ExplanationJSON extends QuestionJSON {
  readonly version: 1
  readonly decision: 'allowed' | 'denied' | 'error'
  readonly allowed: boolean
  /** The version of the policy, if one is loaded. */
  readonly policyVersion?: string | undefined
  readonly tree: ExplanationNode
  readonly missing: ExplanationMissing
  readonly error?: { readonly code: string; readonly message: string; readonly place?: ExplanationPlace }
}

const marks = { true: '✓', false: '✗', error: '!' } as const
const width = 100
/** The most sets that are written. */
const maxSets = 12
/** The most lines of the tree that are written. */
const maxLines = 100

/** Writes an explanation as text: the decision, what is missing, and the tree. */
export function formatExplanation(explanation: ExplanationJSON): string {
  const { decision, missing, tree, error } = own(explanation)
  const deed = deedOf(own(explanation))
  const actor = explanation.actor.replace(/^a/, 'A')
  const steps = treeLines(tree.of, 0)
  switch (decision) {
    case 'allowed':
      return sections(`${actor} may ${deed}.`, [], 'Why:', steps)
    case 'denied':
      if (error) return sections(`${actor} may not ${deed}.`, [...unloaded(error)], 'Reached by:', steps)
      if (steps.length === 0 && missing.complete) return `${actor} may not ${deed}: no rule of the policy can allow it.`
      return sections(`${actor} may not ${deed}.`, missingLines(missing), 'Why not:', steps)
    case 'error': {
      const failure = error ? `${error.message}${at(error.place)}` : 'the check fails'
      return sections(`Whether ${explanation.actor} may ${deed} is an error: ${failure}`, [], 'Reached by:', steps)
    }
  }
}

function unloaded({ message, place }: NonNullable<ExplanationJSON['error']>): readonly string[] {
  return [`The reasons are not loaded: ${message}${at(place)}`, '`loadExplanation` loads them.']
}

/** Returns what the question is about: `"close" Issue 88`. */
function deedOf({ action, resource, field }: QuestionJSON): string {
  if (action === undefined) return `make ${resource}`
  return `"${action}" ${field === undefined ? '' : `the field "${field}" of `}${resource}`
}

function sections(title: string, missing: readonly string[], heading: string, steps: readonly string[]): string {
  const lines = [title, ...(missing.length > 0 ? ['', ...missing] : [])]
  if (steps.length > 0) lines.push('', heading, ...steps.slice(0, maxLines))
  if (steps.length > maxLines) lines.push(`  … ${steps.length - maxLines} more lines`)
  return lines.join('\n')
}

function missingLines({ sets, complete }: ExplanationMissing): readonly string[] {
  if (sets.length === 0) {
    return [
      complete
        ? 'No change of the data would allow it: the policy needs another rule.'
        : 'What is missing was not found within the limits.',
    ]
  }
  const title = sets.length === 1 ? 'What is missing:' : 'What is missing (one of these is enough):'
  const all = alternatives(sets)
  const shown = all.slice(0, maxSets).map((leaves) => `  • ${leaves.join(' and\n    ')}`)
  const rest =
    all.length > maxSets ? `${all.length - maxSets} more` : complete ? '' : 'perhaps more: the search reached its limit'
  return [title, ...shown, ...(rest ? [`  … and ${rest}`] : [])]
}

/** Writes sets, with those that differ in one literal as one: `role.name = "maintainer" or "admin"`. */
function alternatives(sets: readonly (readonly MissingLeaf[])[]): readonly (readonly string[])[] {
  const written = sets.map((leaves) => leaves.map(leafText))
  const groups: { readonly leaves: string[]; at: number | undefined; readonly words: string[] }[] = []
  for (const leaves of written) {
    const group = groups.find((one) => joins(one, leaves))
    if (!group) groups.push({ leaves: [...leaves], at: undefined, words: [] })
  }
  return groups.map(({ leaves }) => leaves)
}

/** Joins a set with a group if they differ in one quoted word of one leaf. */
function joins(group: { readonly leaves: string[]; at: number | undefined }, leaves: readonly string[]): boolean {
  if (group.leaves.length !== leaves.length) return false
  const differing = leaves.flatMap((leaf, at) => (leaf === group.leaves[at] ? [] : [at]))
  const [at] = differing
  if (differing.length !== 1 || at === undefined || (group.at !== undefined && group.at !== at)) return false
  const [known, other] = [split(group.leaves[at]!), split(leaves[at]!)]
  const different = other.flatMap((part, index) => (part === known[index] ? [] : [index]))
  const [word] = different
  if (known.length !== other.length || different.length !== 1 || word === undefined || word % 2 === 0) return false
  known[word] = `${known[word]} or ${other[word]}`
  group.leaves[at] = known.join('')
  group.at = at
  return true
}

/** Divides a text into quoted words (odd) and what is between them; words joined by `or` are one. */
function split(text: string): string[] {
  return text.split(/("(?:[^"\\]|\\.)*"(?: or "(?:[^"\\]|\\.)*")*)/)
}

function leafText(leaf: MissingLeaf): string {
  const { text, of, where, now, context = [] } = own(leaf)
  const details = where && where.length > 0 ? ` with ${where.join(' and ')}` : ''
  const notes = [
    ...(of === undefined ? [] : [`of ${of}`]),
    ...(context.length === 0 ? [] : [`in the context: ${context.join(' and ')}`]),
    ...(now === undefined ? [] : [`now ${now}`]),
  ]
  return `${text}${details}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}

function treeLines(nodes: readonly ExplanationNode[], depth: number): readonly string[] {
  const lines = nodes.flatMap((node) => nodeLines(node, depth))
  return lines.filter((text, index) => text !== lines[index - 1])
}

function nodeLines(node: ExplanationNode, depth: number): readonly string[] {
  const { kind, outcome, text, of, rules = [], row, tried = 0, repeated, place } = own(node)
  const start = `${'  '.repeat(depth)}${marks[outcome]} `
  switch (kind) {
    case 'any':
      return treeLines(of, depth)
    case 'rule':
      return [...rules.map((rule) => line(start + cut(rule.text), rule.place)), ...treeLines(of, depth + 1)]
    case 'call':
      return [`${start}${text}${repeated ? ' (see above)' : ''}`, ...treeLines(of, depth + 1)]
    case 'rows': {
      const shown = row === undefined || outcome !== 'false' ? '' : tried > 1 ? `, the nearest is ${row}:` : `, ${row}:`
      return [line(`${start}${text}${shown}`, place), ...treeLines(of, depth + 1)]
    }
    case 'not':
      return [`${start}${text}:`, ...treeLines(of, depth + 1)]
    case 'machine':
    case 'condition':
      return [line(start + cut(text), place)]
  }
}

function cut(text: string): string {
  return text.length > width ? `${text.slice(0, width)}…` : text
}

function line(text: string, place: ExplanationPlace | undefined): string {
  return place ? `${text}  ${where(place)}` : text
}

function where({ file, line: number, column }: ExplanationPlace): string {
  return file === undefined ? `(line ${number}:${column})` : `(${file}:${number}:${column})`
}

function at(place: ExplanationPlace | undefined): string {
  return place ? ` ${where(place)}` : ''
}
