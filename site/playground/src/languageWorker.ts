import { Authorizer } from '@arcturus/core'
import { describeSchema, LanguageService, type SchemaDescription, tokenTypes } from '@arcturus/language-service'
import { modelsOf } from '../../../packages/prisma/src/database/models.js'
import type { Item, Name } from './language.js'
import { schemaOf } from './schema.js'
import type { World } from './world.js'

export interface LanguageAsk {
  readonly id: number
  readonly kind: 'complete' | 'hover' | 'names'
  readonly text: string
  readonly world: Pick<World, 'schema' | 'context'>
  readonly offset: number
}
export interface LanguageReply {
  readonly id: number
  readonly value: unknown
}

const uri = 'file:///policy.polar'
const service = new LanguageService()
let version = 0
let known = ''

function describe({ schema, context }: LanguageAsk['world']): SchemaDescription | undefined {
  try {
    const authorizer = new Authorizer({ evaluator: 'closures', log: () => {} }).registerModels(
      modelsOf(schemaOf({ schema })),
    )
    if (context) authorizer.registerContext(context as never)
    return describeSchema(authorizer.schema)
  } catch {
    // A schema that is being written: the service then knows no classes, and suggests none.
    return undefined
  }
}

const types: Readonly<Record<number, string>> = {
  2: 'method',
  3: 'function',
  5: 'property',
  6: 'variable',
  7: 'class',
  10: 'property',
  14: 'keyword',
  15: 'text',
  20: 'enum',
  21: 'constant',
}

/** The meanings of the names of a text, from the encoding of the protocol. */
function namesIn(text: string): readonly Name[] {
  const starts = [...text.matchAll(/^/gm)].map(({ index }) => index)
  const { data } = service.semanticTokens(uri)
  let [line, character] = [0, 0]
  return Array.from({ length: data.length / 5 }, (_, at) => {
    const [down, right, length, type] = data.slice(at * 5) as [number, number, number, number]
    ;[line, character] = [line + down, down > 0 ? right : character + right]
    const from = starts[line]! + character
    return { from, to: from + length, meaning: tokenTypes[type]! }
  })
}

self.onmessage = ({ data: { id, kind, text, world, offset } }: MessageEvent<LanguageAsk>) => {
  const key = JSON.stringify(world)
  if (known !== key) {
    known = key
    const schema = describe(world)
    service.setApplication({ isWhole: true, ...(schema && { schema }) })
  }
  service.update(uri, text, version++)
  if (kind === 'names') return self.postMessage({ id, value: namesIn(text) } satisfies LanguageReply)
  const before = text.slice(0, offset).split('\n')
  const position = { line: before.length - 1, character: before.at(-1)!.length }
  let value: unknown
  if (kind === 'hover') {
    const contents = service.hover(uri, position)?.contents
    value =
      contents && typeof contents === 'object' && 'value' in contents
        ? contents.value.replace(/^```\w*$/gm, '').trim()
        : undefined
  } else {
    value = service.complete(uri, position).map(({ label, kind, detail, textEdit, insertText }): Item => {
      const range = textEdit && 'range' in textEdit ? textEdit.range : undefined
      return {
        label,
        type: types[kind ?? 1] ?? 'text',
        ...(detail !== undefined && { detail }),
        apply: textEdit?.newText ?? insertText ?? label,
        ...(range && { from: offset - (position.character - range.start.character) }),
      }
    })
  }
  self.postMessage({ id, value } satisfies LanguageReply)
}
