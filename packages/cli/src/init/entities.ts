import { readFileSync } from 'node:fs'
import { Failure } from '../output/failure.js'
import { type ModelFacts, sourcesOf } from './application.js'

/**
 * Reads the entities of TypeORM from the sources: classes with the decorator `@Entity`.
 *
 * @throws {Failure} There is none.
 */
export function entitiesIn(folder: string): readonly ModelFacts[] {
  const found = sourcesOf(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    // From one `@Entity` to the next, or to the end of the file.
    return text
      .split(/^@(?=(?:Child)?Entity\()/m)
      .slice(1)
      .flatMap((part) => entityIn(part, file))
  })
  if (found.length > 0) return found
  throw new Failure(`There are no entities of TypeORM in ${folder}.`, 'write a class with the decorator @Entity()')
}

function entityIn(text: string, file: string): readonly ModelFacts[] {
  const name = /\bexport (?:default )?(?:abstract )?class (\w+)/.exec(text)?.[1]
  if (name === undefined) return []
  const fields = fieldsIn(text)
  const decorated = (field: DecoratedField, names: RegExp): string | undefined =>
    field.decorators.find((decorator) => names.test(decorator))
  const key = fields.find((field) => decorated(field, /^@Primary(?:Generated)?Column\b/))
  const columnsOf = (type: string): readonly string[] =>
    fields
      .filter((field) => field.type === type && field !== key && decorated(field, /^@\w*Column\b/))
      .map((field) => field.name)
  return [
    {
      name,
      key: key && { name: key.name, isNumber: key.type === 'number' },
      references: fields.flatMap((field) => {
        const model = /=>\s*(\w+)/.exec(decorated(field, /^@(?:ManyToOne|OneToOne)\b/) ?? '')?.[1]
        return model === undefined ? [] : [{ name: field.name, model }]
      }),
      booleans: columnsOf('boolean'),
      texts: columnsOf('string'),
      file,
    },
  ]
}

/** A field of a class with decorators, such as `@Column() title: string`. */
interface DecoratedField {
  readonly decorators: readonly string[]
  readonly name: string
  /** The first word of the type. */
  readonly type: string | undefined
}

/** Returns the fields of a class that have decorators, on one line or on several. */
function fieldsIn(text: string): readonly DecoratedField[] {
  const fields: DecoratedField[] = []
  let decorators: string[] = []
  for (let at = text.indexOf('@'); at !== -1; ) {
    const end = endOfDecorator(text, at)
    decorators.push(text.slice(at, end))
    const rest = text.slice(end)
    const next = /^\s*@/.exec(rest)
    if (next) {
      at = end + next[0].length - 1
      continue
    }
    const field = /^\s*(?:(?:public|readonly|declare)\s+)*(\w+)[!?]?\s*(?::\s*(\w+))?/.exec(rest)
    if (field) fields.push({ decorators, name: field[1]!, type: field[2] })
    decorators = []
    at = text.indexOf('@', end)
  }
  return fields
}

/** Returns the end of a decorator: of its name, or of its arguments. */
function endOfDecorator(text: string, start: number): number {
  const name = /^@[\w.]*/.exec(text.slice(start))![0]
  let depth = 0
  // Texts and comments are skipped, since they can contain parentheses.
  const parts = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[()]|\S/g
  parts.lastIndex = start + name.length
  for (let part = parts.exec(text); part; part = parts.exec(text)) {
    if (part[0] === '(') depth++
    else if (part[0] === ')') depth--
    if (depth === 0) return part[0] === ')' ? parts.lastIndex : start + name.length
  }
  return text.length
}
