import type { DenialReason } from '@arcturus/core/internal/web'

/**
 * Returns a sentence for developers with the reason of a denial. It reveals whether the resource
 * exists, so a production application must not show it to clients.
 */
export function sentenceOf(reason: DenialReason, action: string | undefined, readAction: string): string {
  switch (reason) {
    case 'nobody':
      return '(Anonymous users may not do this.)'
    case 'missing':
      return '(The loader found nothing.)'
    case 'hidden':
      return action === undefined || action === readAction
        ? `(The resource exists, but the actor may not "${readAction}" it.)`
        : `(The resource exists, but the actor may neither "${action}" nor "${readAction}" it.)`
    case 'forbidden':
      return action === undefined
        ? '(The request-level rules do not allow it.)'
        : `(The actor may see the resource, but not "${action}" it.)`
    default:
      return reason satisfies never
  }
}
