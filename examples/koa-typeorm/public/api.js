// The API, as the person who was chosen.

import { toast } from './elements.js'

export const session = {
  /** Who is signed in; nobody at first. */
  person: undefined,
  /** Whether to offer what would be refused, too. */
  insists: false,
}

export class Refused extends Error {
  constructor(status, { error, fields = [] }) {
    super(`${status}: ${error}`)
    this.status = status
    this.fields = fields
  }
}

export async function api(method, path, body) {
  const headers = { ...(session.person && { Authorization: `Bearer ${session.person.handle}` }) }
  if (body) headers['Content-Type'] = 'application/json'
  const response = await fetch(`/api${path}`, { method, headers, body: body && JSON.stringify(body) })
  const answer = response.status === 204 ? {} : await response.json()
  if (!response.ok) throw new Refused(response.status, answer)
  return answer
}

/** Does what may be refused, and tells how it went. Gives whether it was done. */
export async function attempt(done, action) {
  try {
    await action()
    toast(done)
    return true
  } catch (error) {
    toast(error.message, true)
    return false
  }
}
