import { BODY, type Layout, layOut, type Part, print } from '@arcturus/core/internal/prettier-plugin'
import type { Doc, Printer } from 'prettier'
import { builders } from 'prettier/doc'
import { type Attached, attach, type Commented, partsOf, placesIn } from './comments.js'

const { group, hardline, ifBreak, indent, line, softline } = builders

/** Converts what core prints to a document of Prettier. */
function documentOf(part: Part<Doc>): Doc {
  // Sound: Prettier changes none of the arrays.
  return part as Doc
}

/** The layout of a text, in Prettier's documents. */
function layoutOf(text: string): Layout<Doc> {
  return {
    group: (part, isBroken = false) => group(documentOf(part), { shouldBreak: isBroken }),
    indent: (part) => indent(documentOf(part)),
    line,
    softline,
    hardline,
    lastComma: ifBreak(','),
    groupsMixed: true,
    literal: (node) => {
      const written = text.slice(node.span.start, node.span.end)
      // A line break inside a string, and a comment between a sign and its number, have another form.
      const hasOtherForm = node.kind === 'string' ? /[\n\r]/ : /[\s#]/
      return hasOtherForm.test(written) ? print(node) : written
    },
    breaksAfterIf: ({ head, body }) => body !== undefined && text.slice(head.end, body.span.start).includes('\n'),
    hasEmptyLine: (before, after) => hasEmptyLine(text.slice(before.span.end, after.span.start)),
  }
}

/** Returns whether there is an empty line before the first comment with a line of its own. */
function hasEmptyLine(text: string): boolean {
  for (const part of text.split('\n').slice(1, -1)) {
    if (/^[ \t\r]*$/.test(part)) return true
    if (/^[ \t]*#/.test(part)) return false
  }
  return false
}

/** Prints the comments inside a file or a block that has nothing else. */
function danglingOf(comments: readonly Attached[], text: string): Doc[] {
  const dangling = comments.filter(({ leading, trailing }) => !leading && !trailing)
  return dangling.map((comment, index) => {
    comment.printed = true
    const previous = dangling[index - 1]
    if (!previous) return comment.text.trimEnd()
    const isApart = hasEmptyLine(text.slice(previous.span.end, comment.span.start))
    return [hardline, isApart ? hardline : '', comment.text.trimEnd()]
  })
}

export const printer: Printer<Commented> = {
  print(path, { originalText }, printPart, place): Doc {
    const { node } = path
    const dangling = danglingOf(node.comments ?? [], originalText)
    const part = layOut<Doc>(
      node,
      typeof place === 'number' ? place : BODY,
      (place, ...keys) => path.call((child) => printPart(child, place), ...(keys as [])),
      layoutOf(originalText),
    )
    const isFile = 'kind' in node && node.kind === 'file'
    if (isFile) return node.statements.length + dangling.length === 0 ? '' : [documentOf(part), dangling, hardline]
    if (dangling.length === 0 || !('kind' in node) || node.kind !== 'resource block') return documentOf(part)
    const head = [node.keyword ? `${node.keyword.name} ` : '', node.name.name, ' {']
    return [head, indent([hardline, dangling]), hardline, '}']
  },
  getVisitorKeys: partsOf,
  getCommentChildNodes: placesIn,
  canAttachComment: (node) => 'span' in node,
  isBlockComment: () => false,
  printComment: ({ node }) => (node as unknown as Attached).text.trimEnd(),
  hasPrettierIgnore: ({ node }) =>
    node.comments?.some(({ leading, text }) => leading && /^#\s*prettier-ignore\s*$/.test(text)) ?? false,
  handleComments: {
    ownLine: (comment: Attached, _text: string, _options: object, file: Commented) => attach(comment, file, true),
    endOfLine: (comment: Attached, _text: string, _options: object, file: Commented) => attach(comment, file, false),
    remaining: (comment: Attached, _text: string, _options: object, file: Commented) => attach(comment, file, false),
  },
}
