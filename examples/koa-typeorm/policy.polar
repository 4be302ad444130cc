# Who may do what in Folio. Every check and every list of the application is answered from this file.
# A visitor who has not signed in is nil.

# Requests are for people who have signed in, except to learn whom there is to choose from.
allow_request(_: Person, _);
allow_request(_, request) if request.path = "/api/people";

allow(actor, action, resource) if has_permission(actor, action, resource);

# Who works here is no secret among those who do: shares name people and teams.
allow(_: Person, "read", _: Person);
allow(_: Person, "read", _: Team);

actor Person {}

resource Folder {
  roles = ["viewer", "editor", "owner"];
  permissions = ["read", "add", "share"];
  relations = { parent: Folder };

  "read" if "viewer";
  "add" if "editor";
  "share" if "owner";

  "viewer" if "editor";
  "editor" if "owner";

  # What is shared of a folder is shared of all that is in it, however deep.
  "viewer" if "viewer" on "parent";
  "editor" if "editor" on "parent";
  "owner" if "owner" on "parent";
}

resource Document {
  roles = ["viewer", "editor", "owner"];
  permissions = ["read", "edit", "classify", "share", "delete"];
  relations = { folder: Folder };

  "read" if "viewer";
  "edit" if "editor";
  "classify" if "owner";
  "share" if "owner";
  "delete" if "owner";

  "viewer" if "editor";
  "editor" if "owner";

  "viewer" if "viewer" on "folder";
  "editor" if "editor" on "folder";
  "owner" if "owner" on "folder";
}

# Fields. Of what is confidential, only those who edit it may read the amount and the remarks.
allow_field(_: Person, "read", _: Document, field) if
  field in ["id", "title", "text", "classification", "updatedAt", "author", "folderId"];
allow_field(person: Person, "read", document: Document, field) if
  field in ["amount", "remarks"] and
  (document.classification != "confidential" or has_permission(person, "edit", document));

allow_field(person: Person, "edit", document: Document, field) if
  field in ["title", "text", "amount", "remarks"] and
  has_permission(person, "edit", document);
allow_field(person: Person, "edit", document: Document, "classification") if
  has_permission(person, "classify", document);

allow_field(_: Person, "read", _: Folder, field) if field in ["id", "name", "parentId"];
allow_field(_: Person, "read", _: Share, field) if field in ["id", "role", "person", "team"];
allow_field(_: Person, "read", _: Person, field) if field in ["id", "handle", "name"];
allow_field(_: Person, "read", _: Team, field) if field in ["id", "name", "parentId"];

# Where the roles and relations of the blocks above are found in the data.
has_role(person: Person, "owner", document: Document) if document.author = person;

has_role(person: Person, role: String, resource: Resource) if
  share in person.shares and
  gives(share, role, resource);

has_role(person: Person, role: String, resource: Resource) if
  team in person.teams and
  team_has_role(team, role, resource);

# A team also has the roles of its parent team. The recursion ends at a top team, whose parent is nil.
team_has_role(team: Team, role: String, resource: Resource) if
  share in team.shares and
  gives(share, role, resource);
team_has_role(team: Team, role: String, resource: Resource) if
  team_has_role(team.parent, role, resource);

gives(share: Share, role: String, folder: Folder) if share.role = role and share.folder = folder;
gives(share: Share, role: String, document: Document) if
  share.role = role and
  share.document = document;

has_relation(parent: Folder, "parent", folder: Folder) if parent = folder.parent;
has_relation(folder: Folder, "folder", document: Document) if folder = document.folder;
