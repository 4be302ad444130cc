import type { Operand, Root } from '@arcturus/core/internal/prisma'

export type Path = Extract<Operand, { readonly kind: 'path' }>

/** Whether two paths read the same value. */
export function samePath(left: Path, right: Path): boolean {
  return left.root === right.root && sameNames(namesOf(left), namesOf(right))
}

/** Whether two paths lead through the same relations, so that both end in one row. */
export function sameRow(left: Path, right: Path): boolean {
  return left.root === right.root && sameNames(namesOf(left).slice(0, -1), namesOf(right).slice(0, -1))
}

/** Returns the path of the row whose field a path reads. */
export function rowOf(path: Path): Path {
  return { kind: 'path', root: path.root, steps: path.steps.slice(0, -1) }
}

/** Whether reading one path goes through the other. */
export function isPrefix(prefix: Path, path: Path): boolean {
  return samePath(prefix, { ...path, steps: path.steps.slice(0, prefix.steps.length) })
}

function namesOf(path: Path): readonly string[] {
  return path.steps.map((step) => step.name)
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at])
}

export function describe(path: Path): string {
  const root: Root = path.root
  return [root.name, ...namesOf(path)].join('.')
}
