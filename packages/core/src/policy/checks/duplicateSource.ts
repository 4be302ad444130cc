import type { Source } from '../../language/source.js'
import type { CheckContext } from './check.js'

/**
 * A file must be loaded only once, under one name. Sources without a name are not compared.
 * @returns the sources that are not loaded already.
 */
export function duplicateSource(context: CheckContext): ReadonlySet<Source> {
  const byName = new Map<string, Source>()
  const nameByText = new Map<string, string>()
  const fresh = new Set<Source>()
  for (const source of context.sources) {
    const { name, text } = source
    const sameName = name === undefined ? undefined : byName.get(name)
    const other = name === undefined ? undefined : nameByText.get(text)
    if (name === undefined || (!sameName && other === undefined)) {
      fresh.add(source)
      if (name === undefined) continue
      byName.set(name, source)
      nameByText.set(text, name)
      continue
    }
    const same = sameName ? (sameName.text === text ? 'file' : 'name') : 'contents'
    const message = {
      file: `The file ${name} is loaded twice.`,
      name: `Two files named ${name} have different contents.`,
      contents: `The file ${name} has the same contents as ${other}.`,
    }[same]
    context.error('duplicate-source', message, { source, start: 0, end: 0 }, { data: { same, name, other } })
  }
  return fresh
}
