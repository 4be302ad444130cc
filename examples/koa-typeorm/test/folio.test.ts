import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Document } from '../src/entities/document.js'
import { Folder } from '../src/entities/folder.js'
import { Share } from '../src/entities/share.js'
import { countQueries, openFolio, places } from './folio.js'

// A busy machine is slow; only a test that hangs fails.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

// Some ask for each row, as each person.

const everybody = ['mara', 'jonas', 'aiko', 'samuel', 'nadia', 'lena', 'ilse', 'victor', 'theo'] as const

describe.each(await places())('Folio on $name', (place) => {
  let folio: Awaited<ReturnType<typeof openFolio>>
  beforeAll(async () => {
    folio = await openFolio(place)
  })
  afterAll(() => folio?.close())

  /** All that somebody finds in the list, page by page. */
  async function documentsOf(handle: string, query = ''): Promise<{ readonly [field: string]: unknown }[]> {
    const found = []
    for (let page = 1, pages = 1; page <= pages; page++) {
      const { body } = await folio.send(handle, 'get', `/documents?page=${page}${query}`).expect(200)
      found.push(...body.documents)
      pages = body.pages
      if (page === pages) expect(found).toHaveLength(body.count)
    }
    return found
  }
  const foldersOf = async (handle: string): Promise<{ readonly id: number; readonly name: string }[]> =>
    (await folio.send(handle, 'get', '/folders').expect(200)).body.folders
  const path = async (title: string, rest = '') => `/documents/${(await folio.document(title)).id}${rest}`
  const folderPath = async (name: string, rest = '') => `/folders/${(await folio.folder(name)).id}${rest}`

  describe('the folders', () => {
    it.each([
      ['theo', []],
      ['victor', ['Depot drawings']],
      ['ilse', ['Budgets', 'Finance']],
      ['samuel', ['Handbook', 'Offers', 'Payroll', 'People', 'Reviews', 'Travel']],
      ['nadia', ['Budgets', 'Depot contracts', 'Finance', 'Handbook', 'Library contracts', 'Travel']],
      ['lena', ['Budgets', 'Depot contracts', 'Finance', 'Handbook', 'Library contracts', 'Payroll', 'Travel']],
    ])('that %s may read are %j', async (handle, expected) => {
      expect((await foldersOf(handle)).map(({ name }) => name).sort()).toEqual(expected)
    })

    it('are in the list exactly when asking for one by itself finds it', async () => {
      const all = await folio.rows.getRepository(Folder).find()
      for (const handle of everybody) {
        const listed = new Set((await foldersOf(handle)).map(({ id }) => id))
        for (const { id } of all) {
          const { status } = await folio.send(handle, 'get', `/folders/${id}`)
          expect([handle, id, status]).toEqual([handle, id, listed.has(id) ? 200 : 404])
        }
      }
    })
  })

  describe('the documents', () => {
    it('are in the list exactly if the page of each one finds it, with the same fields', async () => {
      const all = await folio.rows.getRepository(Document).find({ relations: { author: true } })
      for (const handle of everybody) {
        const listed = new Map((await documentsOf(handle)).map((row) => [row['id'], row]))
        const readable = []
        for (const row of all) {
          const { status, body } = await folio.send(handle, 'get', `/documents/${row.id}`)
          expect([handle, row.title, status]).toEqual([handle, row.title, listed.has(row.id) ? 200 : 404])
          if (status !== 200) continue
          expect({ ...body.document, actions: body.actions }).toEqual(listed.get(row.id))
          readable.push(row)
        }
        await folio.expectOnlyAllowed(await folio.person(handle), 'read', all, readable)
      }
    })

    it('are hidden from anonymous users', async () => {
      const answer = await folio.send(undefined, 'get', '/documents').expect(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="Folio"')
      await folio.send(undefined, 'get', await path('Design brief')).expect(401)
      await folio.send('somebody', 'get', await path('Design brief')).expect(401)
      await folio.expectDenied(null, 'read', await folio.document('Design brief'), { status: 401 })
    })

    it('are found by folder and by title, and never more than may be read', async () => {
      const budgets = (await folio.folder('Budgets')).id
      const titles = async (handle: string, query: string) =>
        (await documentsOf(handle, query)).map(({ title }) => title).sort()
      expect(await titles('ilse', `&folder=${budgets}`)).toEqual([
        'Budget of the office',
        'Budget of the studio',
        'Competition next year',
      ])
      expect(await titles('jonas', `&folder=${budgets}`)).toEqual([])
      expect(await titles('ilse', '&search=BUDGET')).toEqual(['Budget of the office', 'Budget of the studio'])
      expect(await titles('ilse', '&search=%25')).toEqual([])
      expect(await titles('victor', '&search=agree')).toEqual(['Consulting agreement'])
    })

    it('are listed by as many queries, however many there are', async () => {
      const queries = (query: string) =>
        countQueries(folio.database, () => folio.send('mara', 'get', `/documents${query}`).expect(200))
      const [few, many] = [await queries(`?folder=${(await folio.folder('Board')).id}`), await queries('')]
      expect(few).toBeGreaterThan(0)
      // The folders around the rows are read level by level.
      expect(many).toBeLessThanOrEqual(few + 6)
    })

    it.each(['page=0', 'page=x', 'page=1&page=2', 'folder=x'])('reject the parameter %s', async (query) => {
      await folio.send('mara', 'get', `/documents?${query}`).expect(400)
    })
  })

  describe('roles', () => {
    it.each([
      ['theo', 'Design brief', []],
      ['nadia', 'Design brief', []],
      ['aiko', 'Design brief', ['read']],
      ['aiko', 'HL-S1 Roof steel', ['read', 'edit', 'classify', 'share', 'delete']],
      ['jonas', 'HL-S1 Roof steel', ['read', 'edit']],
      ['mara', 'HL-S1 Roof steel', ['read', 'edit', 'classify', 'share', 'delete']],
      ['nadia', 'Glazing contract', ['read', 'edit', 'classify', 'share', 'delete']],
      ['lena', 'Glazing contract', ['read', 'edit']],
      ['lena', 'Payroll, October', ['read', 'edit']],
      ['lena', 'Review: Aiko Mori', []],
      ['victor', 'TD-01 Track plan', ['read']],
      ['victor', 'Tender timetable', []],
      ['victor', 'Consulting agreement', ['read']],
    ])('let %s do to “%s” %j', async (handle, title, actions) => {
      await folio.expectActions(await folio.person(handle), await folio.document(title), actions as never)
    })

    it('on a folder apply to all its content, roles of a team to all its members', async () => {
      const structures = await folio.person('aiko')
      await folio.expectAllowed(structures, ['read', 'add'], await folio.folder('Depot drawings'))
      await folio.expectAllowed(structures, 'read', await folio.folder('Travel'))
      await folio.expectDenied(structures, 'share', await folio.folder('Tram Depot'), { status: 403 })
      await folio.expectDenied(structures, 'read', await folio.folder('Payroll'), { status: 404 })
    })
  })

  describe('the fields of confidential documents', () => {
    it('are withheld from readers', async () => {
      const { body } = await folio.send('ilse', 'get', await path('Year so far')).expect(200)
      expect(Object.keys(body.document).sort()).toEqual([
        'author',
        'classification',
        'folderId',
        'id',
        'text',
        'title',
        'updatedAt',
      ])
      expect(JSON.stringify(body)).not.toMatch(/3870000|Liquidity/)
      expect(body.writable).toEqual([])
      await folio.expectFields(await folio.person('ilse'), 'edit', await folio.document('Year so far'), [])
    })

    it('are shown to editors, and to every reader of other documents', async () => {
      const seen = async (handle: string, title: string) =>
        (await folio.send(handle, 'get', await path(title)).expect(200)).body.document
      expect(await seen('nadia', 'Year so far')).toMatchObject({
        amount: 3_870_000,
        remarks: expect.stringContaining('Liquidity'),
      })
      expect(await seen('ilse', 'Budget of the office')).toMatchObject({ amount: 840_000 })
    })

    it('are not in the list either', async () => {
      const { body } = await folio.send('ilse', 'get', '/documents').expect(200)
      for (const row of body.documents) expect('amount' in row).toBe(row.classification !== 'confidential')
      expect(body.documents.some((row: Document) => row.classification === 'confidential')).toBe(true)
    })

    it('of an author are the public ones', async () => {
      const { body } = await folio.send('victor', 'get', await path('TD-01 Track plan')).expect(200)
      expect(Object.keys(body.document.author).sort()).toEqual(['handle', 'id', 'name'])
    })
  })

  describe('who may', () => {
    it('writes a document, changes it, classifies and deletes it', async () => {
      const drawings = await folderPath('Library drawings', '/documents')
      const made = await folio.send('jonas', 'post', drawings, { title: ' Stairs ', amount: 5 }).expect(201)
      expect(made.body.document).toMatchObject({ title: 'Stairs', text: '', amount: 5, classification: 'internal' })
      expect(made.body.document.author.handle).toBe('jonas')
      const own = `/documents/${made.body.document.id}`
      await folio.send('aiko', 'get', own).expect(200)
      const changed = await folio.send('jonas', 'patch', own, { classification: 'confidential', text: 'Steep.' })
      expect([changed.status, changed.body.document.text]).toEqual([200, 'Steep.'])
      expect((await folio.send('aiko', 'get', own).expect(200)).body.document).not.toHaveProperty('amount')
      await folio.send('jonas', 'delete', own).expect(204)
      await folio.send('jonas', 'get', own).expect(404)
    })

    it.each(['amount', 'remarks'] as const)('clears the %s of a document', async (field) => {
      const drawings = await folderPath('Library drawings', '/documents')
      const made = await folio.send('jonas', 'post', drawings, { title: 'Stairs', amount: 5, remarks: 'Steep.' })
      const own = `/documents/${made.body.document.id}`
      const cleared = await folio.send('jonas', 'patch', own, { [field]: null })
      expect([cleared.status, cleared.body.document?.[field]]).toEqual([200, null])
      expect((await folio.send('jonas', 'get', own).expect(200)).body.document[field]).toBeNull()
      await folio.send('jonas', 'delete', own).expect(204)
    })

    it('creates a folder in an owned folder', async () => {
      const made = await folio.send('aiko', 'post', await folderPath('Tram Depot', '/folders'), { name: 'Photographs' })
      expect(made.status).toBe(201)
      await folio.send('jonas', 'get', `/folders/${made.body.folder.id}`).expect(200)
      await folio.send('nadia', 'get', `/folders/${made.body.folder.id}`).expect(404)
      await folio.rows.getRepository(Folder).delete(made.body.folder.id)
    })

    it('shares with a person and with a team, changes the role and takes it back', async () => {
      const shares = await path('Partnership', '/shares')
      const partnership = await path('Partnership')
      await folio.send('theo', 'get', partnership).expect(404)
      const theo = await folio.personId('theo')
      const shared = await folio.send('mara', 'post', shares, { person: theo, role: 'viewer' }).expect(201)
      expect(shared.body.share).toMatchObject({ role: 'viewer', person: { handle: 'theo' }, team: null })
      expect((await folio.send('theo', 'get', partnership).expect(200)).body.document).not.toHaveProperty('amount')
      await folio.send('mara', 'post', shares, { person: theo, role: 'editor' }).expect(201)
      expect((await folio.send('theo', 'get', partnership).expect(200)).body.document).toHaveProperty('amount')

      const { body } = await folio.send('mara', 'get', '/teams').expect(200)
      const finance = body.teams.find(({ name }: { name: string }) => name === 'Finance')
      await folio.send('mara', 'post', shares, { team: finance.id, role: 'viewer' }).expect(201)
      await folio.send('lena', 'get', partnership).expect(200)

      const listed = await folio.send('mara', 'get', shares).expect(200)
      expect(listed.body.shares).toHaveLength(2)
      for (const { id } of listed.body.shares) await folio.send('mara', 'delete', `${shares}/${id}`).expect(204)
      await folio.send('theo', 'get', partnership).expect(404)
      await folio.send('lena', 'get', partnership).expect(404)
    })
  })

  describe('forged requests', () => {
    it('to write a field of others get a 403 with its name', async () => {
      const steel = await path('HL-S1 Roof steel')
      const body = { title: 'mine', classification: 'confidential' }
      const { status, body: answer } = await folio.send('jonas', 'patch', steel, body)
      expect([status, answer]).toEqual([
        403,
        { error: 'You may not do this to the field "classification".', fields: ['classification'] },
      ])
      expect((await folio.document('HL-S1 Roof steel')).classification).toBe('internal')
      expect(await folio.rows.getRepository(Document).countBy({ title: 'mine' })).toBe(0)
    })

    it.each([
      ['id', 1],
      ['authorId', 2],
      ['author', { id: 2 }],
      ['folderId', 1],
      ['updatedAt', '2020-01-01'],
      ['constructor', { admin: true }],
      ['nothing', 1],
    ])('to write %s get a 403, also from the owner', async (field, value) => {
      const body = JSON.parse(`{"title":"mine",${JSON.stringify(field)}:${JSON.stringify(value)}}`)
      const brief = await path('Design brief')
      const changed = await folio.send('jonas', 'patch', brief, body)
      expect([changed.status, changed.body.fields]).toEqual([403, [field]])
      const made = await folio.send('jonas', 'post', await folderPath('Harbour Library', '/documents'), body)
      expect([made.status, made.body.fields]).toEqual([403, [field]])
      expect(await folio.rows.getRepository(Document).countBy({ title: 'mine' })).toBe(0)
    })

    it.each([
      [undefined, 401, 401],
      ['theo', 404, 404],
      ['aiko', 403, 404],
    ] as const)('of %s to write get %i, or %i if the document is hidden', async (handle, seen, hidden) => {
      const [brief, offer] = [await path('Design brief'), await path('Offer to Theo Lang')]
      const [library, offers] = [await folderPath('Harbour Library'), await folderPath('Offers')]
      for (const [document, folder, status] of [
        [brief, library, seen],
        [offer, offers, hidden],
      ] as const) {
        await folio.send(handle, 'patch', document, { title: 'mine' }).expect(status)
        await folio.send(handle, 'delete', document).expect(status)
        await folio.send(handle, 'post', `${folder}/documents`, { title: 'mine' }).expect(status)
        await folio.send(handle, 'post', `${folder}/folders`, { name: 'mine' }).expect(status)
        for (const shared of [`${document}/shares`, `${folder}/shares`]) {
          await folio.send(handle, 'get', shared).expect(status)
          await folio.send(handle, 'post', shared, { person: 1, role: 'owner' }).expect(status)
          await folio.send(handle, 'delete', `${shared}/1`).expect(status)
        }
      }
      expect(await folio.rows.getRepository(Document).countBy({ title: 'mine' })).toBe(0)
    })

    it('to move a document out of reach get a 403', async () => {
      const documents = folio.rows.getRepository(Document)
      const own = await folio.document('Consulting agreement')
      const move = async (handle: string, title: string, folder: string) =>
        folio.send(handle, 'put', await path(title, '/folder'), { folderId: (await folio.folder(folder)).id })
      // Mara owns the folder of the agreement, which is somebody else's, and nothing in People.
      expect((await move('mara', 'Consulting agreement', 'People')).status).toBe(403)
      // Nadia wrote it, so it would stay hers; but she may not add to another folder.
      expect((await move('nadia', 'Consulting agreement', 'Projects')).status).toBe(404)
      // Lena may delete what is in Finance, and adds to the other folder, but may delete nothing there.
      expect((await move('lena', 'Year so far', 'Library contracts')).status).toBe(403)
      expect((await move('lena', 'Year so far', 'Budgets')).status).toBe(200)
      expect((await move('lena', 'Year so far', 'Finance')).status).toBe(200)
      expect((await documents.findOneByOrFail({ id: own.id })).folderId).toBe(own.folderId)
      expect((await move('mara', 'Consulting agreement', 'Projects')).status).toBe(200)
      await documents.update(own.id, { folderId: own.folderId })
    })

    it('to remove a share through another resource get a 404', async () => {
      const shares = folio.rows.getRepository(Share)
      const [elsewhere] = await shares.findBy({ folderId: (await folio.folder('Projects')).id })
      await folio.send('nadia', 'delete', await folderPath('Finance', `/shares/${elsewhere!.id}`)).expect(404)
      expect(await shares.existsBy({ id: elsewhere!.id })).toBe(true)
    })

    it.each(['0', '-1', '1.5', 'null', '1e400', '1;DROP'])('with the id %s find nothing', async (id) => {
      await folio.send('mara', 'get', `/documents/${id}`).expect(404)
    })

    it.each([
      ['title', ''],
      ['title', 7],
      ['title', 'x'.repeat(121)],
      ['amount', '5'],
      ['amount', 1.5],
      ['classification', 'public'],
    ])('with the %s %j get a 400 with the expected value', async (field, value) => {
      const { status, body } = await folio.send('jonas', 'patch', await path('Design brief'), { [field]: value })
      expect([status, body.error]).toEqual([400, expect.stringContaining(field)])
    })
  })

  describe('a hidden row', () => {
    it('looks exactly like a missing row', async () => {
      const look = async (where: string) => {
        const { status, text, headers } = await folio.send('jonas', 'get', where)
        return { status, text, headers: { ...headers, date: '' } }
      }
      expect(await look(await path('Partnership'))).toEqual(await look('/documents/99999'))
      expect(await look(await folderPath('Board'))).toEqual(await look('/folders/99999'))
    })

    it('stays hidden from another user in a test', async () => {
      const partnership = `/api${await path('Partnership')}`
      await folio
        .get(partnership)
        .set(folio.as(await folio.person('mara')))
        .expect(200)
      await folio
        .get(partnership)
        .set(folio.as(await folio.person('jonas')))
        .expect(404)
      await folio.get(partnership).set(folio.as(null)).expect(401)
    })
  })

  describe('the page', () => {
    it('is public and lists the people to choose from', async () => {
      expect((await folio.get('/').expect(200)).text).toContain('Folio')
      expect((await folio.send(undefined, 'get', '/people').expect(200)).body.people).toHaveLength(9)
    })

    it.each(['/', '/style.css', '/api/people', '/api/folders', '/nowhere'])(
      'and %s have security headers',
      async (path) => {
        expect((await folio.get(path)).headers).toMatchObject({
          'content-security-policy': expect.stringContaining("default-src 'self'"),
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        })
      },
    )

    it('reports an unavailable database without details', async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {})
      const gone = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7'), { code: 'ECONNREFUSED' })
      const connection = vi.spyOn(folio.database, 'createQueryRunner').mockImplementation(() => {
        throw gone
      })
      const answer = await folio.send('jonas', 'get', '/folders')
      connection.mockRestore()
      expect([answer.status, answer.body]).toEqual([
        503,
        { error: 'The database does not answer. Try again in a moment.' },
      ])
      expect(log.mock.calls).toEqual([['The database does not answer: connect ECONNREFUSED 10.0.0.7']])
      log.mockRestore()
      await folio.send('jonas', 'get', '/folders').expect(200)
    })

    it('gets responses that no cache shares', async () => {
      const answer = await folio.send('jonas', 'get', '/folders')
      expect(answer.headers['cache-control']).toBe('private')
    })
  })
})
