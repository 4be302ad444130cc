/** The value of a column of a row; `missing`: it was not loaded. */
export type Flag = 'true' | 'false' | 'nil' | 'missing'

export interface Folder {
  readonly id: number
  readonly isOpen: Flag
  readonly isHidden: Flag
  /** The row that `byParent` asks for. */
  readonly parent: number | undefined
  /** The rows that `byChildren` asks for. */
  readonly children: readonly number[]
}

export type Atom = 'open' | 'hidden' | 'parent' | 'children' | `not ${'open' | 'parent' | 'children'}`
export type Body = readonly Atom[]

export interface Plan {
  readonly folders: readonly Folder[]
  readonly rules: readonly Body[]
}

/** An outcome of a check; `ring`: it leads back to itself; `crash`: an error that is not of the package. */
export type Expected = 'true' | 'false' | 'error' | 'ring' | 'crash'
type Value = 'true' | 'false' | 'error'

/** Writes a plan in Polar. @param areMethods - Whether rows ask in methods, not in getters. */
export function policyText({ rules }: Plan, areMethods: boolean): string {
  const read = (name: string): string => (areMethods ? `f.isBy${name}()` : `f.by${name}`)
  const texts: Readonly<Record<string, string>> = {
    open: 'f.isOpen = true',
    hidden: 'f.isHidden = true',
    parent: `f.slow = true and ${read('Parent')} = true`,
    children: `${read('Children')} = true`,
  }
  const textOf = (atom: Atom): string => (atom.startsWith('not ') ? `not (${texts[atom.slice(4)]})` : texts[atom]!)
  return rules.map((body) => `allow(_: User, "read", f: Folder) if ${body.map(textOf).join(' and ')};`).join('\n')
}

/**
 * Returns the outcomes that a check may have. There is one, unless it can lead back to itself: an evaluation that
 * decides it before it gets there has the result.
 */
export function expectedOf(plan: Plan, row: number): ReadonlySet<Expected> {
  if (!leadsBack(plan, row)) return new Set([decisionOf(plan, row, new Map())])
  return new Set<Expected>(['ring', 'true', 'false', 'error'])
}

/** Returns whether a row that a check can ask for can ask for itself. */
function leadsBack({ folders, rules }: Plan, from: number): boolean {
  const atoms = new Set(rules.flat().map((atom) => atom.replace('not ', '')))
  const next = (id: number): readonly number[] => {
    const { parent, children } = folders[id]!
    return [
      ...(atoms.has('parent') && parent !== undefined ? [parent] : []),
      ...(atoms.has('children') ? children : []),
    ]
  }
  const visit = (id: number, above: ReadonlySet<number>): boolean =>
    above.has(id) || next(id).some((one) => visit(one, new Set([...above, id])))
  return visit(from, new Set())
}

function decisionOf(plan: Plan, row: number, known: Map<number, Value>): Value {
  const found = known.get(row)
  if (found) return found
  const values = plan.rules.map((body) => conjunction(body.map((atom) => atomOf(plan, row, atom, known))))
  const value = values.includes('true') ? 'true' : values.includes('error') ? 'error' : 'false'
  known.set(row, value)
  return value
}

/** The first part that is not true decides. */
function conjunction(values: readonly Value[]): Value {
  return values.find((value) => value !== 'true') ?? 'true'
}

function atomOf(plan: Plan, row: number, atom: Atom, known: Map<number, Value>): Value {
  if (atom.startsWith('not ')) {
    // Sound: these are the names of atoms.
    const of = atomOf(plan, row, atom.slice(4) as Atom, known)
    return of === 'error' ? of : of === 'true' ? 'false' : 'true'
  }
  const { isOpen, isHidden, parent, children } = plan.folders[row]!
  const ofFlag = (flag: Flag): Value => (flag === 'missing' ? 'error' : flag === 'true' ? 'true' : 'false')
  if (atom === 'open') return ofFlag(isOpen)
  if (atom === 'hidden') return ofFlag(isHidden)
  if (atom === 'parent') return parent === undefined ? 'false' : decisionOf(plan, parent, known)
  const all = children.map((one) => decisionOf(plan, one, known))
  // The getter ends with the first error, or with all results.
  return all.includes('error') ? 'error' : all.includes('false') ? 'false' : 'true'
}
