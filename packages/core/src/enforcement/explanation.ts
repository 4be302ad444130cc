import type { DenialReason } from '../authorizer/denial.js'

/** A sentence for developers: why a request was refused. It tells what exists, so visitors of a real application never see it. */
export function explain(reason: DenialReason, action: string | undefined, readAction: string): string {
  switch (reason) {
    case 'nobody':
      return '(Nobody is signed in, and nobody may do this.)'
    case 'missing':
      return '(The loader found nothing.)'
    case 'hidden':
      return action === undefined || action === readAction
        ? `(It is there, but the actor may not "${readAction}" it.)`
        : `(It is there, but the actor may neither "${action}" nor "${readAction}" it.)`
    case 'forbidden':
      return action === undefined
        ? '(The request-level rules do not allow it.)'
        : `(The actor may know of it, but not "${action}" it.)`
    default:
      return reason satisfies never
  }
}
