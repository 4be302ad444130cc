import type { World } from './world.js'

/** One lesson: a text, and answers that the policy must give. */
export interface Step {
  readonly title: string
  /** Paragraphs; text in backquotes is code. */
  readonly text: readonly string[]
  readonly task: string
  /** Who, action, document, and whether it must be allowed. */
  readonly expected: readonly (readonly [actor: string, action: string, document: string, allowed: boolean])[]
  readonly solution: string
}

const schema = `model User {
  id        Int        @id
  name      String
  isAdmin   Boolean    @default(false)
  documents Document[]
  shares    Share[]
}

model Document {
  id       Int     @id
  title    String
  isPublic Boolean @default(false)
  isLocked Boolean @default(false)
  ownerId  Int
  owner    User    @relation(fields: [ownerId], references: [id])
  shares   Share[]
}

model Share {
  userId     Int
  user       User     @relation(fields: [userId], references: [id])
  documentId Int
  document   Document @relation(fields: [documentId], references: [id])
  role       String

  @@id([userId, documentId])
}
`

const rows: World['rows'] = {
  User: [
    { id: 1, name: 'ada' },
    { id: 2, name: 'bob' },
    { id: 3, name: 'cleo', isAdmin: true },
  ],
  Document: [
    { id: 1, title: 'plan', ownerId: 1 },
    { id: 2, title: 'menu', ownerId: 2, isPublic: true },
    { id: 3, title: 'budget', ownerId: 1, isLocked: true },
  ],
  Share: [
    { userId: 2, documentId: 1, role: 'viewer' },
    { userId: 2, documentId: 3, role: 'editor' },
  ],
}

const owners = `allow(user: User, "read", document: Document) if
  document.owner = user;
`
const owned = `allow(user: User, action, document: Document) if
  action in ["read", "update"] and
  document.owner = user;
`
const open = `
allow(_, "read", document: Document) if
  document.isPublic = true;
`
const shared = `
allow(user: User, "read", document: Document) if
  share in document.shares and
  share.user = user;
`
const blocks = `allow(user, action, document) if
  has_permission(user, action, document);

actor User {}

resource Document {
  roles = ["viewer", "editor", "owner"];
  permissions = ["read", "update"];

  "read" if "viewer";
  "update" if "editor";
  "viewer" if "editor";
  "editor" if "owner";
}

has_role(user: User, "owner", document: Document) if
  document.owner = user;

has_role(user: User, role: String, document: Document) if
  share in document.shares and
  share.user = user and
  share.role = role;
`
const door = `allow(user, action, document: Document) if
  has_permission(user, action, document) and
  (action = "read" or document.isLocked = false);
`
const rest = blocks.slice(blocks.indexOf('\nactor User'))
const admins = `
has_role(user: User, "owner", _: Document) if
  user.isAdmin = true;
`

/** Every lesson begins with the policy of the one before it. */
export const steps: readonly Step[] = [
  {
    title: 'A rule',
    text: [
      'A policy is a list of rules. `allow(actor, action, resource)` is true if one rule says so, and false if none does: nobody may do anything yet.',
      'The table beside the policy shows every answer. Rules read your own rows: `document.owner` is a relation of the schema.',
    ],
    task: 'Let the owner of a document read it. Replace `false` by a comparison of `document.owner` with `user`.',
    expected: [
      ['ada', 'read', 'plan', true],
      ['ada', 'read', 'menu', false],
      ['bob', 'read', 'menu', true],
      ['bob', 'read', 'plan', false],
      ['nobody', 'read', 'menu', false],
    ],
    solution: owners,
  },
  {
    title: 'More actions',
    text: [
      'A rule can cover several actions: put a variable in the place of `"read"`, and compare it: `action in ["read", "update"]`.',
    ],
    task: 'Let owners update their documents, too.',
    expected: [
      ['ada', 'update', 'plan', true],
      ['ada', 'read', 'plan', true],
      ['ada', 'update', 'menu', false],
      ['bob', 'update', 'plan', false],
    ],
    solution: owned,
  },
  {
    title: 'Everybody',
    text: [
      'Rules add up: one that is true is enough. Anonymous users are `nil`, which is no `User`. The parameter `_` accepts anybody.',
      '`document.isPublic` is a column. Conditions become SQL, so a list finds the same rows: see “The list”.',
    ],
    task: 'Add a rule: everybody, also without signing in, reads documents with `isPublic = true`. Nobody else may update them.',
    expected: [
      ['nobody', 'read', 'menu', true],
      ['ada', 'read', 'menu', true],
      ['ada', 'update', 'menu', false],
      ['nobody', 'read', 'plan', false],
      ['bob', 'read', 'plan', false],
    ],
    solution: owned + open,
  },
  {
    title: 'Related rows',
    text: [
      'A document has many rows of `Share`. `share in document.shares` goes through them: the rule is true if some row satisfies the rest.',
      'Choose an answer in the table to see why it is yes or no.',
    ],
    task: 'Let everybody read the documents that are shared with them, whatever the role.',
    expected: [
      ['bob', 'read', 'plan', true],
      ['bob', 'read', 'budget', true],
      ['bob', 'update', 'plan', false],
      ['cleo', 'read', 'plan', false],
    ],
    solution: owned + open + shared,
  },
  {
    title: 'Roles',
    text: [
      'A resource block declares roles and permissions, and which leads to which. `has_role` says who has a role; `has_permission` follows the block.',
      'This policy has one door: a single `allow`, which asks for a permission. “The answer” writes the blocks for you; the public documents are gone in it.',
    ],
    task: 'Editors update and viewers read what is shared with them; owners do both. Use the `role` of the share.',
    expected: [
      ['bob', 'read', 'plan', true],
      ['bob', 'update', 'plan', false],
      ['bob', 'update', 'budget', true],
      ['ada', 'update', 'plan', true],
      ['cleo', 'read', 'budget', false],
    ],
    solution: blocks,
  },
  {
    title: 'An exception',
    text: [
      'With one door, an exception has one place. Add a condition to the body of `allow`: it holds for every way to a permission.',
    ],
    task: 'Nobody updates a locked document (`isLocked = true`). Reading stays as it is.',
    expected: [
      ['ada', 'update', 'budget', false],
      ['bob', 'update', 'budget', false],
      ['ada', 'read', 'budget', true],
      ['bob', 'read', 'budget', true],
      ['ada', 'update', 'plan', true],
    ],
    solution: door + rest,
  },
  {
    title: 'Administrators',
    text: [
      'A role can come from a column of the user. The exception holds for administrators, too, because they come through the same door.',
    ],
    task: 'Users with `isAdmin = true` are owners of every document.',
    expected: [
      ['cleo', 'read', 'plan', true],
      ['cleo', 'update', 'menu', true],
      ['cleo', 'update', 'budget', false],
      ['ada', 'read', 'menu', false],
      ['nobody', 'read', 'plan', false],
    ],
    solution: door + rest + admins,
  },
]

const first = `allow(user: User, "read", document: Document) if
  document.owner = user and false;
`

/** The world at the start of a step. */
export function worldAt(step: number): World {
  const policy = step === 0 ? first : steps[step - 1]!.solution
  return {
    title: `Lesson ${step + 1}: ${steps[step]!.title}`,
    schema,
    policy,
    rows,
    questions: { Document: ['read', 'update'] },
  }
}
