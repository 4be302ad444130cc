// A document as the person may see it, and a form of what they may write.

import { api, attempt, Refused, session } from './api.js'
import { button, day, euros, h, icon, standing, toast } from './elements.js'
import { offersOf } from './why.js'

const standings = { owner: 'You own this.', editor: 'You may edit this.', viewer: 'You may read this.' }

/** Fields that a policy may withhold: they are not in what was answered then. */
const guarded = [
  ['amount', 'Amount', (value) => (value === null ? '–' : euros(value))],
  ['remarks', 'Remarks', (value) => value ?? '–'],
]

export function documentView({ document, actions, folderName }, commands) {
  const { title, text, classification, author, updatedAt } = document
  const offer = offersOf(`/documents/${document.id}`, actions)
  const isWithheld = guarded.some(([name]) => !(name in document))
  return [
    h('a', { class: 'close', href: commands.closeTo, 'aria-label': 'Close the document' }, icon('back'), 'Documents'),
    h(
      'div',
      { class: 'sheet' },
      h(
        'header',
        {},
        h('h2', {}, title),
        h(
          'p',
          { class: 'facts' },
          h('span', { class: `mark ${classification === 'confidential' ? 'secret' : ''}` }, [
            classification === 'confidential' && icon('lock'),
            classification,
          ]),
          `${author.name}\u00a0· ${day(updatedAt)}\u00a0· ${folderName ?? 'shared with you'}`,
        ),
      ),
      text.split('\n').map((paragraph) => h('p', { class: 'text' }, paragraph)),
      h(
        'dl',
        { class: isWithheld ? 'figures withheld' : 'figures' },
        guarded.flatMap(([name, label, show]) => [
          h('dt', {}, label),
          name in document
            ? h('dd', {}, show(document[name]))
            : h('dd', { class: 'bar-out' }, h('span', {}, icon('lock'), 'withheld')),
        ]),
        isWithheld && h('p', {}, 'This document is confidential: only who edits it may read these.'),
      ),
      h(
        'footer',
        { class: 'bar' },
        offer('Edit', 'edit', commands.edit, 'first'),
        offer('Share', 'share', commands.share),
        offer('Delete', 'delete', commands.remove, 'danger'),
        h('span', { class: 'standing' }, standings[standing(actions)]),
      ),
    ),
  ]
}

const fields = {
  title: (value) => h('input', { name: 'title', value, required: true, maxlength: 120 }),
  text: (value) => h('textarea', { name: 'text', value, rows: 8 }),
  classification: (value) =>
    h(
      'select',
      { name: 'classification' },
      ['internal', 'confidential'].map((one) => h('option', { selected: one === value }, one)),
    ),
  amount: (value) => h('input', { name: 'amount', value: value ?? '', type: 'number', step: 1, inputmode: 'numeric' }),
  remarks: (value) => h('textarea', { name: 'remarks', value: value ?? '', rows: 2, maxlength: 500 }),
}
const labels = {
  title: 'Title',
  text: 'Text',
  classification: 'Classification',
  amount: 'Amount in euros',
  remarks: 'Remarks',
}

/** A form of the fields that may be written; of all, if refusals are asked for. */
export function documentForm({ document, writable, heading }, { save, cancel }) {
  const names = Object.keys(fields).filter((name) => session.insists || writable.includes(name))
  const inputs = new Map(names.map((name) => [name, fields[name](document[name])]))
  const valueIn = (name) => {
    const { value } = inputs.get(name)
    if (name === 'amount') return value === '' ? null : Number(value)
    return name === 'remarks' && value.trim() === '' ? null : value
  }
  const before = new Map(names.map((name) => [name, valueIn(name)]))
  const form = h(
    'form',
    { class: 'sheet form' },
    h('h2', {}, heading),
    names.map((name) =>
      h(
        'label',
        { 'data-field': name },
        h('span', {}, labels[name], !writable.includes(name) && h('em', {}, 'not yours to write')),
        inputs.get(name),
      ),
    ),
    h('footer', { class: 'bar' }, h('button', { class: 'button first' }, 'Save'), button('Cancel', cancel)),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const changed = names.filter((name) => valueIn(name) !== before.get(name))
    try {
      await save(Object.fromEntries(changed.map((name) => [name, valueIn(name)])))
    } catch (error) {
      toast(error.message, true)
      for (const label of form.querySelectorAll('label'))
        label.classList.toggle('refused', error instanceof Refused && error.fields.includes(label.dataset.field))
    }
  })
  return [form]
}

/** A form that asks for a name. */
export function nameForm(heading, { save, cancel }) {
  const input = h('input', { name: 'name', required: true, maxlength: 80 })
  const form = h(
    'form',
    { class: 'sheet form' },
    h('h2', {}, heading),
    h('label', {}, h('span', {}, 'Name'), input),
    h('footer', { class: 'bar' }, h('button', { class: 'button first' }, 'Save'), button('Cancel', cancel)),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    save(input.value)
  })
  return [form]
}

/** Deletes a document, after asking. Gives whether it is gone. */
export async function removeDocument({ id, title }) {
  if (!confirm(`Delete “${title}” for everybody?`)) return false
  return attempt('Deleted.', () => api('DELETE', `/documents/${id}`))
}
