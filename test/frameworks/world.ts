import { Authorizer } from '@arcturus/core'
// The application of Next has no setup of tests.
import '@arcturus/core/sync'
import { type RequestAuthorization, RoutePattern } from '@arcturus/web'

/** Somebody who sends `x-actor: <name>`. */
export class User {
  constructor(readonly name: string) {}
}

export class Document {
  constructor(
    readonly id: number,
    readonly title: string,
    readonly owner: User,
    readonly readers: readonly User[],
    readonly isPublic: boolean,
  ) {}
}

const policy = `
  actor User {}

  resource Document {
    permissions = ["read", "edit"];
    roles = ["reader", "owner"];
    "read" if "reader";
    "edit" if "owner";
    "reader" if "owner";
  }

  has_role(user: User, "owner", document: Document) if document.owner = user;
  has_role(user: User, "reader", document: Document) if user in document.readers;

  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_, "read", document: Document) if document.isPublic = true;
  allow(_, "break", document: Document) if document.id = 3 and document.owner.name.nothing.here = 1;
  allow(_: User, "import", _: Document);
  allow(user: User, "create", document: Document) if document.owner = user;
  allow_update(_: User, _: Document, document: Document) if document.title != "Not mine";
  allow(user: User, "shred", _: Document) if user.name = "root";
  allow_field(user: User, "edit", document: Document, "title") if has_permission(user, "edit", document);
  allow_field(_: User, "read", document: Document, field) if document.isPublic = true and field in ["id", "title"];
  allow_field(user: User, "read", document: Document, "title") if has_permission(user, "read", document);
  allow_request(_, request) if request.method != "PATCH" and not isAdmin(request);
  isAdmin(request) if pattern in adminPages and pattern.covers(request);
`

/** The pages that nobody may request, wherever the application is mounted. */
const adminPages = ['', '/api', '/api/pages', '/edge'].map((base) => new RoutePattern(`${base}/admin/*`))

/** The people, documents and policy that the applications under test share. */
export interface World {
  readonly authorizer: Authorizer
  /** The user of a request, by its header `x-actor`; nobody without one. */
  user(name: string | undefined): User | undefined
  /** The document with an id, which is text, as it comes from a path. */
  document(id: string): Promise<Document | undefined>
  /** Makes the store's client of an actor. */
  client(actor: unknown): Client
}

/** A store's client that finds what its actor may read. */
export interface Client {
  titles(): readonly string[]
}

export function createWorld(more = ''): World {
  const people = new Map(['ada', 'bob', 'eve'].map((name) => [name, new User(name)]))
  const person = (name: string): User => people.get(name) ?? add(name)
  const add = (name: string): User => {
    const user = new User(name)
    people.set(name, user)
    return user
  }
  const documents = [
    new Document(1, 'Plans', person('ada'), [person('bob')], false),
    new Document(2, 'Notice', person('ada'), [], true),
    new Document(3, 'Trouble', person('ada'), [], false),
    ...Array.from({ length: 200 }, (_, at) => new Document(1000 + at, `Diary ${at}`, person(`writer${at}`), [], false)),
  ]
  const authorizer = new Authorizer()
    // A bundler may have given the classes other names.
    .registerClass(User, { name: 'User' })
    .registerClass(Document, { name: 'Document' })
    .registerConstant(adminPages, 'adminPages')
  authorizer.loadSync({ text: policy + more, name: 'behaviours.polar' })
  return {
    authorizer,
    user: (name) => (name === undefined ? undefined : people.get(name)),
    document: async (id) => documents.find((one) => String(one.id) === id),
    client: (actor) => ({
      titles: () => documents.filter((one) => authorizer.can(actor, 'read', one)).map(({ title }) => title),
    }),
  }
}

/** Asks whether the actor may read a document, thrice, and says so each time. It is the actor's own at first. */
export async function* states({ actor, isAllowed }: RequestAuthorization<unknown, unknown>): AsyncGenerator<string> {
  const document = new Document(9, 'Draft', actor as User, [], false)
  for (let at = 0; at < 3; at++) {
    yield `${await isAllowed('read', document)},`
    Reflect.set(document, 'owner', new User('somebody'))
    // The head is under way by then.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
