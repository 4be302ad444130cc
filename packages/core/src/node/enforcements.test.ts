import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { Enforcements } from './enforcements.js'

class Note {}

function served() {
  const authorizer = new Authorizer().registerClass(Note)
  authorizer.loadSync('allow("ada", "read", _: Note);')
  const enforcements = new Enforcements<object, string>(authorizer, { actor: () => 'ada' })
  const begin = () => {
    const enforcement = enforcements.of({}, 'GET', () => {})
    enforcement.guard.arm()
    return enforcement
  }
  return { authorizer, enforcements, begin }
}

describe('the enforcements of requests', () => {
  it('are one for each request, begun once', () => {
    const { enforcements } = served()
    const [request, other] = [{}, {}]
    let begun = 0
    const first = enforcements.of(request, 'GET', () => begun++)
    expect(enforcements.of(request, 'GET', () => begun++)).toBe(first)
    expect(enforcements.of(other, 'GET', () => begun++)).not.toBe(first)
    expect(begun).toBe(2)
  })

  it('count what is asked in their asynchronous context, and nothing else', async () => {
    const { authorizer, enforcements, begin } = served()
    const [asking, silent] = [begin(), begin()]
    await Promise.all([
      enforcements.run(asking, async () => {
        await Promise.resolve()
        authorizer.filter('ada', 'read', 'Note')
      }),
      enforcements.run(silent, () => Promise.resolve()),
    ])
    authorizer.can('ada', 'read', new Note())
    expect([asking.guard.state, silent.guard.state]).toEqual(['decided', 'armed'])
  })

  it.each(['Bearer\r\nx: y', 'Bearer \u0000', 7])('take no challenge that a header can not hold: %j', (challenge) => {
    const options = { actor: () => 'ada', challenge: challenge as string }
    expect(() => new Enforcements<object, string>(new Authorizer(), options)).toThrow(/challenge/)
  })
})
