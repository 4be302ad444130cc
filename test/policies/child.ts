import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Authorizer } from '@arcturus/core'
import { watchPolicy } from '@arcturus/policies'
import { Calls } from '@arcturus/web/calls'
import { opened, type Place } from '../../packages/policies/src/testing/publishing.js'

// A process that answers questions by a watched policy. Each request asks several times.
class User {}
class Note {}

export interface Settings {
  readonly place: Place
  readonly verify: string
  readonly maxStale: number
  readonly poll: number
  readonly lastGood: string
}

const authorizer = new Authorizer({ actions: ['read'], log: () => {} }).registerClass(User).registerClass(Note)
const { place, ...options } = JSON.parse(process.argv[2]!) as Settings
const { source } = await opened(place)
await watchPolicy(authorizer, { ...options, source, timeout: 1_000, onError: () => {} })
const user = new User()
const calls = new Calls<object, User>(authorizer, { actor: () => user }, new AsyncLocalStorage())

async function asked() {
  const answers: unknown[] = []
  for (let count = 0; count < 3; count++) {
    answers.push([authorizer.policyVersion, await authorizer.isAllowed(user, 'read', new Note())])
    await wait(5)
  }
  return answers
}

const server = createServer((request, response) => {
  calls.answer(request, 'note.read', asked).then(
    (answers) => response.end(JSON.stringify(answers)),
    (error) => response.writeHead(503).end(error.code),
  )
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
