import type { Authorizer } from '../../authorizer/authorizer.js'
import { type CompileOptions, compilePolicy } from '../compilePolicy.js'
import * as runtime from '../runtime.js'

/** What the module exports that a policy was compiled to: its text is run, as an application would import it. */
export function moduleOf(
  authorizer: Authorizer,
  options?: CompileOptions,
): (world: runtime.World) => runtime.CompiledAuthorizer {
  const { code } = compilePolicy(authorizer, options)
  const body = code.replace(/^import (.*) from .*$/m, 'const $1 = runtime').replace(/^export const/m, 'const')
  // the text exports just this
  return new Function('runtime', `"use strict"\n${body}\nreturn createAuthorizer`)(runtime) as ReturnType<
    typeof moduleOf
  >
}
