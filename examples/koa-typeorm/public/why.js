// Buttons for actions. One that is refused has the reason beside it.

import { api, session } from './api.js'
import { button, h } from './elements.js'

/** Returns a function that makes buttons for what may be done to a resource: `offer('Share', 'share', run)`. */
export const offersOf = (path, actions) => (label, action, run, kind) => {
  if (actions.includes(action)) return button(label, run, { kind })
  if (!session.insists) return undefined
  const reason = whyNot(label, `${path}/why?action=${action}`)
  return h('span', { class: 'refusal' }, button(label, run, { refused: true }), reason)
}

/** An explanation of a refused action, which is fetched when it is opened first. Escape closes it. */
function whyNot(label, path) {
  const text = h('pre', { class: 'reason', 'aria-live': 'polite' })
  // Details of one name: opening one closes the others.
  const details = h(
    'details',
    { class: 'why', name: 'why' },
    h('summary', { 'aria-label': `Why is “${label}” refused?` }, 'why?'),
    text,
  )
  details.addEventListener('toggle', async () => {
    if (!details.open || text.textContent) return
    text.textContent = 'One moment…'
    try {
      text.textContent = (await api('GET', path)).why
    } catch (error) {
      text.textContent = error.message
    }
  })
  details.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    details.open = false
    details.querySelector('summary').focus()
  })
  return details
}
