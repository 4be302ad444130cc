import { Failure, reasonOf } from './failure.js'
import type { Output } from './output.js'

/** Prints why a command could not do its work, without a stack trace. */
export async function reportFailure(error: unknown, output: Output): Promise<void> {
  const { PolicyError } = await import('@arcturus/core')
  if (error instanceof PolicyError && output.format !== 'json') {
    const { printDiagnostic } = await import('./diagnostics.js')
    for (const diagnostic of error.diagnostics) printDiagnostic(output, diagnostic)
    return
  }
  const { red, bold } = output.colours
  const hint = hintOf(error)
  if (output.format === 'json') {
    const code = error instanceof Error && 'code' in error ? error.code : 'failure'
    output.json({ error: { code, message: messageOf(error), ...(hint !== undefined && { hint }) } })
    return
  }
  output.note(`${bold(red('error:'))} ${messageOf(error)}`)
  if (hint !== undefined) output.note(`hint: ${hint}`)
}

function messageOf(error: unknown): string {
  if (error instanceof Failure) return error.message
  // The hint of an error of the library is part of its message.
  return error instanceof Error && 'summary' in error ? error.message.replace(/\nhint: .*$/s, '') : reasonOf(error)
}

function hintOf(error: unknown): string | undefined {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined
}
