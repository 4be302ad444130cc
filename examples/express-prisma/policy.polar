# Who may do what in GitClub. Every check and every list of the application is answered from this file.
# A visitor who has not signed in is nil.

allow(actor, action, resource) if has_permission(actor, action, resource);

# What is public may be read by everybody, visitors included.
allow(_, "read", repository: Repository) if repository.isPublic = true;
allow(_, "read", issue: Issue) if issue.repository.isPublic = true;

actor User {}

resource Organization {
  roles = ["member", "owner"];
  permissions = ["read", "create_repository"];

  "read" if "member";
  "create_repository" if "owner";

  "member" if "owner";
}

resource Repository {
  roles = ["reader", "maintainer", "admin"];
  permissions = ["read", "open_issue", "describe", "publish"];
  relations = { organization: Organization };

  "read" if "reader";
  "open_issue" if "reader";
  "describe" if "maintainer";
  "publish" if "admin";

  "reader" if "maintainer";
  "maintainer" if "admin";

  "reader" if "member" on "organization";
  "admin" if "owner" on "organization";
}

resource Issue {
  roles = ["creator"];
  permissions = ["read", "close", "delete"];
  relations = { repository: Repository };

  "read" if "reader" on "repository";
  "close" if "maintainer" on "repository";
  "delete" if "admin" on "repository";

  "read" if "creator";
  "close" if "creator";
}

# Whoever has signed in may open issues on what is public.
has_permission(_: User, "open_issue", repository: Repository) if repository.isPublic = true;

# Where the roles and relations of the blocks above are found in the data.
has_role(user: User, name: String, organization: Organization) if
  role in user.organizationRoles and
  role.name = name and
  role.organization = organization;

has_role(user: User, name: String, repository: Repository) if
  role in user.repositoryRoles and
  role.name = name and
  role.repository = repository;

has_role(user: User, "creator", issue: Issue) if issue.creator = user;

has_relation(organization: Organization, "organization", repository: Repository) if
  repository.organization = organization;

has_relation(repository: Repository, "repository", issue: Issue) if
  issue.repository = repository;
