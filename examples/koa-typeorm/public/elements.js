// What the parts of the page are made of.

export const $ = (id) => document.getElementById(id)

/** An element; text is text, never markup. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else if (key === 'value') element.value = value
    // As an attribute, the Content Security Policy would forbid it.
    else if (key === 'style') element.style.cssText = value
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== false && child !== null))
  return element
}

const shapes = {
  folder:
    'M2.5 5A1.5 1.5 0 0 1 4 3.5h3L8.8 5.5H16A1.5 1.5 0 0 1 17.5 7v8A1.5 1.5 0 0 1 16 16.5H4A1.5 1.5 0 0 1 2.5 15z',
  page: 'M5 2.5h6.5L15.5 6.5v11H5zM11.5 2.5v4h4',
  all: 'M3.5 5.5h13M3.5 10h13M3.5 14.5h13',
  lock: 'M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9',
  person: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5',
  team: 'M7.5 9.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM2.5 16c.5-2.7 2.5-4 5-4s4.5 1.3 5 4M13 4.6a2.5 2.5 0 0 1 0 4.8M14.2 12.2c1.7.5 2.9 1.8 3.3 3.8',
  next: 'M8 5l5 5-5 5',
  back: 'M12 5l-5 5 5 5',
}

/** A drawing of 20 by 20, in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.setAttribute('class', `icon ${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', shapes[name])
  svg.append(path)
  return svg
}

export function face({ name }) {
  const hue = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 11) % 360
  const initials = name
    .split(' ')
    .map((word) => word[0])
    .join('')
  return h('span', { class: 'face', style: `--hue: ${hue}`, 'aria-hidden': 'true' }, initials)
}

/** A button for an action. One that is refused is offered on request alone, and really asks. */
export function button(label, run, { kind = '', refused = false } = {}) {
  return h('button', { type: 'button', class: `button ${refused ? 'refused' : kind}`, onclick: run }, label)
}

export const day = (text) =>
  new Date(text).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' })

export const euros = (amount) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 }).format(amount)

/** What somebody is to a document, by what they may do to it. */
export const standing = (actions) =>
  actions.includes('delete') ? 'owner' : actions.includes('edit') ? 'editor' : 'viewer'

let hiding
export function toast(text, bad = false) {
  const toast = $('toast')
  toast.textContent = text
  toast.classList.toggle('bad', bad)
  toast.hidden = false
  // Within a dialog that is open: what is outside of that is covered, and not read aloud.
  ;(document.querySelector('dialog[open]') ?? document.body).append(toast)
  clearTimeout(hiding)
  hiding = setTimeout(() => {
    toast.hidden = true
  }, 4000)
}
