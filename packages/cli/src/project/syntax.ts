import { parsers } from 'prettier/plugins/babel'
import { Failure, reasonOf } from '../output/failure.js'

/** A part of the syntax tree of a module. */
export interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly loc: { readonly start: { readonly line: number } }
}

/** Parses a module of JavaScript or TypeScript by Babel. @throws {Failure} It has a syntax error. */
export function parseModule(
  text: string,
  filepath: string,
): { readonly program: { readonly body: readonly Syntax[] } } {
  try {
    // Sound: this parser reads no other option.
    return parsers['babel-ts'].parse(text, { filepath } as never)
  } catch (error) {
    throw new Failure(`${filepath} can't be read: ${reasonOf(error)}`, 'correct its syntax', error)
  }
}
