import * as runtime from '@arcturus/core/internal/runtime'
import { type CompileOptions, compilePolicy } from '../compilePolicy.js'

/**
 * Runs the text of the compiled policy, as an application would import it, and returns its export.
 */
export function moduleOf(
  authorizer: Parameters<typeof compilePolicy>[0],
  options?: CompileOptions,
): (world: runtime.World) => runtime.CompiledAuthorizer {
  const { code } = compilePolicy(authorizer, options)
  const body = code.replace(/^import (.*) from .*$/m, 'const $1 = runtime').replace(/^export const/m, 'const')
  // Sound: the text exports just this.
  return new Function('runtime', `"use strict"\n${body}\nreturn createAuthorizer`)(runtime) as ReturnType<
    typeof moduleOf
  >
}
