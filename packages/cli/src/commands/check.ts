import { type Diagnostic, PolicyError } from '@arcturus/core'
import { findingOf, printDiagnostic } from '../output/diagnostics.js'
import { counted, type Output, type Result } from '../output/output.js'
import type { Project } from '../project/project.js'

export interface CheckOptions {
  /** Whether warnings and refused filters are findings. */
  readonly strict?: boolean
  /** Whether the project stays open. */
  readonly stay?: boolean
}

/**
 * Loads the policy and prints its errors, its warnings, and the lists that no filter can represent.
 */
export async function check(
  open: () => Promise<Project>,
  output: Output,
  { strict, stay }: CheckOptions,
): Promise<Result> {
  const diagnostics = await diagnosticsOf(open, stay)
  for (const diagnostic of diagnostics) printDiagnostic(output, diagnostic)
  const count = (severity: string): number => diagnostics.filter((one) => one.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const { green, red, yellow } = output.colours
  const failed = errors > 0 || (strict && warnings > 0)
  const text = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`
  output.line(failed ? red(`✗ ${text}`) : warnings > 0 ? yellow(`✓ ${text}`) : green('✓ The policy is valid.'))
  return {
    code: failed ? 1 : 0,
    json: { valid: errors === 0, errors, warnings, diagnostics: diagnostics.map(findingOf) },
  }
}

async function diagnosticsOf(open: () => Promise<Project>, stay = false): Promise<readonly Diagnostic[]> {
  let project: Project | undefined
  // The application logs the warnings of its policy; they are printed here, with the others.
  const { warn } = console
  console.warn = () => {}
  try {
    project = await open()
    return [...(await project.load()), ...refusedFilters(project)]
  } catch (error) {
    if (error instanceof PolicyError) return error.diagnostics
    throw error
  } finally {
    console.warn = warn
    if (!stay) await project?.close()
  }
}

/** Returns a warning for each list that no filter can represent, once for each place and reason. */
function refusedFilters({ authorizer }: Project): readonly Diagnostic[] {
  const byPlace = new Map<
    string,
    { readonly diagnostic: Diagnostic; readonly reason: string; readonly lists: Set<string> }
  >()
  for (const { actor, action, model, reason, ...diagnostic } of authorizer.check()) {
    // The other findings are warnings of the policy.
    if (reason === undefined) continue
    const { span } = diagnostic
    const place = `${span?.source.name}:${span?.start}:${reason}`
    const known = byPlace.get(place) ?? { diagnostic, reason, lists: new Set() }
    known.lists.add(`${actor} "${action}" ${model}`)
    byPlace.set(place, known)
  }
  return [...byPlace.values()].map(({ diagnostic, reason, lists }) => ({
    ...diagnostic,
    message: `No exact filter for ${some([...lists])}: ${reason}`,
  }))
}

function some(names: readonly string[]): string {
  const rest = names.length - 3
  return rest > 0 ? `${names.slice(0, 3).join(', ')} and ${rest} more` : names.join(', ')
}
