import { as } from '@arcturus/core/runtime'
import { hydrateRoot } from 'react-dom/client'
import { App, type State } from './App.js'
// The test compiles the policy to this module.
import { createAuthorizer } from './policy.js'

// Sound: the server wrote the state into the page.
const state = JSON.parse(document.getElementById('state')!.textContent!) as State
hydrateRoot(document.getElementById('root')!, <App policy={createAuthorizer()} state={state} wrap={as} />)
