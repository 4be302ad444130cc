import { readFileSync } from 'node:fs'

/** Sections of a template, on lines of their own or within a line. */
const section = /\{\{([#^])(\w+)\}\}(\n?)([\s\S]*?)\{\{\/\2\}\}\3/g

/**
 * Returns a file of `templates` with its `{{name}}` replaced by values. The text of `{{#name}}…{{/name}}` stays if the
 * value is not empty, that of `{{^name}}…{{/name}}` if it is.
 */
export function filled(template: string, values: Readonly<Record<string, string | boolean | undefined>>): string {
  const fill = (text: string): string =>
    text
      .replace(section, (_, kind: string, name: string, _line, body: string) =>
        Boolean(values[name]) === (kind === '#') ? fill(body) : '',
      )
      .replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]))
  return fill(readFileSync(new URL(`../templates/${template}.template`, import.meta.url), 'utf8'))
}
