import { readFileSync } from 'node:fs'
import Mustache from 'mustache'

/** Returns a file of `templates`, which are written in Mustache, with these values. */
export function filled(template: string, values: Readonly<Record<string, string | boolean | undefined>>): string {
  const text = readFileSync(new URL(`../templates/${template}.template`, import.meta.url), 'utf8')
  return Mustache.render(text, values, undefined, { escape: String })
}

/** The folder of the built playground. */
export const playgroundFolder: URL = new URL('../dist/playground/', import.meta.url)
