import type { Pattern, Rule } from '../../language/ast.js'
import type { Host } from '../host/host.js'
import { isOfHost, type Term } from '../state/term.js'
import type { Unions } from '../state/unions.js'

/** A rule and the unions of its policy. */
interface Ranked {
  readonly node: Rule
  readonly unions: Unions
}

/**
 * Orders rules, the most specific for these arguments first; equally specific rules keep their
 * order.
 */
export function bySpecificity<R extends { readonly candidate: Ranked }>(
  host: Host,
  rules: readonly R[],
  args: readonly Term[],
): R[] {
  const sorted = [...rules]
  for (let from = 1; from < sorted.length; from++) {
    const rule = sorted[from]!
    let at = from
    for (; at > 0 && isMoreSpecific(host, rule.candidate, sorted[at - 1]!.candidate, args); at--) {
      sorted[at] = sorted[at - 1]!
    }
    sorted[at] = rule
  }
  return sorted
}

/** Returns whether the left rule is more specific; the leftmost parameters that differ decide. */
function isMoreSpecific(host: Host, left: Ranked, right: Ranked, args: readonly Term[]): boolean {
  for (let at = 0; at < args.length; at++) {
    const a = left.node.parameters[at]?.pattern
    const b = right.node.parameters[at]?.pattern
    const sign = compare(host, left.unions, a, b, args[at])
    if (sign !== 0) return sign > 0
  }
  return false
}

/** Returns a positive number if the left pattern is the more specific one. */
function compare(host: Host, unions: Unions, left: Pattern | undefined, right: Pattern | undefined, arg: Term): number {
  if (left === undefined || right === undefined) return (left ? 1 : 0) - (right ? 1 : 0)
  const unionsDiffer = Number(isUnion(right, unions)) - Number(isUnion(left, unions))
  if (unionsDiffer !== 0 || isUnion(left, unions)) return unionsDiffer
  if (left.kind === 'class pattern' && right.kind === 'class pattern') {
    if (!isOfHost(arg)) return 0
    if (left.tag === right.tag) return (left.fields?.length ?? 0) - (right.fields?.length ?? 0)
    return Number(host.isNearer(arg, left.tag, right.tag)) - Number(host.isNearer(arg, right.tag, left.tag))
  }
  if (left.kind === 'dictionary pattern' && right.kind === 'dictionary pattern') {
    return left.fields.length - right.fields.length
  }
  if (left.kind === 'class pattern' && right.kind === 'dictionary pattern') return 1
  if (left.kind === 'dictionary pattern' && right.kind === 'class pattern') return -1
  return 0
}

function isUnion(pattern: Pattern, unions: Unions): boolean {
  return pattern.kind === 'class pattern' && unions.has(pattern.tag)
}
