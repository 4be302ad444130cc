import { hydrate } from 'preact'
import { App } from './app.js'
import type { First } from './state.js'

// Sound: the build wrote it, in this form.
const first = JSON.parse(document.getElementById('first')!.textContent!) as First
hydrate(<App first={first} />, document.getElementById('app')!)
