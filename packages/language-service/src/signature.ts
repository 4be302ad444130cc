import { type Call, eachChild, expectedAfter, type Node, type Rule } from '@arcturus/core/internal/language-service'
import type { SignatureHelp, SignatureInformation } from 'vscode-languageserver-types'
import type { Analysis } from './analysis.js'
import { headOf, lineOf } from './describe.js'
import type { PolicyDocument } from './document.js'

/** Returns the heads of the rule whose call is being written at an offset. */
export function signatureHelp(document: PolicyDocument, offset: number, analysis: Analysis): SignatureHelp | undefined {
  const piece = document.pieceAt(offset)
  if (!piece) return undefined
  const { start } = piece.source
  const expected = expectedAfter(document.text.getText().slice(start, offset))
  if (!expected?.node) return undefined
  const open = callAt(expected.node, expected.start)
  if (!open) return undefined
  const { call, index } = open
  const signatures = new Map<string, SignatureInformation>()
  for (const rule of analysis.rules.get(call.name) ?? []) signatures.set(headOf(rule), signatureOf(rule))
  if (signatures.size === 0) return undefined
  const all = [...signatures.values()]
  const active = all.findIndex(({ parameters }) => (parameters?.length ?? 0) > index)
  return { signatures: all, activeSignature: Math.max(0, active), activeParameter: index }
}

/** Returns the innermost call with an argument at an offset. */
function callAt(root: Node, offset: number): { readonly call: Call; readonly index: number } | undefined {
  let found: { readonly call: Call; readonly index: number } | undefined
  const visit = (node: Node): void => {
    if (node.kind === 'call') {
      const index = node.args.findIndex(({ span }) => span.start <= offset && offset <= span.end)
      if (index !== -1) found = { call: node, index }
    }
    eachChild(node, (child) => {
      if (node.kind === 'dot' && child === node.member) eachChild(child, visit)
      else visit(child)
    })
  }
  visit(root)
  return found
}

function signatureOf(rule: Rule): SignatureInformation {
  return { label: headOf(rule), parameters: rule.parameters.map(({ span }) => ({ label: lineOf(span) })) }
}
