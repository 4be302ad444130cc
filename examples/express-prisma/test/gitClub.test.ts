import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openGitClub, send } from './gitClub.js'

// A busy machine is slow; only a test that hangs fails.
vi.setConfig({ testTimeout: 600_000 })

// Some ask for each row, as each person.

let gitClub: Awaited<ReturnType<typeof openGitClub>>
beforeAll(async () => {
  gitClub = await openGitClub()
})
afterAll(() => gitClub.close())

interface Row {
  readonly id: number
  readonly name: string
  readonly isPublic: boolean
  readonly actions: readonly string[]
}

const repositoriesOf = async (handle: string | undefined): Promise<Row[]> =>
  (await send(gitClub.app, handle, 'get', '/repositories').expect(200)).body.repositories
const idOf = async (name: string): Promise<number> =>
  (await gitClub.database.repository.findFirstOrThrow({ where: { name } })).id
const people = [undefined, 'ines', 'tomas', 'yuki', 'bruno', 'leila', 'amara', 'oskar']

describe('the list of repositories', () => {
  it.each([
    [undefined, []],
    ['oskar', []],
    ['ines', ['snowdrift', 'glacier', 'permafrost']],
    ['tomas', ['snowdrift', 'glacier', 'permafrost']],
    ['yuki', ['honeycomb']],
    ['bruno', ['den', 'honeycomb', 'salmon-run', 'reindeer', 'windbreak', 'ptarmigan']],
    ['amara', ['den', 'byline', 'headline', 'embargo']],
  ])('shows %s all that is public, and of what is private %j', async (handle, expected) => {
    const repositories = await repositoriesOf(handle)
    const hidden = repositories.filter(({ isPublic }) => !isPublic).map(({ name }) => name)
    expect(hidden.sort()).toEqual([...expected].sort())
    expect(repositories.filter(({ isPublic }) => isPublic)).toHaveLength(12)
  })

  it('has a repository exactly when asking for it by itself finds it', async () => {
    const all = await gitClub.database.repository.findMany()
    for (const handle of people) {
      const listed = new Set((await repositoriesOf(handle)).map(({ id }) => id))
      for (const { id } of all) {
        const { status } = await send(gitClub.app, handle, 'get', `/repositories/${id}`)
        expect([handle, id, status]).toEqual([handle, id, listed.has(id) ? 200 : handle === undefined ? 401 : 404])
      }
    }
  })

  it('lists the actions of each person', async () => {
    const actionsOf = async (handle: string | undefined, name: string) =>
      (await repositoriesOf(handle)).find((row) => row.name === name)?.actions
    expect(await actionsOf(undefined, 'sextant')).toEqual(['read'])
    expect(await actionsOf('oskar', 'sextant')).toEqual(['read', 'open_issue'])
    expect((await actionsOf('yuki', 'sextant'))?.toSorted()).toEqual(['describe', 'open_issue', 'read'])
    expect((await actionsOf('ines', 'sextant'))?.toSorted()).toEqual(['describe', 'open_issue', 'publish', 'read'])
  })

  it('is filtered by the database, and says how', async () => {
    const { body } = await send(gitClub.app, 'bruno', 'get', '/repositories')
    const texts = body.sql.map(({ text }: { text: string }) => text)
    expect(texts.some((text: string) => /FROM `main`.`Repository` .*WHERE .*isPublic/.test(text))).toBe(true)
  })
})

describe('the issues', () => {
  it.each(people)(
    'that %s lists are those that they may read by themselves, and show nothing of a repository that they may not read',
    async (handle) => {
      const visible = new Set((await repositoriesOf(handle)).map(({ id }) => id))
      const all = await gitClub.database.issue.findMany({
        include: { repository: { include: { organization: true } } },
      })
      let readable = 0
      for (const { id, closed, repository } of all) {
        const { status, body, text } = await send(gitClub.app, handle, 'get', `/issues/${id}`)
        if (status !== 200) continue
        if (!closed) readable++
        const { name, description } = repository
        if (visible.has(repository.id)) expect(body.issue.repository).toMatchObject({ name, description })
        else {
          expect(body.issue.repository).toBeNull()
          expect(text).not.toContain(`"repositoryId":${repository.id}`)
          for (const secret of [name, description, repository.organization.name]) expect(text).not.toContain(secret)
        }
      }
      const { body } = await send(gitClub.app, handle, 'get', '/issues').expect(200)
      expect(body.count).toBe(readable)
      expect(body.issues).toHaveLength(Math.min(20, readable))
      for (const { repository } of body.issues) expect(repository === null || visible.has(repository.id)).toBe(true)
    },
  )

  it('of a repository that became private stay with their creators, without the repository', async () => {
    const sextant = await idOf('sextant')
    const opened = await send(gitClub.app, 'oskar', 'post', `/repositories/${sextant}/issues`, { title: 'Drift' })
    const path = `/issues/${opened.body.issue.id}`
    await send(gitClub.app, 'ines', 'put', `/repositories/${sextant}/visibility`, { isPublic: false }).expect(200)
    const hidden = { title: 'Drift', repository: null, actions: expect.arrayContaining(['read', 'close']) }
    for (const sent of [
      send(gitClub.app, 'oskar', 'get', path),
      send(gitClub.app, 'oskar', 'put', `${path}/closed`, { closed: true }),
    ]) {
      const { status, body, text } = await sent
      expect([status, body.issue]).toEqual([200, expect.objectContaining(hidden)])
      expect(text.replace(/"sql":.*/, '')).not.toMatch(/sextant|organization|description/i)
    }
    await send(gitClub.app, 'ines', 'put', `/repositories/${sextant}/visibility`, { isPublic: true }).expect(200)
    await send(gitClub.app, 'ines', 'delete', path).expect(200)
  })

  it('of a repository are hidden with it', async () => {
    const den = await idOf('den')
    await send(gitClub.app, 'tomas', 'get', `/repositories/${den}/issues`).expect(404)
    const { body } = await send(gitClub.app, 'amara', 'get', `/repositories/${den}/issues`).expect(200)
    expect(body.issues.length).toBeGreaterThan(0)
  })
})

describe('a hidden row', () => {
  it('looks exactly like a missing row', async () => {
    const look = async (id: number) => {
      const { status, text, headers } = await send(gitClub.app, 'tomas', 'get', `/repositories/${id}`)
      return { status, text, headers: { ...headers, date: '' } }
    }
    expect(await look(await idOf('den'))).toEqual(await look(9999))
  })
})

describe('forged requests', () => {
  const forgeries = [
    ['put', 'description', { description: 'mine now' }],
    ['put', 'visibility', { isPublic: true }],
    ['post', 'issues', { title: 'let me in' }],
  ] as const

  it.each(forgeries)('to %s the %s of a hidden repository get a 404', async (method, what, body) => {
    const den = await idOf('den')
    await send(gitClub.app, 'oskar', method, `/repositories/${den}/${what}`, body).expect(404)
    await send(gitClub.app, undefined, method, `/repositories/${den}/${what}`, body).expect(401)
  })

  it('on readable rows get a 403', async () => {
    const sextant = await idOf('sextant')
    await send(gitClub.app, 'oskar', 'put', `/repositories/${sextant}/description`, { description: 'mine' }).expect(403)
    await send(gitClub.app, 'yuki', 'put', `/repositories/${sextant}/visibility`, { isPublic: false }).expect(403)
    const answer = await send(gitClub.app, undefined, 'post', `/repositories/${sextant}/issues`, { title: 'x' }).expect(
      401,
    )
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="GitClub"')
  })

  it('change nothing', async () => {
    const sextant = await idOf('sextant')
    const before = await gitClub.database.repository.findUnique({ where: { id: sextant } })
    await send(gitClub.app, 'oskar', 'put', `/repositories/${sextant}/description`, { description: 'mine' })
    expect(await gitClub.database.repository.findUnique({ where: { id: sextant } })).toEqual(before)
  })

  it.each(['0', '-1', '1.5', 'null', '1e400', '%00', '1;DROP'])('with the id %s find nothing', async (id) => {
    await send(gitClub.app, 'ines', 'get', `/repositories/${id}`).expect(404)
  })

  it('to move an issue out of reach get a 403', async () => {
    const issue = await gitClub.database.issue.findUniqueOrThrow({ where: { id: 25 } })
    const move = async (handle: string, name: string) =>
      send(gitClub.app, handle, 'put', '/issues/25/repository', { repositoryId: await idOf(name) })
    for (const name of ['great-bear', 'den']) expect([name, (await move('ines', name)).status]).toEqual([name, 403])
    expect((await move('tomas', 'glacier')).status).toBe(403)
    // A repository that does not exist is refused as a hidden one is.
    for (const body of [{ repositoryId: 999 }, { repositoryId: [25] }, {}])
      await send(gitClub.app, 'ines', 'put', '/issues/25/repository', body).expect(403)
    expect(await gitClub.database.issue.findUnique({ where: { id: 25 } })).toEqual(issue)
    const { status, body } = await move('ines', 'glacier')
    expect([status, body.issue.repository.name]).toEqual([200, 'glacier'])
    await gitClub.database.issue.update({ where: { id: 25 }, data: { repositoryId: issue.repositoryId } })
  })

  it('with an invalid body get a 400', async () => {
    const glacier = await idOf('glacier')
    for (const body of [{}, { description: '' }, { description: 7 }, { description: 'x'.repeat(201) }]) {
      await send(gitClub.app, 'tomas', 'put', `/repositories/${glacier}/description`, body).expect(400)
    }
  })
})

describe('who may', () => {
  it('opens an issue, closes it, and an admin deletes it', async () => {
    const sextant = await idOf('sextant')
    const opened = await send(gitClub.app, 'oskar', 'post', `/repositories/${sextant}/issues`, {
      title: 'Lost',
    }).expect(201)
    const { id } = opened.body.issue
    await send(gitClub.app, 'amara', 'put', `/issues/${id}/closed`, { closed: true }).expect(403)
    await send(gitClub.app, 'oskar', 'put', `/issues/${id}/closed`, { closed: true }).expect(200)
    await send(gitClub.app, 'yuki', 'put', `/issues/${id}/closed`, { closed: false }).expect(200)
    await send(gitClub.app, 'yuki', 'delete', `/issues/${id}`).expect(403)
    await send(gitClub.app, 'ines', 'delete', `/issues/${id}`).expect(200)
    await send(gitClub.app, 'ines', 'get', `/issues/${id}`).expect(404)
  })

  it('publishes a repository, and then everybody reads it', async () => {
    const permafrost = await idOf('permafrost')
    await send(gitClub.app, undefined, 'get', `/repositories/${permafrost}`).expect(401)
    await send(gitClub.app, 'ines', 'put', `/repositories/${permafrost}/visibility`, { isPublic: true }).expect(200)
    await send(gitClub.app, undefined, 'get', `/repositories/${permafrost}`).expect(200)
    await send(gitClub.app, 'ines', 'put', `/repositories/${permafrost}/visibility`, { isPublic: false }).expect(200)
  })
})

describe('the page', () => {
  it('is public and lists the people to choose from', async () => {
    const page = await request(gitClub.app).get('/').expect(200)
    expect(page.text).toContain('GitClub')
    const { body } = await send(gitClub.app, undefined, 'get', '/people').expect(200)
    expect(body.people).toHaveLength(7)
  })

  it.each(['/', '/style.css', '/api/people', '/api/repositories/9999', '/nowhere'])(
    'and %s have security headers',
    async (path) => {
      const { headers } = await request(gitClub.app).get(path)
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src '(self|none)'/),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      expect(headers).not.toHaveProperty('x-powered-by')
    },
  )

  it('gets responses that no cache shares', async () => {
    const answer = await send(gitClub.app, 'ines', 'get', '/repositories')
    expect(answer.headers['cache-control']).toBe('private')
  })
})
