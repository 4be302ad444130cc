// GitClub's page: shows what the API lets the chosen person see, and offers what it lets them do.

const $ = (id) => document.getElementById(id)
const visitor = { handle: '', name: 'Visitor', about: 'has not signed in' }

const state = {
  people: [visitor],
  person: visitor,
  repositories: [],
  /** The chosen repository; without one, the latest issues of all. */
  repository: undefined,
  issues: [],
  issueCount: 0,
  showsRefused: false,
}

// the API

class Refused extends Error {
  constructor(status, message) {
    super(`${status}: ${message}`)
    this.status = status
  }
}

async function api(method, path, body) {
  const headers = { ...(state.person.handle && { Authorization: `Bearer ${state.person.handle}` }) }
  if (body) headers['Content-Type'] = 'application/json'
  const response = await fetch(`/api${path}`, { method, headers, body: body && JSON.stringify(body) })
  const answer = await response.json()
  if (!response.ok) throw new Refused(response.status, answer.error)
  if (answer.sql?.length) showQueries(`${method} /api${path}`, answer.sql)
  return answer
}

let loads = 0
async function load() {
  const mine = ++loads
  try {
    const { repositories } = await api('GET', '/repositories')
    const repository = repositories.find(({ id }) => id === state.repository?.id)
    // The chosen list last, so that the SQL on show is its own.
    const answer = await api('GET', repository ? `/repositories/${repository.id}/issues` : '/issues')
    // Somebody or something else was chosen meanwhile.
    if (mine !== loads) return
    Object.assign(state, {
      repositories,
      repository,
      issues: answer.issues,
      issueCount: answer.count ?? answer.issues.length,
    })
    render()
  } catch (error) {
    if (mine === loads) toast(error.message, true)
  }
}

/** Does something that may be refused, tells how it went, and shows what is true afterwards. */
async function attempt(done, action) {
  try {
    await action()
    toast(done)
  } catch (error) {
    toast(error.message, true)
  }
  await load()
}

let toastTimer
function toast(text, bad = false) {
  const toast = $('toast')
  toast.textContent = text
  toast.classList.toggle('bad', bad)
  toast.hidden = false
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    toast.hidden = true
  }, 3500)
}

// elements

/** An element; text is text, never markup. */
function h(name, properties = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    // As an attribute, the Content Security Policy would forbid it.
    else if (key === 'style') element.style.cssText = value
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

function face(person) {
  const hue = [...person.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 360
  const initials = person.handle
    ? person.name
        .split(' ')
        .map((word) => word[0])
        .join('')
    : '?'
  return h('span', { class: 'face', style: `--hue: ${hue}`, 'aria-hidden': 'true' }, initials)
}

/** A button for an action. A refused one is shown on request, with the reason beside it, and really asks. */
function actionButton(label, allowed, run, why, kind = '') {
  if (!allowed && !state.showsRefused) return undefined
  const button = h('button', { type: 'button', class: `action ${allowed ? kind : 'refused'}`, onclick: run }, label)
  return allowed ? button : h('span', { class: 'refusal' }, button, whyNot(label, why))
}

/** Opens an explanation of a refused action, which is fetched when it is opened first. Escape closes it. */
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

const words = { read: 'read', open_issue: 'open issue', describe: 'describe', publish: 'publish' }
const visibility = (repository) => (repository.isPublic ? 'public' : 'private')

// what is shown

function render() {
  renderPeople()
  renderRepositories()
  $('detail').replaceChildren(...(state.repository ? repositoryView(state.repository) : overview()))
}

function personChip(person) {
  const { name, handle, about } = person
  const input = h('input', { type: 'radio', name: 'person', value: handle, onchange: () => choosePerson(person) })
  return h('label', { class: 'chip', title: `${name} ${about}` }, input, face(person), name.split(' ')[0])
}

function renderPeople() {
  const chosen = [...$('people').querySelectorAll('input')].find(({ value }) => value === state.person.handle)
  chosen.checked = true
  chosen.parentElement.scrollIntoView({ block: 'nearest', inline: 'center' })
  const { name, about } = state.person
  $('who').replaceChildren(h('b', {}, name), ` ${about}.`)
}

function renderRepositories() {
  const groups = Map.groupBy
    ? Map.groupBy(state.repositories, ({ organization }) => organization.name)
    : state.repositories.reduce(
        (map, row) => map.set(row.organization.name, [...(map.get(row.organization.name) ?? []), row]),
        new Map(),
      )
  const all = h(
    'button',
    {
      type: 'button',
      class: 'row',
      'aria-current': String(!state.repository),
      onclick: () => chooseRepository(undefined),
    },
    h('span', { class: 'title' }, 'Latest issues'),
    h('span', { class: 'about' }, `in all of ${state.repositories.length} repositories that you may read`),
  )
  $('repositories').replaceChildren(
    h('div', { class: 'group' }, all),
    ...[...groups].flatMap(([name, repositories]) => [
      h('h2', {}, name),
      h('div', { class: 'group' }, ...repositories.map(repositoryRow)),
    ]),
  )
}

function repositoryRow(repository) {
  return h(
    'button',
    {
      type: 'button',
      class: 'row',
      'aria-current': String(repository.id === state.repository?.id),
      onclick: () => chooseRepository(repository),
    },
    h(
      'span',
      { class: 'title' },
      repository.name,
      h('span', { class: `badge ${visibility(repository)}` }, visibility(repository)),
    ),
    h('span', { class: 'about' }, repository.description),
    h(
      'span',
      { class: 'badges' },
      ...repository.actions.map((action) => h('span', { class: 'badge' }, words[action] ?? action)),
    ),
  )
}

function refusedToggle() {
  const box = h('input', {
    type: 'checkbox',
    checked: state.showsRefused,
    onchange: () => {
      state.showsRefused = box.checked
      render()
    },
  })
  return h('label', { class: 'toggle' }, box, 'show what is refused too, and try it')
}

function overview() {
  return [
    h('h1', {}, 'Latest issues'),
    h(
      'p',
      { class: 'about' },
      `${state.issues.length} of ${state.issueCount} open issues that ${state.person.name.split(' ')[0]} may read.`,
    ),
    h('div', { class: 'bar' }, refusedToggle()),
    issueList(true),
  ]
}

function repositoryView(repository) {
  const { id, name, organization, description, isPublic } = repository
  const may = (action) => repository.actions.includes(action)
  const why = (action) => `/repositories/${id}/why?action=${action}`
  const bar = h('div', { class: 'bar' })
  const ask = (placeholder, value, send) => {
    const input = h('input', { placeholder, value, maxlength: 200, required: true, 'aria-label': placeholder })
    const form = h('form', { class: 'compose' }, input, h('button', { class: 'action first' }, 'Save'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      send(input.value)
    })
    bar.querySelector('.compose')?.remove()
    bar.append(form)
    input.focus()
  }
  bar.append(
    ...[
      actionButton(
        'Open an issue',
        may('open_issue'),
        () =>
          ask('What is wrong?', '', (title) =>
            attempt('Opened.', () => api('POST', `/repositories/${id}/issues`, { title })),
          ),
        why('open_issue'),
        'first',
      ),
      actionButton(
        'Edit description',
        may('describe'),
        () =>
          ask('Description', description, (text) =>
            attempt('Saved.', () => api('PUT', `/repositories/${id}/description`, { description: text })),
          ),
        why('describe'),
      ),
      actionButton(
        isPublic ? 'Make private' : 'Make public',
        may('publish'),
        () =>
          attempt(isPublic ? 'Private now.' : 'Public now.', () =>
            api('PUT', `/repositories/${id}/visibility`, { isPublic: !isPublic }),
          ),
        why('publish'),
      ),
      refusedToggle(),
    ].filter(Boolean),
  )
  return [
    h('h1', {}, h('span', {}, `${organization.name} / `), name),
    h(
      'p',
      { class: 'about' },
      `${description}. `,
      h('span', { class: `badge ${visibility(repository)}` }, visibility(repository)),
    ),
    bar,
    issueList(false),
  ]
}

function issueList(namesRepository) {
  if (state.issues.length === 0) return h('p', { class: 'issues empty' }, 'No issues here.')
  return h('ul', { class: 'issues' }, ...state.issues.map((issue) => issueRow(issue, namesRepository)))
}

function issueRow({ id, title, closed, createdAt, creator, repository, actions }, namesRepository) {
  const date = new Date(createdAt).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' })
  const by = creator.handle === state.person.handle ? 'you' : creator.name
  return h(
    'li',
    { class: closed ? 'done' : '' },
    h('span', { class: 'state', title: closed ? 'closed' : 'open' }),
    h(
      'div',
      { class: 'what' },
      h('span', { class: 'subject' }, title),
      h(
        'small',
        {},
        `#${id} by ${by}, ${date}${namesRepository ? ` in ${repository?.name ?? 'a private repository'}` : ''}`,
      ),
    ),
    h(
      'div',
      { class: 'buttons' },
      actionButton(
        closed ? 'Reopen' : 'Close',
        actions.includes('close'),
        () => attempt(closed ? 'Reopened.' : 'Closed.', () => api('PUT', `/issues/${id}/closed`, { closed: !closed })),
        `/issues/${id}/why?action=close`,
      ),
      actionButton(
        'Delete',
        actions.includes('delete'),
        () => attempt('Deleted.', () => api('DELETE', `/issues/${id}`)),
        `/issues/${id}/why?action=delete`,
        'danger',
      ),
    ),
  )
}

// the SQL

const keywords =
  /\b(SELECT|FROM|WHERE|AND|OR|NOT|IN|EXISTS|IS|NULL|LEFT JOIN|INNER JOIN|ON|AS|ORDER BY|ASC|DESC|LIMIT|OFFSET|UPDATE|SET|INSERT INTO|VALUES|DELETE|RETURNING|COUNT|COALESCE)\b/g

/** SQL as people read it: columns of the outer SELECT left out, no quotes, a line for each clause. */
function readable(sql) {
  return sql
    .replaceAll('`main`.', '')
    .replaceAll('`', '')
    .replace(/^SELECT (?!COUNT).*? FROM /, 'SELECT … FROM ')
    .replace(/ (WHERE|ORDER BY|LIMIT) /g, '\n$1 ')
    .replace(/\n(WHERE|LIMIT) (?=[^\n]*\))/g, (whole, word, at, text) =>
      text.slice(0, at).split('(').length > text.slice(0, at).split(')').length ? ` ${word} ` : whole,
    )
}

function queryText({ text, parameters, milliseconds }) {
  const pre = h('pre')
  const sql = readable(text)
  let end = 0
  for (const match of sql.matchAll(keywords)) {
    pre.append(sql.slice(end, match.index), h('i', {}, match[0]))
    end = match.index + match[0].length
  }
  pre.append(sql.slice(end))
  return [pre, h('p', { class: 'with' }, `${JSON.stringify(parameters)} in ${milliseconds.toFixed(1)} ms`)]
}

/** The query that the policy had its part in comes first: it says most. */
function showQueries(request, queries) {
  const main = queries.reduce((longest, query) => (where(query).length > where(longest).length ? query : longest))
  const others = queries.filter((query) => query !== main)
  $('sql').hidden = false
  $('request').textContent = request
  $('main-query').replaceChildren(...queryText(main))
  $('others').textContent = `${others.length} more: who asks, and what belongs to the rows`
  $('other-queries').replaceChildren(...others.map((query) => h('li', {}, ...queryText(query))))
}

const where = ({ text }) => text.slice(text.indexOf(' FROM ')).replace(/\([?,]+\)/g, '')

// what is chosen

async function choosePerson(person) {
  state.person = person
  localStorage.setItem('gitclub.person', person.handle)
  $('answer').textContent = ''
  renderPeople()
  await load()
}

async function chooseRepository(repository) {
  state.repository = repository
  document.body.dataset.view = 'detail'
  scrollTo({ top: 0 })
  await load()
}

$('back').addEventListener('click', () => {
  document.body.dataset.view = 'list'
})
$('knock').addEventListener('submit', async (event) => {
  event.preventDefault()
  const path = `/repositories/${$('number').value}`
  try {
    const { repository } = await api('GET', path)
    $('answer').textContent = `200: ${repository.organization.name} / ${repository.name}`
  } catch (error) {
    $('answer').textContent = error.message
  }
})
const { people } = await api('GET', '/people')
state.people = [visitor, ...people]
$('people').append(...state.people.map(personChip))
await choosePerson(state.people.find(({ handle }) => handle === localStorage.getItem('gitclub.person')) ?? people[0])
