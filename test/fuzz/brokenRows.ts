import { DefiniteRows, orderOf, type Truth } from './definiteRows.js'

type Comparison = Parameters<DefiniteRows['compare']>

/** SQL's third truth: what is compared with NULL is neither true nor false. */
export class UnknownNil extends DefiniteRows {
  protected override unreadable(): Truth {
    return undefined
  }
  protected override compare(...args: Comparison): Truth {
    const [, left, right, literalNil] = args
    return !literalNil && (left === null || right === null) ? undefined : super.compare(...args)
  }
  protected override contains(list: readonly unknown[], item: unknown): Truth {
    return item === null ? undefined : super.contains(list, item)
  }
}

/** Orderings that nil passes. */
export class OrderedNil extends DefiniteRows {
  protected override compare(...args: Comparison): Truth {
    const [operator, left, right] = args
    if (operator !== '=' && operator !== '!=' && (left === null || right === null)) return true
    return super.compare(...args)
  }
}

/** Nil that is not even equal to nil. */
export class LonelyNil extends DefiniteRows {
  protected override compare(...args: Comparison): Truth {
    const [operator, left, right, literalNil] = args
    if (operator === '=' && left === null && right === null && !literalNil) return false
    return super.compare(...args)
  }
}

/** A collation that ignores case and trailing blanks. */
export class WiderCollation extends DefiniteRows {
  protected override compare(...args: Comparison): Truth {
    const [operator, left, right, literalNil] = args
    return super.compare(operator, folded(left), folded(right), literalNil)
  }
}

/** Text ordered as JavaScript orders it. */
export class OrderedUnits extends DefiniteRows {
  protected override compare(...args: Comparison): Truth {
    const [operator, left, right] = args
    const areTexts = typeof left === 'string' && typeof right === 'string'
    if (operator === '=' || operator === '!=' || !areTexts) return super.compare(...args)
    const units = left < right ? -1 : left > right ? 1 : 0
    const isOtherwise = Math.sign(orderOf(left, right)) !== units
    return isOtherwise ? super.compare(operator, right, left, false) : super.compare(...args)
  }
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase().trimEnd() : value
}
