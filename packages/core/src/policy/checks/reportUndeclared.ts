import type { StringLiteral } from '../../language/ast.js'
import type { MergedBlock } from '../blocks.js'
import type { BlockContext } from './check.js'
import { suggestion } from './suggestion.js'

/** Reports a term of a shorthand rule that its block does not declare. */
export function reportUndeclared(term: StringLiteral, block: MergedBlock, context: BlockContext): void {
  const { name } = block.name
  const message = `"${term.value}" is not a role, permission or relation of ${name}.`
  context.error('undeclared-term', message, term.span, {
    hint: suggestion(term.value, block.declared.keys()) ?? `declare it in the block of ${name}`,
    data: { term: term.value, class: name },
  })
}
