import { type Token, tokenize } from './tokens.js'

/** A block of a Prisma schema, `model User { … }`, with each line split. */
export interface Block {
  readonly keyword: string
  readonly name: string
  readonly lines: readonly Line[]
}

/**
 * A field, an enum value or a setting (`provider = "sqlite"`). If `name` is undefined: attributes
 * of the block.
 */
export interface Line {
  readonly name: string | undefined
  /** The type of a field, or the value of a setting. */
  readonly value: Value | undefined
  readonly list: boolean
  readonly optional: boolean
  readonly attributes: readonly Attribute[]
}

/** `@id`, `@@unique([a, b])`, `@db.VarChar(20)`: the name without the signs. */
export interface Attribute {
  readonly name: string
  readonly args: readonly Argument[]
}

export interface Argument {
  readonly name: string | undefined
  readonly value: Value
}

export type Value =
  | { readonly kind: 'text' | 'name' | 'number'; readonly value: string }
  | { readonly kind: 'list'; readonly elements: readonly Value[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[] }

/**
 * Reads the blocks of a Prisma schema that Prisma has accepted.
 * @throws SyntaxError for an invalid schema
 */
export function parseSchema(schema: string): Block[] {
  return new Parser(tokenize(schema)).blocks()
}

class Parser {
  #at = 0

  constructor(private readonly tokens: readonly Token[]) {}

  blocks(): Block[] {
    const blocks: Block[] = []
    for (this.#breaks(); this.#peek(); this.#breaks()) {
      const keyword = this.#expect('name')
      const name = this.#expect('name')
      this.#expect('mark', '{')
      const lines: Line[] = []
      for (this.#breaks(); !this.#take('mark', '}'); this.#breaks()) lines.push(this.#line())
      blocks.push({ keyword, name, lines })
    }
    return blocks
  }

  #line(): Line {
    const name = this.#peek()?.kind === 'name' ? this.#expect('name') : undefined
    let value: Value | undefined
    if (this.#take('mark', '=')) value = this.#value()
    else if (name !== undefined && this.#peek()?.kind === 'name') value = this.#value()
    const list = this.#take('mark', '[')
    if (list) this.#expect('mark', ']')
    const optional = this.#take('mark', '?')
    const attributes: Attribute[] = []
    while (this.#take('mark', '@')) attributes.push(this.#attribute())
    if (this.#peek()?.value !== '}') this.#expect('break')
    return { name, value, list, optional, attributes }
  }

  #attribute(): Attribute {
    this.#take('mark', '@')
    let name = this.#expect('name')
    while (this.#take('mark', '.')) name += `.${this.#expect('name')}`
    return { name, args: this.#peek()?.value === '(' ? this.#args() : [] }
  }

  #args(): Argument[] {
    this.#expect('mark', '(')
    const args: Argument[] = []
    for (this.#breaks(); !this.#take('mark', ')'); this.#breaks()) {
      if (this.#take('mark', ',')) continue
      const value = this.#value()
      if (value.kind === 'name' && this.#take('mark', ':')) args.push({ name: value.value, value: this.#value() })
      else args.push({ name: undefined, value })
    }
    return args
  }

  #value(): Value {
    this.#breaks()
    if (this.#take('mark', '[')) {
      const elements: Value[] = []
      for (this.#breaks(); !this.#take('mark', ']'); this.#breaks()) {
        if (!this.#take('mark', ',')) elements.push(this.#value())
      }
      return { kind: 'list', elements }
    }
    const token = this.#peek()
    if (token?.kind === 'text' || token?.kind === 'number') return { kind: token.kind, value: this.#expect(token.kind) }
    let name = this.#expect('name')
    while (this.#take('mark', '.')) name += `.${this.#expect('name')}`
    return this.#peek()?.value === '(' ? { kind: 'call', name, args: this.#args() } : { kind: 'name', value: name }
  }

  #peek(): Token | undefined {
    return this.tokens[this.#at]
  }

  #breaks(): void {
    while (this.#peek()?.kind === 'break') this.#at++
  }

  #take(kind: Token['kind'], value: string): boolean {
    const token = this.#peek()
    if (token?.kind !== kind || token.value !== value) return false
    this.#at++
    return true
  }

  #expect(kind: Token['kind'], value?: string): string {
    const token = this.#peek()
    if (token?.kind !== kind || (value !== undefined && token.value !== value)) {
      throw new SyntaxError(
        `Expected ${value ?? `a ${kind}`} in the Prisma schema, found ${token ? JSON.stringify(token.value) : 'its end'}`,
      )
    }
    this.#at++
    return token.value
  }
}
