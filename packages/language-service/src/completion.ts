import {
  builtinClasses,
  type Dot,
  descendants,
  type Expected,
  type Expression,
  eachChild,
  expectedAfter,
  isName,
  KEYWORDS,
  type Node,
  Source,
  shapeOf,
  Tokens,
} from '@arcturus/core/internal/language-service'
import { type CompletionItem, CompletionItemKind, type Range } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { describeField } from './describe.js'
import type { PolicyDocument } from './document.js'
import { classAt, termRules } from './occurrences.js'

/** A suggestion before it has a range. */
interface Suggestion {
  readonly label: string
  readonly kind: CompletionItemKind
  readonly detail?: string | undefined
  /** Whether it is written in quotes. */
  readonly isText?: boolean
}

const { Keyword, Class, Field, Method, Variable, EnumMember, Property, Constant, Snippet } = CompletionItemKind

/** Returns the names and words that can be written at an offset. */
export function complete(document: PolicyDocument, offset: number, analysis: Analysis): readonly CompletionItem[] {
  const text = document.text.getText()
  const piece = document.pieceAt(offset)
  let begin = piece ? piece.source.start : 0
  // After a statement that is complete, the next one begins.
  const own = piece && piece.diagnostics.length === 0 && piece.statement
  if (piece && own && offset >= begin + own.span.end) begin += own.span.end
  const expected = expectedAfter(text.slice(begin, offset))
  if (!expected) return []
  const start = begin + expected.start
  const range = {
    start: document.text.positionAt(start),
    end: document.text.positionAt(endOf(text, start, offset, expected)),
  }
  const suggestions = suggest(expected, analysis)
  const seen = new Set<string>()
  return suggestions.flatMap(({ isText = false, ...one }, index) => {
    if ((expected.isInString && !isText) || seen.has(one.label)) return []
    seen.add(one.label)
    return itemOf(one, isText, index, range)
  })
}

/** Returns the end of the word or the string that is replaced. */
function endOf(text: string, start: number, offset: number, { isInString }: Expected): number {
  const line = text.slice(start, text.indexOf('\n', offset) === -1 ? undefined : text.indexOf('\n', offset))
  const token = new Tokens(new Source(line)).peek()
  if (!token || token.start > 0 || start + token.end < offset) return offset
  if (!isInString) return token.type === 'symbol' || token.type === 'keyword' ? start + token.end : offset
  // A quote later in the line can be that of another string.
  const rest = line.slice(offset - start, token.end)
  return token.type === 'string' && ![...',();'].some((sign) => rest.includes(sign)) ? start + token.end : offset
}

function itemOf({ label, kind, detail }: Suggestion, isText: boolean, index: number, range: Range): CompletionItem {
  const newText = isText ? JSON.stringify(label) : label
  return {
    label: newText,
    kind,
    ...(detail !== undefined && { detail }),
    filterText: newText,
    sortText: String(index).padStart(5, '0'),
    textEdit: { range, newText },
  }
}

/** Returns the suggestions, the most likely first. */
function suggest(expected: Expected, analysis: Analysis): readonly Suggestion[] {
  const { kinds, node, block } = expected
  const found: Suggestion[] = []
  if (node) found.push(...namesAt(pathTo(node, expected.start), expected, analysis))
  else if (kinds.has('symbol')) found.push(...models(analysis, true))
  if (block !== undefined && kinds.has('symbol') && kinds.has('}'))
    for (const label of ['roles', 'permissions', 'relations']) found.push({ label, kind: Property })
  const isStatement = kinds.has('?=')
  if (isStatement) {
    for (const label of ['actor', 'resource']) found.push({ label, kind: Keyword })
    found.push(...rules(analysis, ['allow', 'allow_field', 'allow_request']))
  }
  // Reserved words can name fields, too, but no field that is known has such a name.
  if (kinds.has('type') && !isStatement) return found
  const words = [...KEYWORDS].filter((word) => kinds.has(word) && word !== 'isa' && word !== 'debug')
  for (const label of [...words, ...(kinds.has('boolean') ? ['true', 'false'] : [])])
    found.push({ label, kind: Keyword })
  return found
}

/** Returns the nodes from a node to the one that begins at an offset. */
function pathTo(root: Node, offset: number): readonly Node[] {
  const path: Node[] = [root]
  for (let next: Node | undefined = root; next; ) {
    let inner: Node | undefined
    eachChild(next, (child) => {
      if (child.span.start <= offset && child.span.end >= offset && (!inner || child.span.start > inner.span.start))
        inner = child
    })
    if (inner) path.push(inner)
    next = inner
  }
  return path
}

function namesAt(
  path: readonly Node[],
  { kinds, block, start, isInString }: Expected,
  analysis: Analysis,
): readonly Suggestion[] {
  const [root] = path as [Node]
  const node = path.at(-1)!
  const parent = path.at(-2)
  if (root.kind === 'shorthand rule' || root.kind === 'declaration' || root.kind === 'resource block')
    return inBlock(root, node, block ?? '', analysis)
  if (parent?.kind === 'dot' && parent.member === node) return membersOf(root, parent, analysis)
  if (parent?.kind === 'dot' && parent.member.kind === 'string' && parent.member.span.start === start)
    return membersOf(root, parent, analysis)
  if (node.kind === 'class pattern') {
    const isTag = node.span.start === start
    return isTag ? models(analysis) : fieldsOf(node.tag, analysis)
  }
  const entry =
    parent?.kind === 'class pattern' && parent.fields?.find(({ span }) => span.start <= start && start <= span.end)
  if (parent?.kind === 'class pattern' && entry && entry.span.start === start) return fieldsOf(parent.tag, analysis)
  const texts = kinds.has('string') || isInString ? textsAt(root, path, analysis) : []
  if (isInString || node.kind !== 'variable') return texts
  if (parent?.kind === 'parameter' && parent.term === node) return [...texts, ...parameters(analysis)]
  return [...texts, ...variables(root, start), ...rules(analysis), ...constants(analysis), ...models(analysis)]
}

function inBlock(root: Node, node: Node, block: string, analysis: Analysis): readonly Suggestion[] {
  if (root.kind === 'resource block') return models(analysis, true)
  const declared = [...(analysis.blocks.get(block)?.declared.values() ?? [])]
  const terms = (kinds: readonly string[], from = declared): readonly Suggestion[] =>
    from
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ name, kind }) => ({ label: name, kind: EnumMember, detail: kind, isText: true }))
  if (root.kind === 'declaration') {
    if (root.name === node) return ['roles', 'permissions', 'relations'].map((label) => ({ label, kind: Property }))
    return node.kind === 'name' ? models(analysis) : []
  }
  if (root.kind !== 'shorthand rule') return []
  if (node === root.head) return terms(['permission', 'role', 'relation'])
  if (root.on && node === root.on.keyword) return [{ label: 'on', kind: Keyword }]
  if (root.on && node === root.on.relation) return terms(['relation'])
  const related = declared.flatMap(({ to }) => [...(analysis.blocks.get(to?.name ?? '')?.declared.values() ?? [])])
  return [...terms(['role', 'permission', 'relation']), ...terms(['role', 'permission'], related)]
}

function membersOf(root: Node, dot: Dot, analysis: Analysis): readonly Suggestion[] {
  const { schema } = analysis
  if (dot.object.kind === 'variable' && schema.constants.has(dot.object.name) && !isTable(dot.object.name, analysis)) {
    const constant: unknown = schema.constants.get(dot.object.name)
    return Object.entries(Object.getOwnPropertyDescriptors(Object(constant) as object))
      .filter(([name, { enumerable }]) => enumerable && name !== 'prototype')
      .map(([label, { value }]) => ({ label, kind: typeof value === 'function' ? Method : Constant }))
  }
  return (
    analysis.facts(root, dot.span.start, (knowledge) => {
      const { model, from } = knowledge.of(dot.object)
      return model === undefined || (from?.field.kind === 'relation' && from.field.many)
        ? []
        : fieldsOf(model, analysis)
    }) ?? []
  )
}

function fieldsOf(model: string, { schema }: Analysis): readonly Suggestion[] {
  const fields = schema.fields(model).map((field) => ({ label: field.name, kind: Field, detail: describeField(field) }))
  const methods = schema.ancestors(model).flatMap((name) => {
    const prototype: unknown = builtinClasses.has(name) ? undefined : schema.models.get(name)?.class?.prototype
    return prototype ? Object.keys(prototype).map((label) => ({ label, kind: Method })) : []
  })
  return [...fields, ...methods]
}

/** Returns the texts that can be written at the last node of a path. */
function textsAt(root: Node, path: readonly Node[], analysis: Analysis): readonly Suggestion[] {
  const node = path.at(-1)!
  const at = path.findLastIndex((one, index) => index < path.length - 1 && one.kind !== 'list')
  const [owner, child] = [path[at], path[at + 1]]
  switch (owner?.kind) {
    case 'call': {
      const index = owner.args.indexOf(child as Expression)
      if (path[at - 1]?.kind === 'dot' || index < 0) return []
      const third = owner.args[2]
      const model = third && third !== child ? classAt(root, third, analysis) : undefined
      const shapes = analysis.facts(root, owner.span.start, (knowledge) =>
        owner.args.map((one) => shapeOf(one, knowledge)),
      )
      return [
        ...(index === 1 ? termsFor(owner.name, model, analysis) : []),
        ...(shapes ? textual(analysis.heads.textsAt(index, owner.name, shapes)) : []),
      ]
    }
    case 'parameter': {
      if (root.kind !== 'rule') return []
      const cls = root.parameters[2]?.pattern
      const isSecond = root.parameters[1] === owner
      return isSecond ? termsFor(root.name, cls?.kind === 'class pattern' ? cls.tag : undefined, analysis) : []
    }
    case 'unify':
    case 'compare':
      return valuesOf(root, owner.left === child ? owner.right : owner.left, analysis)
    case 'in':
      return valuesOf(root, owner.item === child ? owner.collection : owner.item, analysis)
    case 'class pattern': {
      const key = owner.fields?.find(({ value }) => value === child)?.key
      const field = key === undefined ? undefined : analysis.schema.field(owner.tag, key)
      return field?.kind === 'scalar' ? textual(field.values ?? []) : []
    }
    case 'matches':
      return owner.value === node ? [] : valuesOf(root, owner.value, analysis)
    default:
      return []
  }
}

/** Returns the values of the enum column that an expression reads, or the actions that a variable can be. */
function valuesOf(root: Node, other: Expression, analysis: Analysis): readonly Suggestion[] {
  const field = analysis.facts(root, other.span.start, (knowledge) => knowledge.of(other).from?.field)
  if (field?.kind === 'scalar') return textual(field.values ?? [])
  if (root.kind !== 'rule' || other.kind !== 'variable') return []
  const index = root.parameters.findIndex(({ term }) => term.kind === 'variable' && term.name === other.name)
  const cls = root.parameters[2]?.pattern
  return index === 1 ? termsFor(root.name, cls?.kind === 'class pattern' ? cls.tag : undefined, analysis) : []
}

const textual = (texts: readonly string[]): readonly Suggestion[] =>
  texts.map((label) => ({ label, kind: EnumMember, isText: true }))

/** Returns the declared terms for the second argument of a rule; those of all blocks if the class is unknown. */
function termsFor(rule: string, model: string | undefined, analysis: Analysis): readonly Suggestion[] {
  const kind = termRules.get(rule)
  if (!kind) return []
  const classes = model === undefined ? [...analysis.blocks.keys()] : analysis.schema.ancestors(model)
  return classes.flatMap((name) =>
    [...(analysis.blocks.get(name)?.declared.values() ?? [])]
      .filter((one) => one.kind === kind)
      .map((one) => ({ label: one.name, kind: EnumMember, detail: `${kind} of ${name}`, isText: true })),
  )
}

function variables(root: Node, start: number): readonly Suggestion[] {
  const names = new Set<string>()
  for (const node of descendants(root))
    if (node.kind === 'variable' && node.span.start !== start && node.span.end > node.span.start && node.name !== '_')
      names.add(node.name)
  return [...names].map((label) => ({ label, kind: Variable }))
}

/** Returns the rules of the policy and of blocks. @param more - Further names. Default: none. */
function rules({ rules }: Analysis, more: readonly string[] = []): readonly Suggestion[] {
  const ofBlocks = [...termRules.keys()].filter((name) => name !== 'allow')
  return [...new Set([...rules.keys(), ...more, ...ofBlocks])].map((label) => ({
    label,
    kind: CompletionItemKind.Function,
  }))
}

function constants(analysis: Analysis): readonly Suggestion[] {
  const { constants: all, models: classes } = analysis.schema
  return [...all.keys()].filter((name) => !classes.has(name)).map((label) => ({ label, kind: Constant }))
}

function isTable(name: string, { schema }: Analysis): boolean {
  const model = schema.models.get(name)
  return model !== undefined && model.class === undefined
}

/** Returns the classes; without those of values and the unions for a block. */
function models({ schema }: Analysis, isForBlock = false): readonly Suggestion[] {
  const names = [...schema.models.keys()].filter(isName)
  const own = names.filter((name) => !builtinClasses.has(name))
  const all = isForBlock ? own : [...own, 'Actor', 'Resource', ...names.filter((name) => builtinClasses.has(name))]
  return all.map((label) => ({ label, kind: Class }))
}

/** Returns parameters with their classes: `document: Document`. */
function parameters({ schema, blocks }: Analysis): readonly Suggestion[] {
  const names = [...new Set([...blocks.keys(), ...schema.models.keys()])].filter(
    (name) => isName(name) && !builtinClasses.has(name),
  )
  const typed = names.map((name) => `${name[0]!.toLowerCase()}${name.slice(1)}: ${name}`)
  return [...typed, 'actor', 'action', 'resource', '_'].map((label) => ({ label, kind: Snippet }))
}
