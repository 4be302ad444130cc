import { hydrate } from 'preact'
import { App } from './app.js'
import type { First } from './state.js'

// Sound: the build wrote it, in this form.
const first = JSON.parse(document.getElementById('first')!.textContent!) as First
// In a page of the guide, which has a heading and an example of its own.
document.documentElement.classList.toggle('embedded', window.parent !== window)
hydrate(<App first={first} />, document.getElementById('app')!)
