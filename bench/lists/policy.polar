allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Organization {
  roles = ["member", "admin"];
  "member" if "admin";
}

resource Document {
  permissions = ["read", "edit"];
  roles = ["reader", "editor"];
  relations = { organization: Organization };

  "read" if "reader";
  "edit" if "editor";
  "reader" if "editor";
  "reader" if "member" on "organization";
  "editor" if "admin" on "organization";
}

has_role(user: User, name: String, organization: Organization) if
  membership in user.memberships and
  membership.organization = organization and
  membership.role = name;

has_role(user: User, name: String, document: Document) if
  share in document.shares and
  share.user = user and
  share.role = name;

has_role(user: User, "editor", document: Document) if document.owner = user;

has_relation(organization: Organization, "organization", document: Document) if
  organization = document.organization;

# Who runs the service sees everything.
allow(user: User, _, _: Document) if user.isAdmin = true;
