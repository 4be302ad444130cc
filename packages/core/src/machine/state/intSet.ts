/** Bits of a number that one level of the tree reads. */
const bits = 5
const width = 32

type Node = readonly (Node | number | undefined)[] | number

/**
 * An immutable set of natural numbers that shares structure with the set it was made from: a tree
 * whose leaves are words of 32 bits.
 */
export class IntSet {
  static readonly empty: IntSet = new IntSet(0, 0)

  private constructor(
    private readonly root: Node,
    /** Number of levels above the leaves. */
    private readonly levels: number,
  ) {}

  has(value: number): boolean {
    if (value >= width ** (this.levels + 1)) return false
    let node: Node | undefined = this.root
    for (let level = this.levels; level > 0; level--) {
      if (typeof node !== 'object') return false
      node = node[(value >>> (bits * level)) & (width - 1)]
    }
    return typeof node === 'number' && (node & (1 << (value & (width - 1)))) !== 0
  }

  with(values: readonly number[]): IntSet {
    if (values.length === 0) return this
    const largest = Math.max(...values)
    let root = this.root
    let levels = this.levels
    while (largest >= width ** (levels + 1)) {
      root = [root]
      levels++
    }
    return new IntSet(
      insert(
        root,
        [...values].sort((a, b) => a - b),
        levels,
      ),
      levels,
    )
  }
}

/** Returns a copy of a node with further values, which must be sorted. */
function insert(node: Node | undefined, values: readonly number[], level: number): Node {
  if (level === 0) {
    return values.reduce((word, value) => word | (1 << (value & (width - 1))), typeof node === 'number' ? node : 0)
  }
  const copy = typeof node === 'object' ? [...node] : []
  const place = (value: number) => (value >>> (bits * level)) & (width - 1)
  for (let from = 0; from < values.length; ) {
    const at = place(values[from]!)
    let to = from
    while (to < values.length && place(values[to]!) === at) to++
    copy[at] = insert(copy[at], values.slice(from, to), level - 1)
    from = to
  }
  return copy
}
