// Folio's page: shows what the API lets the chosen person see, and offers what it lets them do.

import { api, attempt, session } from './api.js'
import { documentForm, documentView, nameForm, removeDocument } from './document.js'
import { $, face, h, icon, toast } from './elements.js'
import { crumbsView, listView, treeView } from './folders.js'
import { openSharing } from './sharing.js'

const state = {
  people: [],
  folders: [],
  /** The folder that is shown, and what may be done to it; none for all documents. */
  folder: undefined,
  actions: [],
  search: '',
  documents: [],
  count: 0,
  page: 1,
  pages: 1,
  /** The answer about the document that is open, if one is. */
  open: undefined,
}

// where one is: `#/`, `#/folders/3`, `#/documents/7`

const place = () => {
  const [, kind, id] = /^#\/(folders|documents)\/(\d+)$/.exec(location.hash) ?? []
  return { [kind]: id && Number(id) }
}
const addressOf = (folder) => (folder ? `#/folders/${folder.id}` : '#/')

let loads = 0
/** Asks for all that is to be seen, and shows it unless something else was chosen meanwhile. */
async function load() {
  const mine = ++loads
  if (!session.person) return render()
  const wanted = place()
  try {
    const [{ folders }, open] = await Promise.all([
      api('GET', '/folders'),
      wanted.documents ? api('GET', `/documents/${wanted.documents}`) : undefined,
    ])
    if (mine !== loads) return
    // Beside a document stays the list that it was chosen from; who comes by its address sees its folder.
    const id = open
      ? (state.folder?.id ?? (state.documents.length > 0 ? undefined : open.document.folderId))
      : wanted.folders
    const folder = folders.find((one) => one.id === id)
    if (wanted.folders && !folder) throw new Error('404: Not found.')
    const query = new URLSearchParams({ page: state.page })
    if (state.search) query.set('search', state.search)
    else if (folder) query.set('folder', folder.id)
    const [list, about] = await Promise.all([
      api('GET', `/documents?${query}`),
      folder ? api('GET', `/folders/${folder.id}`) : { actions: [] },
    ])
    if (mine !== loads) return
    Object.assign(state, list, { folders, folder, actions: about.actions, open })
    render()
  } catch (error) {
    if (mine !== loads) return
    toast(error.message, true)
    if (location.hash !== '#/') location.hash = '#/'
  }
}

addEventListener('hashchange', () => {
  if (!place().documents) {
    if (state.folder?.id !== place().folders || state.search) state.page = 1
    state.search = ''
    state.documents = []
    $('search').reset()
  }
  load()
})

// what is shown

function render() {
  document.body.dataset.view = session.person ? (state.open ? 'document' : 'list') : 'people'
  renderPerson()
  if (!session.person) return renderPeople()
  const key = document.activeElement?.dataset.key
  const shown = { ...state, document: state.open?.document }
  $('tree').replaceChildren(...treeView(state, render))
  $('crumbs').replaceChildren(...crumbsView(state))
  $('list').replaceChildren(
    ...listView(shown, {
      compose,
      share: () => share(`/folders/${state.folder.id}`, state.folder.name),
      turn: (page) => {
        state.page = page
        scrollTo({ top: 0 })
        load()
      },
    }),
  )
  if (state.open) showDocument()
  else $('document').replaceChildren()
  // What had the focus was replaced by its like.
  if (key) document.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true })
}

function renderPerson() {
  const { person } = session
  $('person').replaceChildren(
    ...(person
      ? [face(person), h('span', {}, h('b', {}, person.name), h('small', {}, person.about)), icon('next')]
      : []),
  )
  $('person').setAttribute('aria-label', person ? `${person.name}: be somebody else` : 'Nobody')
}

function renderPeople() {
  $('people-list').replaceChildren(
    ...state.people.map((person) =>
      h(
        'li',
        {},
        h(
          'button',
          { type: 'button', onclick: () => choosePerson(person) },
          face(person),
          h('span', {}, h('b', {}, person.name), h('small', {}, person.about)),
        ),
      ),
    ),
  )
  const insists = h('input', {
    type: 'checkbox',
    checked: session.insists,
    onchange: (event) => {
      session.insists = event.target.checked
    },
  })
  $('people-list').after(
    $('people').querySelector('.insists') ??
      h('label', { class: 'insists' }, insists, 'Offer me also what I may not do, to see it refused'),
  )
}

function showDocument() {
  const { document, actions, writable } = state.open
  const pane = $('document')
  const again = () => {
    showDocument()
    pane.querySelector('.bar .button')?.focus()
  }
  pane.replaceChildren(
    ...documentView(
      { document, actions, folderName: state.folders.find(({ id }) => id === document.folderId)?.name },
      {
        closeTo: addressOf(state.folder),
        share: () => share(`/documents/${document.id}`, document.title),
        remove: async () => {
          if (await removeDocument(document)) location.hash = addressOf(state.folder)
        },
        edit: () =>
          showForm(
            documentForm(
              { document, writable, heading: 'Edit' },
              {
                save: async (changes) => {
                  await api('PATCH', `/documents/${document.id}`, changes)
                  toast('Saved.')
                  await load()
                },
                cancel: again,
              },
            ),
          ),
      },
    ),
  )
}

function showForm(form) {
  document.body.dataset.view = 'document'
  $('document').replaceChildren(...form)
  $('document').querySelector('input').focus()
}

/** Something new in the folder that is shown. */
function compose(kind) {
  const { folder } = state
  const cancel = () => render()
  if (kind === 'folder')
    return showForm(
      nameForm('New folder', {
        cancel,
        save: async (name) => {
          await attempt('Made.', () => api('POST', `/folders/${folder.id}/folders`, { name }))
          await load()
        },
      }),
    )
  const empty = { title: '', text: '', classification: 'internal', amount: null, remarks: null }
  showForm(
    documentForm(
      { document: empty, writable: Object.keys(empty), heading: 'New document' },
      {
        cancel,
        save: async (values) => {
          const { document } = await api('POST', `/folders/${folder.id}/documents`, values)
          toast('Saved.')
          location.hash = `#/documents/${document.id}`
        },
      },
    ),
  )
}

async function share(path, name) {
  try {
    await openSharing({ path, name, people: state.people, changed: load })
  } catch (error) {
    toast(error.message, true)
  }
}

// who one is

async function choosePerson(person) {
  session.person = person
  Object.assign(state, { folders: [], folder: undefined, documents: [], open: undefined, search: '', page: 1 })
  if (person) localStorage.setItem('folio.person', person.handle)
  else localStorage.removeItem('folio.person')
  scrollTo({ top: 0 })
  // Where the other one was may be hidden from this one.
  if (location.hash && location.hash !== '#/') location.hash = '#/'
  else await load()
}

$('person').addEventListener('click', () => choosePerson(undefined))
$('search').addEventListener('submit', (event) => {
  event.preventDefault()
  state.search = new FormData(event.target).get('text').trim()
  state.page = 1
  state.open = undefined
  if (place().documents) history.replaceState(null, '', addressOf(state.folder))
  load()
})

const { people } = await api('GET', '/people')
state.people = people
session.person = people.find(({ handle }) => handle === localStorage.getItem('folio.person'))
await load()
