import { readFileSync } from 'node:fs'
import { Failure } from '../output/failure.js'
import { parseModule, type Syntax } from '../project/syntax.js'
import { type ModelFacts, sourcesOf } from './application.js'

/**
 * Reads the entities of TypeORM from the sources: exported classes with the decorator `@Entity`.
 *
 * @throws {Failure} There is none, or a file with one has a syntax error.
 */
export function entitiesIn(folder: string): readonly ModelFacts[] {
  const found = sourcesOf(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return entity.test(text) ? entitiesOf(text, file) : []
  })
  if (found.length > 0) return found
  throw new Failure(`There are no entities of TypeORM in ${folder}.`, 'write a class with the decorator @Entity()')
}

const entity = /@(?:Child)?Entity\(/

/** An export. */
interface Exported extends Syntax {
  readonly declaration?: Partial<Class> | null
}

interface Class {
  readonly id: { readonly name: string } | null
  readonly decorators: readonly Syntax[] | null
  readonly body: { readonly body: readonly Member[] }
}

/** A field of a class, such as `@Column() title: string`, or a method. */
interface Member extends Syntax {
  readonly key: { readonly name?: string }
  readonly decorators?: readonly Syntax[] | null
  readonly typeAnnotation?: { readonly typeAnnotation: Syntax } | null
}

function entitiesOf(text: string, file: string): readonly ModelFacts[] {
  const textOf = ({ start, end }: Syntax): string => text.slice(start, end)
  return parseModule(text, file).program.body.flatMap(({ declaration }: Exported): readonly ModelFacts[] => {
    const { id, decorators, body } = declaration ?? {}
    if (!id || !body || !decorators?.some((one) => entity.test(textOf(one)))) return []
    const fields = body.body.flatMap(({ type, key, decorators, typeAnnotation }) => {
      const ofType = typeAnnotation && textOf(typeAnnotation.typeAnnotation)
      return type === 'ClassProperty' && key.name !== undefined
        ? { name: key.name, type: ofType, decorators: (decorators ?? []).map(textOf) }
        : []
    })
    const decorated = ({ decorators }: (typeof fields)[number], names: RegExp): string | undefined =>
      decorators.find((decorator) => names.test(decorator))
    const key = fields.find((field) => decorated(field, /^@Primary(?:Generated)?Column\b/))
    const columnsOf = (type: RegExp): readonly string[] =>
      fields
        .filter((field) => type.test(field.type ?? '') && field !== key && decorated(field, /^@\w*Column\b/))
        .map((field) => field.name)
    return [
      {
        name: id.name,
        key: key && { name: key.name, isNumber: key.type === 'number' },
        references: fields.flatMap((field) => {
          const model = /=>\s*(\w+)/.exec(decorated(field, /^@(?:ManyToOne|OneToOne)\b/) ?? '')?.[1]
          return model === undefined ? [] : [{ name: field.name, model }]
        }),
        booleans: columnsOf(/^boolean\b/),
        texts: columnsOf(/^string\b/),
        file,
      },
    ]
  })
}
