import Router, { type RouterContext } from '@koa/router'
import type { Context } from 'koa'
import type { Folio } from './authorization.js'
import { type Classification, classifications, Document } from './entities/document.js'
import { Folder } from './entities/folder.js'
import { BadRequest, bodyIn, idIn, numberIn, oneOf, textIn } from './requests.js'
import { whyOf } from './why.js'

const pageSize = 10

export function documentRoutes({
  rows,
  manager,
  authorizer,
  authorizedManager,
  authorize,
  authorizedQuery,
}: Folio): Router {
  const router = new Router()
  const findFolder = (ctx: RouterContext) => rows.findOneBy(Folder, { id: idIn(ctx.params['id']) })
  const findDocument = (ctx: RouterContext) =>
    rows.findOne(Document, { where: { id: idIn(ctx.params['id']) }, relations: { author: true } })

  // A page of the documents that the person may read: of a folder, of those that a text is in, or of all.
  router.get('/documents', async (ctx) => {
    const { authorization } = ctx.state
    const page = numberIn(ctx, 'page', 1)
    const query = authorizedQuery(authorization.actor, 'read', Document, { alias: 'document' })
      .innerJoinAndSelect('document.author', 'author')
      .orderBy('document.updatedAt', 'DESC')
      .addOrderBy('document.id')
      .limit(pageSize)
      .offset((page - 1) * pageSize)
    if (ctx.query['folder'] !== undefined)
      query.andWhere('document.folderId = :folder', { folder: numberIn(ctx, 'folder', 0) })
    const search = searchIn(ctx)
    if (search) query.andWhere(`LOWER(document.title) LIKE :search ESCAPE '!'`, { search })

    const [found, count] = await query.getManyAndCount()
    const [picked, actions] = await Promise.all([
      authorization.pickAuthorized(found),
      authorizer.authorizedActionsMany(authorization.actor, found),
    ])
    ctx.body = {
      documents: picked.map((document, at) => ({ ...document, actions: [...actions[at]!] })),
      count,
      page,
      pages: Math.max(1, Math.ceil(count / pageSize)),
    }
  })

  router.get('/documents/:id', authorize('read', findDocument), async (ctx) => {
    const { authorization } = ctx.state
    const [document, actions, writable] = await Promise.all([
      authorization.pickAuthorized(),
      authorization.authorizedActions(),
      authorization.authorizedFields('edit'),
    ])
    ctx.body = { document, actions: [...actions], writable: [...writable] }
  })

  router.get('/documents/:id/why', authorize('read', findDocument), async (ctx) => {
    ctx.body = await whyOf(authorizer, ctx.state.authorization, ctx.query['action'], ['edit', 'share', 'delete'])
  })

  router.post('/folders/:id/documents', authorize('add', findFolder), async (ctx) => {
    const { authorization } = ctx.state
    const body = bodyIn(ctx)
    const draft = Object.assign(new Document(), {
      title: '',
      text: '',
      classification: 'internal',
      author: authorization.actor,
      folder: authorization.resource,
    })
    // Whoever writes a document owns it; what they may write of it is asked of the document that there is going to be.
    await authorization.assertWritable('edit', draft, body)
    textIn(body['title'], 'title', 120)
    const document = await manager.save(Object.assign(draft, changesIn(body)))
    ctx.status = 201
    ctx.body = { document: await authorization.pickAuthorized(document) }
  })

  router.patch('/documents/:id', authorize('edit', findDocument), async (ctx) => {
    const { authorization } = ctx.state
    const body = bodyIn(ctx)
    // Refused with the names of the fields that they may not write.
    await authorization.assertWritable(body)
    const { client, resource } = authorization
    const saved = await client.save(Document, { ...changesIn(body), id: resource.id })
    ctx.body = { document: await authorization.pickAuthorized(Object.assign(resource, saved)) }
  })

  // To move a document takes what deleting it takes, where it is and where it will be, and adding to the other folder.
  router.put('/documents/:id/folder', async (ctx) => {
    const { authorization } = ctx.state
    const [id, folderId] = [idIn(ctx.params['id']), idIn(String(bodyIn(ctx)['folderId']))]
    await authorization.authorize('add', await rows.findOneBy(Folder, { id: folderId }))
    await authorizedManager(authorization.actor, { operations: { update: 'delete' } }).update(Document, id, {
      folderId,
    })
    const document = await rows.findOneOrFail(Document, { where: { id }, relations: { author: true } })
    ctx.body = { document: await authorization.pickAuthorized(document) }
  })

  router.delete('/documents/:id', async (ctx) => {
    await ctx.state.authorization.client.delete(Document, idIn(ctx.params['id']))
    ctx.status = 204
  })

  return router
}

/** What a body may say of a document, field by field. */
const readers: { readonly [Field in Changeable]: (value: unknown) => Document[Field] } = {
  title: (value) => textIn(value, 'title', 120),
  text: (value) => (value === '' ? '' : textIn(value, 'text', 20_000)),
  classification: (value): Classification => oneOf(classifications, value, 'classification'),
  amount: (value) => {
    if (value === null || (Number.isInteger(value) && Math.abs(Number(value)) <= 1_000_000_000))
      return value as number | null
    throw new BadRequest('amount is a whole number, or null.')
  },
  remarks: (value) => (value === null || value === '' ? null : textIn(value, 'remarks', 500)),
}

type Changeable = 'title' | 'text' | 'classification' | 'amount' | 'remarks'

function changesIn(body: Record<string, unknown>): Partial<Pick<Document, Changeable>> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (!Object.hasOwn(readers, name)) throw new BadRequest(`There is no field ${name}.`)
      return [name, readers[name as Changeable](value)]
    }),
  )
}

/** A pattern for titles that have the text in them, whatever its case; `%` and `_` are ordinary. */
function searchIn(ctx: Context): string | undefined {
  const text = ctx.query['search']
  if (typeof text !== 'string' || text.trim() === '') return undefined
  return `%${text.trim().toLowerCase().replace(/[!%_]/g, '!$&')}%`
}
