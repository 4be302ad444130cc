import { compareText } from '../../language/compareText.js'
import type { Host } from '../host/host.js'
import { Cell, deref } from '../state/cell.js'
import { DictTerm, dictGet, dictKeys, Float, isDict, isList, type Term } from '../state/term.js'
import { flattened } from './constraint.js'

/**
 * Maximum length of a formatted term; an ellipsis replaces the rest, for example in a cyclic term.
 */
const longest = 100_000

/**
 * Returns a term in Polar's syntax: strings in quotes, dictionaries in the order of their keys,
 * objects in the form of the host.
 */
export function formatTerm(host: Host, term: Term): string {
  let text = ''
  const jobs: { readonly literal: string | undefined; readonly term: Term }[] = [{ literal: undefined, term }]
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    if (text.length > longest) return `${text}…`
    if (job.literal !== undefined) {
      text += job.literal
      continue
    }
    const value = deref(job.term)
    if (isList(value)) {
      const { items, rest } = flattened(value)
      jobs.push({ literal: ']', term: undefined })
      if (rest !== undefined)
        jobs.push({ literal: undefined, term: rest }, { literal: items.length > 0 ? ', *' : '*', term: undefined })
      for (let at = items.length - 1; at >= 0; at--) {
        jobs.push({ literal: undefined, term: items[at] })
        if (at > 0) jobs.push({ literal: ', ', term: undefined })
      }
      jobs.push({ literal: '[', term: undefined })
    } else if (isDict(value)) {
      const keys = dictKeys(value)
      if (!(value instanceof DictTerm)) keys.sort(compareText)
      jobs.push({ literal: '}', term: undefined })
      for (let at = keys.length - 1; at >= 0; at--) {
        jobs.push({ literal: undefined, term: dictGet(value, keys[at]!) })
        jobs.push({ literal: `${at > 0 ? ', ' : ''}${keys[at]!}: `, term: undefined })
      }
      jobs.push({ literal: '{', term: undefined })
    } else text += formatScalar(host, value)
  }
  return text
}

function formatScalar(host: Host, value: Term): string {
  switch (typeof value) {
    case 'string':
      return `"${value}"`
    case 'number':
      return formatNumber(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      if (value instanceof Float) return formatNumber(value.value)
      if (value instanceof Cell) return value.name ?? `_${value.serial}`
      return host.show(value)
  }
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  if (value === Number.NEGATIVE_INFINITY) return '-inf'
  return Object.is(value, -0) ? '-0' : String(value)
}
