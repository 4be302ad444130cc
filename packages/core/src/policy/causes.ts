import type { Diagnostic } from '../language/diagnostic.js'
import type { Source } from '../language/source.js'
import { entryOf } from '../values/entryOf.js'
import { nearest } from './checks/suggestion.js'

/**
 * Keeps one of several messages that have one cause. For example, a misspelt rule `has_roel` leaves its role
 * unassigned, which needs no message of its own.
 */
export function keepCauses(found: Diagnostic[]): void {
  removeRepeated(found)
  const dropped = new Set<Diagnostic>([...inCalls(found), ...ofMisspeltRules(found), ...ofMisspeltNames(found)])
  if (dropped.size > 0) keep(found, (one) => !dropped.has(one))
}

/** Of equal diagnostics at one place, keeps the first error, else the first warning. */
function removeRepeated(found: Diagnostic[]): void {
  const first = new Map<string, Diagnostic>()
  const ids = new Map<Source, number>()
  // Sources can have the same name, as statements do that are parsed alone.
  const keyOf = ({ code, span, message }: Diagnostic): string | undefined =>
    span && `${entryOf(ids, span.source, () => ids.size)} ${span.start} ${code} ${message}`
  for (const one of found) {
    const key = keyOf(one)
    const known = key && first.get(key)
    if (key && (!known || (known.severity === 'warning' && one.severity === 'error'))) first.set(key, one)
  }
  keep(found, (one) => (first.get(keyOf(one) ?? '') ?? one) === one)
}

function keep(found: Diagnostic[], isKept: (one: Diagnostic) => boolean): void {
  const kept = found.filter(isKept)
  if (kept.length < found.length) found.splice(0, found.length, ...kept)
}

/** The messages for an undeclared name and for a declared name that no rule gives, and the rule that gives it. */
const pairs = [
  ['unknown-role', 'unassigned-role', 'has_role'],
  ['unknown-permission', 'ungranted-permission', 'has_permission'],
] as const

/** Returns the calls that always fail because of a name that no block declares. */
function inCalls(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const unknown = new Map<Source, Set<number>>()
  for (const { code, span } of found)
    if (code.startsWith('unknown-') && span) entryOf(unknown, span.source, () => new Set<number>()).add(span.start)
  return found.filter(
    ({ code, span }) => code === 'unmatched-call' && span && unknown.get(span.source)?.has(span.start),
  )
}

/** Returns the messages that rules are missing, if misspelt rules are meant to be those. */
function ofMisspeltRules(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const of = (wanted: string): readonly Diagnostic[] => found.filter(({ code }) => code === wanted)
  const required = new Set(of('missing-required-rule').map(({ data }) => data?.['misspelt']))
  return of('uncalled-rule').flatMap((uncalled): readonly Diagnostic[] => {
    const {
      name,
      suggestion: meant,
      texts,
    } = uncalled.data as {
      readonly name: string
      readonly suggestion: string | undefined
      readonly texts: readonly string[]
    }
    // A required rule is reported at the misspelt one.
    if (required.has(name)) return [uncalled]
    if (meant?.startsWith('allow')) return of('missing-allow-rule')
    const missing = pairs.find(([, , rule]) => rule === meant)?.[1]
    return missing ? of(missing).filter(({ data }) => texts.includes(data?.['name'] as string)) : []
  })
}

/**
 * Returns the messages for one of two nearly equal names: one that is declared and that no rule gives, and one that
 * rules give and no block declares. The declaration is misspelt if several rules have the other name.
 */
function ofMisspeltNames(found: readonly Diagnostic[]): readonly Diagnostic[] {
  return pairs.flatMap(([undeclared, missing]) => {
    const unknown = found.filter(({ code }) => code === undeclared)
    const unused = unknown.length > 0 ? found.filter(({ code }) => code === missing) : []
    return unused.flatMap((one) => {
      const names = unknown.map(({ data }) => data?.['name'] as string)
      const meant = nearest(one.data?.['name'] as string, new Set(names))
      if (meant === undefined) return []
      const same = unknown.filter((_, index) => names[index] === meant)
      return same.length > 1 ? same : [one]
    })
  })
}
