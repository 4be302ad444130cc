// The same application with checks by hand, by this project, and by CASL.
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { expressAuthorization } from '@arcturus/express'
import { AbilityBuilder, createMongoAbility, subject } from '@casl/ability'
import express from 'express'
import { Document, documents, mayRead, page, policy, User, users } from './world.mjs'

const userOf = (req) => users.get(req.get('x-user'))

function byHand() {
  const app = express()
  app.get('/documents/:id', (req, res) => {
    const user = userOf(req)
    if (!user) return res.sendStatus(401)
    const document = documents.get(req.params.id)
    if (!document || !mayRead(user, document)) return res.sendStatus(404)
    res.set('Cache-Control', 'private').json(document)
  })
  app.get('/documents', (req, res) => {
    const user = userOf(req)
    if (!user) return res.sendStatus(401)
    res.set('Cache-Control', 'private').json(page.filter((document) => mayRead(user, document)))
  })
  return app
}

function byArcturus() {
  const authorizer = new Authorizer().registerClass(User).registerClass(Document)
  authorizer.loadSync(policy)
  const { authorize } = expressAuthorization(authorizer, { actor: userOf })
  const app = express()
  app.use(authorize())
  app.get(
    '/documents/:id',
    authorize('read', (req) => documents.get(req.params.id)),
    (req, res) => res.json(req.authorization.resource),
  )
  app.get('/documents', async (req, res) => {
    const filter = await req.authorization.filter('read', 'Document')
    res.json(page.filter((document) => filter.matches(document)))
  })
  // As the others answer refusals: a word, not a page.
  app.use((error, _req, res, _next) => res.sendStatus(error.status ?? 500))
  return app
}

function byCasl() {
  const abilityOf = (user) => {
    const { can, build } = new AbilityBuilder(createMongoAbility)
    can('read', 'Document', { ownerId: user.id })
    can('read', 'Document', { team: user.team })
    can('read', 'Document', { isPublic: true })
    return build()
  }
  const app = express()
  app.use((req, res, next) => {
    const user = userOf(req)
    if (!user) return res.sendStatus(401)
    req.ability = abilityOf(user)
    next()
  })
  app.get('/documents/:id', (req, res) => {
    const document = documents.get(req.params.id)
    if (!document || !req.ability.can('read', subject('Document', document))) return res.sendStatus(404)
    res.set('Cache-Control', 'private').json(document)
  })
  app.get('/documents', (req, res) => {
    const readable = page.filter((document) => req.ability.can('read', subject('Document', document)))
    res.set('Cache-Control', 'private').json(readable)
  })
  return app
}

export const applications = { 'by hand': byHand, arcturus: byArcturus, casl: byCasl }
