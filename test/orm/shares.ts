/** Folders in folders, teams in teams, and shares that are found from the row's side: recursions that ask recursions. */
export const policy = `
  allow(actor, action, resource) if has_permission(actor, action, resource);

  actor Person {}

  resource Team {
    roles = ["member"];
    relations = { part: Team };
    "member" if "member" on "part";
  }

  resource Folder {
    roles = ["viewer", "editor", "owner"];
    permissions = ["read", "edit", "share"];
    relations = { parent: Folder };
    "read" if "viewer";
    "edit" if "editor";
    "share" if "owner";
    "viewer" if "editor";
    "editor" if "owner";
    "viewer" if "viewer" on "parent";
    "editor" if "editor" on "parent";
    "owner" if "owner" on "parent";
  }

  resource Document {
    roles = ["viewer", "editor", "owner"];
    permissions = ["read", "edit", "share"];
    relations = { folder: Folder };
    "read" if "viewer";
    "edit" if "editor";
    "share" if "owner";
    "viewer" if "editor";
    "editor" if "owner";
    "viewer" if "viewer" on "folder";
    "editor" if "editor" on "folder";
    "owner" if "owner" on "folder";
  }

  has_relation(part: Team, "part", team: Team) if part in team.parts;
  has_relation(parent: Folder, "parent", folder: Folder) if parent = folder.parent;
  has_relation(folder: Folder, "folder", document: Document) if folder = document.folder;

  has_role(person: Person, "member", team: Team) if person in team.members;
  has_role(person: Person, "owner", document: Document) if document.author = person;
  has_role(person: Person, role: String, folder: Folder) if
    share in folder.shares and share.role = role and is_with(share, person);
  has_role(person: Person, role: String, document: Document) if
    share in document.shares and share.role = role and is_with(share, person);

  is_with(share: Share, person: Person) if share.person = person;
  is_with(share: Share, person: Person) if share.team != nil and has_role(person, "member", share.team);
`

export const actions = ['read', 'edit', 'share'] as const

/** How many documents each person may read, edit and share. */
export const counts = { read: [5, 6, 6, 3, 4, 3], edit: [1, 4, 5, 3, 4, 1], share: [1, 1, 3, 1, 2, 1] }

/** Person n is a member of team n. Team 1 is whole, with 2 in it and 3 in that; 4 and 5 are in each other; 6 is alone. */
export const teams = [
  { id: 1, wholeId: null },
  { id: 2, wholeId: 1 },
  { id: 3, wholeId: 2 },
  { id: 4, wholeId: 5 },
  { id: 5, wholeId: 4 },
  { id: 6, wholeId: null },
]
export const persons = teams.map(({ id }) => ({ id }))

/** One in the other from 1 to 4; 5 beside 4; 6 and 7 in each other. */
export const folders = [
  { id: 1, parentId: null },
  { id: 2, parentId: 1 },
  { id: 3, parentId: 2 },
  { id: 4, parentId: 3 },
  { id: 5, parentId: 3 },
  { id: 6, parentId: 7 },
  { id: 7, parentId: 6 },
]
export const documents = folders.map(({ id }) => ({ id, folderId: id, authorId: ((id + 1) % 6) + 1 }))

const nothing = { personId: null, teamId: null, folderId: null, documentId: null }
export const shares = [
  { ...nothing, role: 'viewer', teamId: 1, folderId: 1 },
  { ...nothing, role: 'editor', teamId: 2, folderId: 3 },
  { ...nothing, role: 'owner', personId: 3, folderId: 4 },
  { ...nothing, role: 'editor', teamId: 5, folderId: 6 },
  { ...nothing, role: 'viewer', personId: 6, folderId: 7 },
  { ...nothing, role: 'owner', teamId: 4, documentId: 2 },
].map((share, at) => ({ id: at + 1, ...share }))
