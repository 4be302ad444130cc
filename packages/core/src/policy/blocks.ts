import type { Declaration, Name, ResourceBlock, ShorthandRule } from '../language/ast.js'
import type { Span } from '../language/source.js'
import { entryOf } from '../values/entryOf.js'
import type { Block, Policy } from './policy.js'

/** A name that a block declares. */
export interface Declared {
  readonly kind: 'role' | 'permission' | 'relation'
  readonly name: string
  /** The declaration; for a relation, its class. */
  readonly span: Span
  /** The class that a relation leads to; undefined for roles and permissions. */
  readonly to: Name | undefined
}

/** All blocks of one class, merged. */
export interface MergedBlock {
  readonly keyword: Block['keyword']
  readonly name: Name
  readonly declared: ReadonlyMap<string, Declared>
  readonly shorthand: readonly ShorthandRule[]
}

/**
 * Returns the declarations of a block: roles, then permissions, then relations, each in source
 * order.
 */
export function declarationsOf({ productions }: ResourceBlock): readonly Declared[] {
  const found: Declared[] = []
  const declarations = productions.filter((one) => one.kind === 'declaration')
  for (const kind of kinds)
    for (const { name, value } of declarations) if (name.name === `${kind}s`) addDeclared(kind, value, found)
  return found
}

const kinds = ['role', 'permission', 'relation'] as const

function addDeclared(kind: Declared['kind'], value: Declaration['value'], into: Declared[]): void {
  if (kind !== 'relation' && value.kind === 'names') {
    for (const { value: name, span } of value.names) into.push({ kind, name, span, to: undefined })
  }
  if (kind === 'relation' && value.kind === 'relations') {
    for (const { key, value: to } of value.relations) into.push({ kind, name: key, span: to.span, to })
  }
}

/**
 * Merges all blocks of each class, by the class's name, in source order. The first declaration of a
 * name counts.
 */
export function mergeBlocks(blocks: readonly ResourceBlock[]): ReadonlyMap<string, MergedBlock> {
  interface Growing extends MergedBlock {
    keyword: Block['keyword']
    readonly declared: Map<string, Declared>
    readonly shorthand: ShorthandRule[]
  }
  const merged = new Map<string, Growing>()
  for (const block of blocks) {
    const { name } = block.name
    const one = entryOf(
      merged,
      name,
      (): Growing => ({ keyword: 'resource', name: block.name, declared: new Map(), shorthand: [] }),
    )
    if (block.keyword?.name === 'actor') one.keyword = 'actor'
    for (const declared of declarationsOf(block)) {
      if (!one.declared.has(declared.name)) one.declared.set(declared.name, declared)
    }
    for (const production of block.productions) if (production.kind === 'shorthand rule') one.shorthand.push(production)
  }
  return merged
}

/** Returns the blocks in their public form. */
export function publicBlocks(blocks: ReadonlyMap<string, MergedBlock>): Policy['blocks'] {
  const shown = new Map<string, Block>()
  for (const [name, { keyword, declared }] of blocks) {
    const all = [...declared.values()]
    const relations = all.flatMap((one) => (one.to ? [[one.name, one.to.name] as const] : []))
    shown.set(name, {
      keyword,
      name,
      roles: all.filter((one) => one.kind === 'role').map((one) => one.name),
      permissions: all.filter((one) => one.kind === 'permission').map((one) => one.name),
      relations: new Map(relations),
    })
  }
  return shown
}

/** Returns the members of the two unions: actors are resources as well. */
export function unionsOf(blocks: ReadonlyMap<string, MergedBlock>): Policy['unions'] {
  const all = [...blocks.values()]
  return {
    Actor: new Set(all.filter((one) => one.keyword === 'actor').map((one) => one.name.name)),
    Resource: new Set(blocks.keys()),
  }
}
