// The people and documents that every application serves, and who may read which.
export class User {
  constructor(id, team) {
    this.id = id
    this.team = team
  }
}

export class Document {
  constructor(id, ownerId, team, isPublic) {
    this.id = id
    this.title = `Document ${id}`
    this.ownerId = ownerId
    this.team = team
    this.isPublic = isPublic
  }
}

const count = { users: 100, documents: 5_000, page: 40 }

export const users = new Map(Array.from({ length: count.users }, (_, id) => [String(id), new User(id, id % 7)]))
export const documents = new Map(
  Array.from({ length: count.documents }, (_, id) => [
    String(id),
    new Document(id, id % count.users, (id * 3) % 7, id % 11 === 0),
  ]),
)

/** The rows that a list is made of: what a database would be asked for. */
export const page = [...documents.values()].slice(0, count.page)

export const policy = `
allow(user: User, "read", document: Document) if document.ownerId = user.id;
allow(user: User, "read", document: Document) if document.team = user.team;
allow(_: User, "read", document: Document) if document.isPublic = true;
`

export const mayRead = (user, document) =>
  document.ownerId === user.id || document.team === user.team || document.isPublic

/** Asks for one document after the other that the user may read, or may not. */
const documentsThat = (readable, status) => (at) => {
  const user = String(at % count.users)
  let id = (at * 37) % count.documents
  while (mayRead(users.get(user), documents.get(String(id))) !== readable) id = (id + 1) % count.documents
  return { user, path: `/documents/${id}`, status }
}

/** Requests that all applications are sent in the same order, and what they have to be answered. */
export const requests = {
  'guarded route': documentsThat(true, 200),
  'refused request': documentsThat(false, 404),
  'filtered list': (at) => ({ user: String(at % count.users), path: '/documents', status: 200 }),
}
