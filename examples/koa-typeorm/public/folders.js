// The tree of folders, the way to where one is, and what is in a folder.

import { day, h, icon, standing } from './elements.js'
import { offersOf } from './why.js'

const expanded = new Set()

/** The folders from the top to one, as far as the person may see them. */
export function wayTo(folder, folders) {
  const way = []
  for (let at = folder; at; at = folders.find(({ id }) => id === at.parentId)) way.unshift(at)
  return way
}

const within = (folders, id) => folders.filter(({ parentId }) => parentId === id)
const isSharedAlone = (folders) => (folder) =>
  folder.parentId !== null && !folders.some(({ id }) => id === folder.parentId)

export function treeView({ folders, folder }, again) {
  for (const { id } of wayTo(folder, folders)) expanded.add(id)
  const branch = (one) => {
    const inner = within(folders, one.id)
    const isOpen = expanded.has(one.id)
    const toggle = h(
      'button',
      {
        type: 'button',
        class: 'toggle',
        'aria-expanded': String(isOpen),
        'aria-label': `What is in ${one.name}`,
        'data-key': `toggle ${one.id}`,
        onclick: () => {
          if (isOpen) expanded.delete(one.id)
          else expanded.add(one.id)
          again()
        },
      },
      icon('next'),
    )
    return h(
      'li',
      {},
      h(
        'div',
        { class: 'twig', 'aria-current': one.id === folder?.id && 'true' },
        inner.length > 0 ? toggle : h('span', { class: 'toggle' }),
        h(
          'a',
          { href: `#/folders/${one.id}`, 'data-key': `tree ${one.id}` },
          icon('folder'),
          h('span', { class: 'name' }, one.name),
        ),
      ),
      inner.length > 0 && isOpen && h('ul', { class: 'inner' }, inner.map(branch)),
    )
  }
  const alone = folders.filter(isSharedAlone(folders))
  const top = within(folders, null)
  return [
    h(
      'div',
      { class: 'twig all', 'aria-current': !folder && 'true' },
      h('a', { href: '#/', 'data-key': 'tree all' }, icon('all'), h('span', {}, 'All documents')),
    ),
    top.length > 0 && h('h2', {}, 'Folders'),
    top.length > 0 && h('ul', {}, top.map(branch)),
    alone.length > 0 && h('h2', {}, 'Shared with you'),
    alone.length > 0 && h('ul', {}, alone.map(branch)),
  ].filter(Boolean)
}

export function crumbsView({ folders, folder, search }) {
  if (!folder && !search) return []
  const way = wayTo(folder, folders)
  const steps = [h('a', { href: '#/' }, 'All documents')]
  if (way[0] && way[0].parentId !== null)
    steps.push(h('span', { class: 'hidden', title: 'Folders around this one that you may not see' }, '…'))
  for (const one of way) steps.push(h('a', { href: `#/folders/${one.id}` }, one.name))
  if (search) steps.push(h('span', {}, 'Search'))
  steps.at(-1).setAttribute('aria-current', 'page')
  return [
    h(
      'ol',
      {},
      steps.map((step) => h('li', {}, step)),
    ),
  ]
}

export function listView({ folders, folder, actions, search, documents, count, page, pages, document }, commands) {
  const inner = search
    ? []
    : folder
      ? within(folders, folder.id)
      : [...within(folders, null), ...folders.filter(isSharedAlone(folders))]
  const offer = offersOf(`/folders/${folder?.id}`, actions)
  const what = `${count} ${count === 1 ? 'document' : 'documents'}${folder && !search ? ' here' : ''} that you may read`
  return [
    h('h1', {}, search ? `“${search}”` : (folder?.name ?? 'All documents')),
    h('p', { class: 'about' }, count > 1 ? `${what}, latest first` : what),
    folder &&
      !search &&
      h(
        'div',
        { class: 'bar', id: 'folder-bar' },
        offer('New document', 'add', () => commands.compose('document'), 'first'),
        offer('New folder', 'add', () => commands.compose('folder')),
        offer('Share', 'share', commands.share),
      ),
    inner.length > 0 && h('ul', { class: 'folders', 'aria-label': 'Folders here' }, inner.map(folderCard)),
    documents.length > 0
      ? h(
          'ul',
          { class: 'documents', 'aria-label': 'Documents' },
          documents.map((one) => documentRow(one, folders, folder, document)),
        )
      : h(
          'p',
          { class: 'empty' },
          search ? 'No title has that in it.' : folder ? 'No documents.' : 'Nothing is shared with you yet.',
        ),
    pages > 1 && pager(page, pages, commands.turn),
  ].filter(Boolean)
}

function folderCard({ id, name }) {
  return h('li', {}, h('a', { href: `#/folders/${id}` }, icon('folder'), h('span', {}, name)))
}

function documentRow(one, folders, folder, open) {
  const { id, title, classification, author, updatedAt, actions, folderId } = one
  const place = folder ? undefined : (folders.find((each) => each.id === folderId)?.name ?? 'shared with you')
  return h(
    'li',
    {},
    h(
      'a',
      { href: `#/documents/${id}`, 'aria-current': open?.id === id && 'true', 'data-key': `document ${id}` },
      icon('page'),
      h(
        'span',
        { class: 'what' },
        h('span', { class: 'title' }, title),
        h('small', {}, [author.name, day(updatedAt), place].filter(Boolean).join('\u00a0· ')),
      ),
      h(
        'span',
        { class: 'marks' },
        classification === 'confidential' && h('span', { class: 'mark secret' }, icon('lock'), 'confidential'),
        h('span', { class: 'mark' }, standing(actions)),
      ),
    ),
  )
}

function pager(page, pages, turn) {
  const step = (label, to) =>
    h('button', { type: 'button', class: 'button', disabled: to < 1 || to > pages, onclick: () => turn(to) }, label)
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    step('Newer', page - 1),
    h('span', {}, `Page ${page} of ${pages}`),
    step('Older', page + 1),
  )
}
