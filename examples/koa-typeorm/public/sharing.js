// Whom a folder or a document is shared with.

import { api, attempt } from './api.js'
import { $, button, face, h, icon } from './elements.js'

const roles = { viewer: 'may read', editor: 'may edit', owner: 'owns it' }

const roleChoice = (role, label, change) =>
  h(
    'select',
    { 'aria-label': label, name: 'role', onchange: change },
    Object.entries(roles).map(([name, text]) => h('option', { value: name, selected: name === role }, text)),
  )

/**
 * Opens the dialog.
 *
 * @param path - Of the folder or the document: `/folders/3`.
 */
export async function openSharing({ path, name, people, changed }) {
  const dialog = $('sharing')
  const render = async () => {
    const [{ shares }, { teams }] = await Promise.all([api('GET', `${path}/shares`), api('GET', '/teams')])
    $('shares').replaceChildren(
      h(
        'header',
        {},
        h('h2', { id: 'sharing-title' }, `Share “${name}”`),
        h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Done'),
      ),
      shares.length > 0
        ? h('ul', {}, shares.map(row))
        : h('p', { class: 'empty' }, 'It is shared with nobody by itself.'),
      adding(teams),
      h(
        'p',
        { class: 'about' },
        'Whoever has a role on a folder around this has it here too, and so do parts of a team.',
      ),
    )
  }
  const row = ({ id, role, person, team }) =>
    h(
      'li',
      {},
      person ? face(person) : h('span', { class: 'face team' }, icon('team')),
      h('span', { class: 'who' }, h('b', {}, (person ?? team).name), h('small', {}, person ? 'person' : 'team')),
      roleChoice(role, `Role of ${(person ?? team).name}`, (event) =>
        send('Changed.', 'POST', `${path}/shares`, {
          ...(person ? { person: person.id } : { team: team.id }),
          role: event.target.value,
        }),
      ),
      button('Remove', () => send('No longer shared.', 'DELETE', `${path}/shares/${id}`), { kind: 'quiet' }),
    )
  const adding = (teams) => {
    const group = (label, kind, rows) =>
      h(
        'optgroup',
        { label },
        rows.map((one) => h('option', { value: `${kind} ${one.id}` }, one.name)),
      )
    const who = h(
      'select',
      { name: 'who', required: true, 'aria-label': 'Person or team' },
      h('option', { value: '' }, 'Person or team …'),
      group('Teams', 'team', teams),
      group('People', 'person', people),
    )
    const role = roleChoice('viewer', 'Role')
    const form = h('form', {}, who, role, h('button', { class: 'button first' }, 'Share'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const [kind, id] = who.value.split(' ')
      send('Shared.', 'POST', `${path}/shares`, { [kind]: Number(id), role: role.value })
    })
    return form
  }
  const send = async (done, method, url, body) => {
    await attempt(done, () => api(method, url, body))
    // Who gave away what is theirs may not look any more.
    await render().catch(() => dialog.close())
    await changed()
  }
  await render()
  dialog.showModal()
}
