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
  const key = /@Primary(?:Generated)?Column\(([^)]*)\)\s+(?:readonly )?(\w+)[!?]?\s*:\s*(\w+)/.exec(text)
  const references = [...text.matchAll(/@(?:ManyToOne|OneToOne)\(\s*\(\w*\)\s*=>\s*(\w+)/g)]
  return [
    {
      name,
      key: key ? { name: key[2]!, isNumber: key[3] === 'number' } : undefined,
      references: references.flatMap(({ 1: model, index }) => {
        const field = /^\s*(?:readonly )?(\w+)[!?]?\s*:/m.exec(text.slice(index))?.[1]
        return field === undefined ? [] : [{ name: field, model: model! }]
      }),
      booleans: [...text.matchAll(/^\s*(?:readonly )?(\w+)[!?]?\s*:\s*boolean\b/gm)].map(([, field]) => field!),
      file,
    },
  ]
}
