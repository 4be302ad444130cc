import { type Application, door } from './application.js'

const documentCloud: Application = {
  name: 'document_cloud',
  models: {
    User: { blocks: 'Block.by' },
    Block: { by: 'User', blocked: 'User' },
    Group: { owner: 'User', members: 'Member.group' },
    Member: { group: 'Group', user: 'User' },
    Document: { owner: 'User', isPrivate: 'boolean', publicAccess: 'text', shares: 'Share.document' },
    Share: { document: 'Document', group: 'Group', role: 'text' },
  },
  rows: {
    User: { alice: {}, bob: {}, charlie: {} },
    Block: [{ by: 'alice', blocked: 'bob' }],
    Group: { bob_personal: { owner: 'bob' }, charlie_personal: { owner: 'charlie' } },
    Member: [
      { group: 'bob_personal', user: 'bob' },
      { group: 'charlie_personal', user: 'charlie' },
    ],
    Document: {
      alice_public: { owner: 'alice', publicAccess: 'view' },
      alice_shared: { owner: 'alice', publicAccess: 'none' },
      alice_report: { owner: 'alice', publicAccess: 'none' },
      alice_draft: { owner: 'alice', publicAccess: 'none' },
      alice_private: { owner: 'alice', publicAccess: 'edit', isPrivate: true },
      bob_public: { owner: 'bob', publicAccess: 'edit' },
    },
    Share: [
      { document: 'alice_public', group: 'bob_personal', role: 'viewer' },
      { document: 'alice_public', group: 'charlie_personal', role: 'viewer' },
      { document: 'alice_shared', group: 'charlie_personal', role: 'manager' },
      { document: 'alice_report', group: 'charlie_personal', role: 'viewer' },
      { document: 'alice_draft', group: 'charlie_personal', role: 'editor' },
      { document: 'alice_private', group: 'charlie_personal', role: 'editor' },
    ],
  },
  policy: `${door}
grants(actor, action, resource) if has_permission(actor, action, resource);
grants(_, "view", document: Document) if document.publicAccess in ["view", "edit"];
grants(_, "modify", document: Document) if document.publicAccess = "edit";

is_denied(user: User, _, document: Document) if
  block in document.owner.blocks and block.blocked = user;
is_denied(user: User, _, document: Document) if
  block in user.blocks and block.blocked = document.owner;
is_denied(actor, _, document: Document) if
  document.isPrivate = true and document.owner != actor;

actor User {}

resource Document {
  roles = ["viewer", "editor", "manager", "owner"];
  permissions = ["create", "view", "modify", "share", "publish", "hide", "delete"];

  "view" if "viewer";
  "modify" if "editor";
  "share" if "manager";
  "publish" if "manager";
  "create" if "owner";
  "hide" if "owner";
  "delete" if "owner";

  "viewer" if "owner";
  "editor" if "owner";
  "manager" if "owner";
}

resource Group {
  roles = ["owner"];
  permissions = ["create", "modify", "delete"];

  "create" if "owner";
  "modify" if "owner";
  "delete" if "owner";
}

has_role(user: User, "owner", document: Document) if document.owner = user;
has_role(user: User, role: String, document: Document) if
  role in ["viewer", "editor", "manager"] and
  share in document.shares and
  share.role = role and
  member in share.group.members and
  member.user = user;
has_role(user: User, "owner", group: Group) if group.owner = user;
`,
  cases: [
    {
      allowed: [
        'alice create alice_public',
        'alice view alice_public',
        'charlie view alice_public',
        'nobody view alice_public',
        'charlie view alice_report',
        'charlie modify alice_draft',
        'charlie share alice_shared',
        'alice view alice_report',
        'alice modify alice_report',
        'alice share alice_report',
        'alice hide alice_private',
        'charlie modify bob_public',
        'bob modify bob_personal',
      ],
      denied: [
        'nobody create alice_public',
        'bob view alice_public',
        'alice view bob_public',
        'charlie view alice_shared',
        'charlie modify alice_report',
        'charlie modify alice_private',
        'nobody modify alice_private',
        'charlie delete bob_personal',
      ],
    },
  ],
}

const github: Application = {
  name: 'github_example',
  models: {
    User: { memberships: 'Membership.user', owns: 'Ownership.user' },
    Organization: {},
    Ownership: { organization: 'Organization', user: 'User' },
    Team: {},
    Membership: { team: 'Team', user: 'User' },
    Repository: { organization: 'Organization', seats: 'Seat.repository', teamSeats: 'TeamSeat.repository' },
    Seat: { repository: 'Repository', user: 'User', role: 'text' },
    TeamSeat: { repository: 'Repository', team: 'Team', role: 'text' },
    Issue: { repository: 'Repository', reporter: 'User' },
  },
  rows: {
    User: { alice: {}, jane: {}, bob: {} },
    Organization: { tiny_corp: {} },
    Ownership: [{ organization: 'tiny_corp', user: 'bob' }],
    Team: { reads_everything: {} },
    Membership: [{ team: 'reads_everything', user: 'jane' }],
    Repository: {
      common_knowledge: { organization: 'tiny_corp' },
      uncommon_knowledge: { organization: 'tiny_corp' },
      secret: { organization: 'tiny_corp' },
    },
    Seat: [
      { repository: 'common_knowledge', user: 'alice', role: 'writer' },
      { repository: 'uncommon_knowledge', user: 'alice', role: 'writer' },
      { repository: 'common_knowledge', user: 'jane', role: 'maintainer' },
    ],
    TeamSeat: [
      { repository: 'common_knowledge', team: 'reads_everything', role: 'reader' },
      { repository: 'uncommon_knowledge', team: 'reads_everything', role: 'reader' },
      { repository: 'secret', team: 'reads_everything', role: 'reader' },
    ],
    Issue: {
      leak: { repository: 'secret', reporter: 'jane' },
      gone: { repository: 'secret', reporter: 'alice' },
      typo: { repository: 'common_knowledge', reporter: 'bob' },
    },
  },
  policy: `
allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Organization {
  roles = ["owner"];
}

resource Repository {
  roles = ["reader", "triager", "writer", "maintainer", "admin"];
  permissions = ["pull", "fork", "push", "add_member"];
  relations = { organization: Organization };

  "pull" if "reader";
  "fork" if "reader";
  "push" if "writer";
  "add_member" if "admin";

  "reader" if "triager";
  "triager" if "writer";
  "writer" if "maintainer";
  "maintainer" if "admin";
  "admin" if "owner" on "organization";
}

resource Issue {
  roles = ["reporter"];
  permissions = ["assign", "edit", "delete"];
  relations = { repository: Repository };

  "assign" if "triager" on "repository";
  "edit" if "writer" on "repository";
  "delete" if "maintainer" on "repository";
  "edit" if "reporter";
  "delete" if "reporter";
}

has_role(user: User, "owner", organization: Organization) if
  one in user.owns and one.organization = organization;
has_role(user: User, role: String, repository: Repository) if
  role in ["reader", "triager", "writer", "maintainer", "admin"] and
  seat in repository.seats and
  seat.role = role and
  seat.user = user;
has_role(user: User, role: String, repository: Repository) if
  role in ["reader", "triager", "writer", "maintainer", "admin"] and
  seat in repository.teamSeats and
  seat.role = role and
  membership in user.memberships and
  membership.team = seat.team;
# A reporter who lost the repository is none.
has_role(user: User, "reporter", issue: Issue) if
  issue.reporter = user and
  has_role(user, "reader", issue.repository);

has_relation(organization: Organization, "organization", repository: Repository) if
  repository.organization = organization;
has_relation(repository: Repository, "repository", issue: Issue) if issue.repository = repository;
`,
  cases: [
    {
      allowed: [
        'jane pull secret',
        'alice pull common_knowledge',
        'alice pull uncommon_knowledge',
        'alice push uncommon_knowledge',
        'bob push secret',
        'bob add_member secret',
        'jane edit leak',
        'jane delete leak',
        'jane delete typo',
        'alice edit typo',
      ],
      denied: [
        'alice pull secret',
        'alice push secret',
        'jane push secret',
        'alice edit gone',
        'alice delete typo',
        'jane assign leak',
      ],
      lists: { 'alice push Repository': ['common_knowledge', 'uncommon_knowledge'] },
    },
  ],
}

const hotelChains: Application = {
  name: 'hotel_chains',
  models: {
    User: { hotelRoles: 'HotelRole.user', propertyRoles: 'PropertyRole.user' },
    Hotel: { parent: 'Hotel?' },
    Property: { hotel: 'Hotel' },
    Reservation: { property: 'Property' },
    HotelRole: { user: 'User', hotel: 'Hotel', role: 'text' },
    PropertyRole: { user: 'User', property: 'Property', role: 'text' },
  },
  rows: {
    User: { Alice: {}, Bob: {}, Carol: {}, Dan: {}, Erin: {} },
    Hotel: { All: {}, G: { parent: 'All' }, R: { parent: 'All' } },
    Property: { Green: { hotel: 'G' }, Gray: { hotel: 'G' }, Red: { hotel: 'R' } },
    Reservation: {
      'Green-Res1': { property: 'Green' },
      'Gray-Res1': { property: 'Gray' },
      'Red-Res1': { property: 'Red' },
    },
    HotelRole: [
      { user: 'Alice', hotel: 'G', role: 'reservation viewer' },
      { user: 'Bob', hotel: 'R', role: 'admin' },
      { user: 'Carol', hotel: 'All', role: 'reservation member' },
      { user: 'Dan', hotel: 'All', role: 'reservation viewer' },
      { user: 'Erin', hotel: 'All', role: 'admin' },
    ],
    PropertyRole: [
      { user: 'Alice', property: 'Green', role: 'reservation member' },
      { user: 'Bob', property: 'Green', role: 'admin' },
    ],
  },
  policy: `
allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Hotel {
  roles = ["viewer", "member", "reservation viewer", "reservation member", "admin"];
  permissions = ["view", "update", "create", "grant"];
  relations = { parent: Hotel };

  "view" if "viewer";
  "update" if "member";
  "create" if "member";
  "grant" if "admin";

  "viewer" if "reservation viewer";
  "member" if "reservation member";
  "reservation viewer" if "reservation member";
  "reservation member" if "admin";

  "reservation viewer" if "reservation viewer" on "parent";
  "reservation member" if "reservation member" on "parent";
  "admin" if "admin" on "parent";
}

resource Property {
  roles = ["viewer", "member", "reservation viewer", "reservation member", "admin"];
  permissions = ["view", "update", "create", "grant"];
  relations = { hotel: Hotel };

  "view" if "viewer";
  "update" if "member";
  "create" if "member";
  "grant" if "admin";

  "viewer" if "reservation viewer";
  "member" if "reservation member";
  "reservation viewer" if "reservation member";
  "reservation member" if "admin";

  "reservation viewer" if "reservation viewer" on "hotel";
  "reservation member" if "reservation member" on "hotel";
  "admin" if "admin" on "hotel";
}

resource Reservation {
  permissions = ["view", "update", "create", "grant"];
  relations = { property: Property };

  "view" if "reservation viewer" on "property";
  "update" if "reservation member" on "property";
  "create" if "reservation member" on "property";
  "grant" if "admin" on "property";
}

has_role(user: User, role: String, hotel: Hotel) if
  role in ["reservation viewer", "reservation member", "admin"] and
  given in user.hotelRoles and
  given.role = role and
  given.hotel = hotel;
has_role(user: User, role: String, property: Property) if
  role in ["reservation viewer", "reservation member", "admin"] and
  given in user.propertyRoles and
  given.role = role and
  given.property = property;

has_relation(parent: Hotel, "parent", hotel: Hotel) if hotel.parent = parent;
has_relation(hotel: Hotel, "hotel", property: Property) if property.hotel = hotel;
has_relation(property: Property, "property", reservation: Reservation) if reservation.property = property;
`,
  cases: [
    {
      allowed: [
        'Alice view Gray-Res1',
        'Alice update Green-Res1',
        'Alice view Gray',
        'Alice update Green',
        'Alice view G',
        'Bob update Red',
        'Bob view Green-Res1',
        'Bob grant Red-Res1',
        'Bob grant R',
        'Carol update Red-Res1',
        'Carol update G',
        'Carol view G',
        'Bob update R',
        'Dan view Red-Res1',
        'Erin grant Green',
      ],
      denied: [
        'Alice update Gray-Res1',
        'Alice update G',
        'Alice view Red',
        'Bob update Gray',
        'Bob view G',
        'Alice grant Green-Res1',
        'Carol grant Red',
        'Dan update Red-Res1',
      ],
      lists: { 'Alice view Property': ['Gray', 'Green'] },
    },
  ],
}

const salesOrgs: Application = {
  name: 'sales_orgs',
  models: {
    User: { job: 'text', customerId: 'text', seats: 'Seat.user' },
    Market: {},
    Seat: { user: 'User', market: 'Market' },
    Presentation: { owner: 'User', shares: 'Share.presentation' },
    Share: { presentation: 'Presentation', user: 'User', role: 'text' },
    Template: { owner: 'User', shares: 'TemplateShare.template', markets: 'MarketShare.template' },
    TemplateShare: { template: 'Template', user: 'User', role: 'text' },
    MarketShare: { template: 'Template', market: 'Market', role: 'text' },
  },
  rows: {
    User: {
      Alice: { job: 'internal', customerId: '1AYZ' },
      Ines: { job: 'internal', customerId: '1AYZ' },
      Bob: { job: 'customer', customerId: '1AYZ' },
      Charlie: { job: 'distributor', customerId: '1AYZ' },
      Dora: { job: 'distributor', customerId: '2BXW' },
    },
    Market: { YoungAdult: {} },
    Seat: [{ user: 'Bob', market: 'YoungAdult' }],
    Presentation: { proposal: { owner: 'Alice' }, tour: { owner: 'Charlie' }, demo: { owner: 'Dora' } },
    Share: [
      { presentation: 'proposal', user: 'Bob', role: 'viewer' },
      { presentation: 'proposal', user: 'Ines', role: 'viewer' },
    ],
    Template: { letter: { owner: 'Charlie' } },
    TemplateShare: [
      { template: 'letter', user: 'Dora', role: 'viewer' },
      { template: 'letter', user: 'Ines', role: 'viewer' },
    ],
    MarketShare: [{ template: 'letter', market: 'YoungAdult', role: 'viewer' }],
  },
  context: { target: { model: 'User' } },
  policy: `${door}
grants(actor, action, resource) if has_permission(actor, action, resource);

# target is the user who is given access; nil if a market is.
is_denied(user: User, "grant_view", _) if
  target != nil and target.job = "customer" and not serves(user, target);
is_denied(_, "grant_edit", _) if target != nil and target.job != "internal";

serves(user: User, customer: User) if
  user.job = "distributor" and user.customerId = customer.customerId;

actor User {}

resource Presentation {
  roles = ["viewer", "colleague", "editor"];
  permissions = ["view", "leave", "duplicate", "edit", "grant_view", "grant_edit"];

  "view" if "viewer";
  "leave" if "viewer";
  "duplicate" if "colleague";
  "edit" if "editor";
  "grant_view" if "editor";
  "grant_edit" if "editor";
  "view" if "editor";
  "leave" if "editor";
  "duplicate" if "editor";
}

resource Template {
  roles = ["viewer", "colleague", "editor"];
  permissions = ["view", "leave", "duplicate", "edit", "evict", "grant_view", "grant_edit"];

  "view" if "viewer";
  "duplicate" if "viewer";
  "leave" if "colleague";
  "edit" if "editor";
  "evict" if "editor";
  "grant_view" if "editor";
  "grant_edit" if "editor";
  "viewer" if "colleague";
  "colleague" if "editor";
}

has_role(user: User, "editor", presentation: Presentation) if presentation.owner = user;
has_role(user: User, role: String, presentation: Presentation) if
  role in ["viewer", "editor"] and
  share in presentation.shares and
  share.role = role and
  share.user = user;
has_role(user: User, "colleague", presentation: Presentation) if
  user.job = "internal" and
  has_role(user, "viewer", presentation);

has_role(user: User, "editor", template: Template) if template.owner = user;
has_role(user: User, "editor", template: Template) if
  share in template.shares and share.role = "editor" and share.user = user;
# Others than colleagues see a template by their market alone.
has_role(user: User, "colleague", template: Template) if
  user.job = "internal" and
  share in template.shares and
  share.role = "viewer" and
  share.user = user;
has_role(user: User, role: String, template: Template) if
  role in ["viewer", "editor"] and
  share in template.markets and
  share.role = role and
  seat in user.seats and
  seat.market = share.market;
`,
  cases: [
    {
      allowed: [
        'Alice view proposal',
        'Bob view proposal',
        'Bob leave proposal',
        'Alice leave proposal',
        'Alice duplicate proposal',
        'Ines duplicate proposal',
        'Ines view letter',
        'Charlie leave letter',
        'Bob view letter',
        'Bob duplicate letter',
        'Charlie evict letter',
      ],
      denied: [
        'Charlie view proposal',
        'Bob duplicate proposal',
        'Ines edit proposal',
        'Dora view letter',
        'Bob leave letter',
      ],
    },
    {
      at: { target: 'Bob' },
      allowed: ['Charlie grant_view tour', 'Charlie grant_view letter'],
      denied: [
        'Alice grant_view proposal',
        'Dora grant_view demo',
        'Charlie grant_edit tour',
        'Charlie grant_edit letter',
      ],
    },
    {
      at: { target: 'Ines' },
      allowed: ['Alice grant_view proposal', 'Charlie grant_edit tour'],
      denied: ['Bob grant_view proposal'],
    },
    { at: { target: null }, allowed: ['Charlie grant_edit letter', 'Charlie grant_view letter'] },
  ],
}

const streaming: Application = {
  name: 'streaming_service',
  models: {
    Subscriber: { tier: 'text', isKid: 'boolean' },
    FreeMember: {},
    Movie: {
      isFree: 'boolean',
      needsRentOrBuy: 'boolean',
      isOscarNominated: 'boolean',
    },
    Show: { isFree: 'boolean', isEarlyAccess: 'boolean', releasedAt: 'date' },
  },
  rows: {
    Subscriber: {
      Alice: { tier: 'standard' },
      Charlie: { tier: 'premium' },
      Dave: { tier: 'standard', isKid: true },
    },
    FreeMember: { Bob: {} },
    Movie: {
      'The-Godparent': { isFree: true, isOscarNominated: true },
      'The-Gleaming': {},
      Devilish: { needsRentOrBuy: true, isOscarNominated: true },
    },
    Show: {
      Buddies: { releasedAt: new Date('2024-10-10T00:00:00Z') },
      Later: { releasedAt: new Date('2025-06-01T00:00:00Z') },
      News: { isFree: true, releasedAt: new Date('2024-10-10T00:00:00Z') },
      Breach: { isEarlyAccess: true, releasedAt: new Date('2025-02-21T00:00:00Z') },
    },
  },
  context: { now: 'date', in_a_day: 'date', minute: 'integer', oscars: { fields: { from: 'date', until: 'date' } } },
  policy: `${door}
grants(_: Subscriber, "watch", movie: Movie) if movie.needsRentOrBuy = false;
grants(_: Subscriber, "watch", show: Show) if show.isEarlyAccess = false;
grants(_: Subscriber, "watch", show: Show) if show.releasedAt <= now;
grants(user: Subscriber, "watch", show: Show) if
  user.tier = "premium" and show.isEarlyAccess = true and show.releasedAt <= in_a_day;
grants(_: FreeMember, "watch", movie: Movie) if movie.isFree = true;
grants(_: FreeMember, "watch", show: Show) if show.isFree = true;
grants(_: Subscriber, action, movie: Movie) if
  action in ["rent", "buy"] and
  movie.isOscarNominated = true and
  now >= oscars.from and now < oscars.until;

# Children watch from 6 to 21 o'clock. The application passes the minute of their own day.
is_denied(user: Subscriber, "watch", _) if user.isKid = true and (minute < 360 or minute > 1260);
`,
  cases: [
    {
      at: atStream('2025-02-20T13:00:00-05:00', 13),
      allowed: [
        'Alice watch Buddies',
        'Alice rent Devilish',
        'Alice watch The-Gleaming',
        'Alice watch Later',
        'Bob watch News',
        'Bob watch The-Godparent',
        'Charlie watch Breach',
        'Dave watch Buddies',
      ],
      denied: [
        'Alice watch Breach',
        'Alice watch Devilish',
        'Bob watch The-Gleaming',
        'Bob watch Buddies',
        'Bob rent Devilish',
      ],
    },
    { at: atStream('2025-02-22T13:00:00-05:00', 13), allowed: ['Dave watch Breach', 'Alice watch Breach'] },
    {
      at: atStream('2025-02-20T22:00:00-05:00', 22),
      allowed: ['Alice watch Buddies'],
      denied: ['Dave watch Buddies', 'Dave watch The-Gleaming'],
    },
    { at: atStream('2025-02-19T13:00:00-05:00', 13), denied: ['Charlie watch Breach'] },
    { at: atStream('2025-03-02T19:00:00-05:00', 19), denied: ['Alice rent Devilish'] },
  ],
}

/** The context of a moment; the application computes what Polar has no arithmetic for. */
function atStream(moment: string, hour: number) {
  const now = new Date(moment)
  return {
    now,
    in_a_day: new Date(now.getTime() + 24 * 3600 * 1000),
    minute: hour * 60,
    oscars: { from: new Date('2025-02-02T19:00:00-05:00'), until: new Date('2025-03-02T19:00:00-05:00') },
  }
}

const tagsAndRoles: Application = {
  name: 'tags_n_roles',
  models: {
    User: { seats: 'Seat.user' },
    Role: { actions: 'RoleAction.role' },
    RoleAction: { role: 'Role', action: 'text' },
    Seat: { user: 'User', role: 'Role', tags: 'SeatTag.seat' },
    SeatTag: { seat: 'Seat', group: 'text', value: 'text' },
    Workspace: { tags: 'WorkspaceTag.workspace' },
    WorkspaceTag: { workspace: 'Workspace', group: 'text', value: 'text' },
  },
  rows: {
    User: { Joe: {}, Alice: {} },
    Role: { A: {}, B: {} },
    RoleAction: [
      { role: 'A', action: 'read' },
      { role: 'A', action: 'update' },
      { role: 'B', action: 'read' },
    ],
    Seat: {
      'joe-a': { user: 'Joe', role: 'A' },
      'joe-b': { user: 'Joe', role: 'B' },
      'alice-b': { user: 'Alice', role: 'B' },
    },
    SeatTag: [
      { seat: 'joe-a', group: 'production_status', value: 'production' },
      { seat: 'joe-a', group: 'country', value: 'germany' },
      { seat: 'joe-a', group: 'stage', value: 'reporting' },
      { seat: 'joe-b', group: 'production_status', value: 'test' },
      { seat: 'joe-b', group: 'country', value: 'italy' },
      { seat: 'joe-b', group: 'stage', value: 'valuation' },
      { seat: 'alice-b', group: 'production_status', value: 'production' },
      { seat: 'alice-b', group: 'country', value: 'ALL' },
      { seat: 'alice-b', group: 'stage', value: 'valuation' },
    ],
    Workspace: { 'workspace-1': {}, both: {}, everywhere: {}, untagged: {}, italian: {}, budget: {} },
    WorkspaceTag: [
      { workspace: 'workspace-1', group: 'production_status', value: 'production' },
      { workspace: 'workspace-1', group: 'country', value: 'germany' },
      { workspace: 'both', group: 'country', value: 'germany' },
      { workspace: 'both', group: 'country', value: 'italy' },
      { workspace: 'everywhere', group: 'country', value: 'italy' },
      { workspace: 'everywhere', group: 'country', value: 'ALL' },
      { workspace: 'italian', group: 'country', value: 'italy' },
      { workspace: 'budget', group: 'cost', value: 'high' },
    ],
  },
  policy: `
allow(user: User, action, workspace: Workspace) if
  action in ["read", "update"] and
  seat in user.seats and
  entry in seat.role.actions and
  entry.action = action and
  not is_outside(seat, workspace);

# A tag of the workspace in a group that the seat names, but not with this value.
is_outside(seat: Seat, workspace: Workspace) if
  tag in workspace.tags and
  own in seat.tags and
  own.group = tag.group and
  not has_tag(seat, tag.group, [tag.value, "ALL"]) and
  not is_open(workspace, tag.group);

has_tag(seat: Seat, group, values) if
  own in seat.tags and own.group = group and own.value in values;
is_open(workspace: Workspace, group) if
  tag in workspace.tags and tag.group = group and tag.value = "ALL";
`,
  cases: [
    {
      allowed: [
        'Joe read workspace-1',
        'Alice read workspace-1',
        'Joe update workspace-1',
        'Alice read both',
        'Joe read everywhere',
        'Joe read italian',
        'Joe update untagged',
        'Joe update budget',
      ],
      denied: ['Alice update workspace-1', 'Joe read both', 'Joe update italian'],
    },
  ],
}

const taxPreparer: Application = {
  name: 'tax_preparer',
  models: {
    Professional: { location: 'text', assignments: 'Assignment.professional' },
    Assignment: { professional: 'Professional', organization: 'text', serviceline: 'text', location: 'text' },
    Client: { organization: 'text', consents: 'Consent.client' },
    Consent: { client: 'Client', region: 'text' },
    Document: { owner: 'Client', serviceline: 'text', location: 'text', accesses: 'Access.document' },
    Access: { document: 'Document', professional: 'Professional' },
  },
  rows: {
    Professional: { Alice: { location: 'IAD' }, Bob: { location: 'JFK' }, Carol: { location: 'SFO' } },
    Assignment: [
      { professional: 'Alice', organization: 'org-1', serviceline: 'corporate', location: 'IAD' },
      { professional: 'Bob', organization: 'org-1', serviceline: 'corporate', location: 'JFK' },
      { professional: 'Carol', organization: 'org-1', serviceline: 'corporate', location: 'IAD' },
    ],
    Client: { Ramon: { organization: 'org-1' }, Sue: { organization: 'org-1' } },
    Consent: [
      { client: 'Ramon', region: 'IAD' },
      { client: 'Ramon', region: 'JFK' },
    ],
    Document: {
      ABC: { owner: 'Ramon', serviceline: 'corporate', location: 'IAD' },
      DEF: { owner: 'Ramon', serviceline: 'corporate', location: 'JFK' },
      GHI: { owner: 'Sue', serviceline: 'corporate', location: 'IAD' },
    },
    Access: [{ document: 'DEF', professional: 'Alice' }],
  },
  policy: `${door}
grants(user: Professional, "view", document: Document) if
  assignment in user.assignments and
  assignment.organization = document.owner.organization and
  assignment.serviceline = document.serviceline and
  assignment.location = document.location;
grants(user: Professional, "view", document: Document) if
  access in document.accesses and access.professional = user;

is_denied(user: Professional, _, document: Document) if not has_consent(user, document.owner);

has_consent(user: Professional, client: Client) if
  consent in client.consents and consent.region = user.location;
`,
  cases: [
    {
      allowed: ['Alice view ABC', 'Bob view DEF', 'Alice view DEF'],
      denied: ['Bob view ABC', 'Carol view ABC', 'Alice view GHI', 'nobody view ABC'],
      lists: { 'Alice view Document': ['ABC', 'DEF'] },
    },
  ],
}

const tinyTodo: Application = {
  name: 'tinytodo',
  models: {
    User: { location: 'text', joblevel: 'integer', seats: 'Seat.user' },
    Team: { parent: 'Team?', parts: 'Team.parent' },
    Seat: { user: 'User', team: 'Team' },
    TodoList: { owner: 'User', shares: 'Share.list', teamShares: 'TeamShare.list' },
    Share: { list: 'TodoList', user: 'User', role: 'text' },
    TeamShare: { list: 'TodoList', team: 'Team', role: 'text' },
  },
  rows: {
    User: {
      kesha: { location: 'WAS17', joblevel: 5 },
      aaron: { location: 'WAS17', joblevel: 5 },
      andrew: { location: 'WAS17', joblevel: 5 },
      emina: { location: 'DEF33', joblevel: 8 },
      eve: { location: 'SEA33', joblevel: 8 },
    },
    Team: { temp: {}, interns: { parent: 'temp' }, admin: {} },
    Seat: [
      { user: 'kesha', team: 'temp' },
      { user: 'aaron', team: 'interns' },
      { user: 'emina', team: 'admin' },
    ],
    TodoList: { post: { owner: 'andrew' }, chores: { owner: 'kesha' }, first: { owner: 'aaron' } },
    Share: [
      { list: 'chores', user: 'andrew', role: 'editor' },
      { list: 'post', user: 'eve', role: 'reader' },
    ],
    TeamShare: [
      { list: 'post', team: 'interns', role: 'reader' },
      { list: 'chores', team: 'temp', role: 'reader' },
    ],
  },
  policy: `${door}
grants(actor, action, resource) if has_permission(actor, action, resource);

is_denied(user: User, "create", _: TodoList) if is_in(user, "interns");
is_denied(user: User, _, list: TodoList) if not is_near(user, list);

is_near(user: User, _: TodoList) if user.joblevel > 6 and user.location.startsWith("DEF");
is_near(user: User, list: TodoList) if user.location = list.owner.location;

is_in(user: User, name) if seat in user.seats and seat.team.name = name;

actor User {}

resource Team {
  roles = ["member"];
  relations = { part: Team };

  "member" if "member" on "part";
}

resource TodoList {
  roles = ["reader", "editor", "owner"];
  permissions = ["read", "create", "update", "update_task", "share", "delete"];

  "read" if "reader";
  "update" if "editor";
  "update_task" if "editor";
  "create" if "owner";
  "share" if "owner";
  "delete" if "owner";

  "reader" if "editor";
  "editor" if "owner";
}

has_role(user: User, "owner", list: TodoList) if list.owner = user;
has_role(user: User, "owner", _: TodoList) if is_in(user, "admin");
has_role(user: User, role: String, list: TodoList) if
  role in ["reader", "editor"] and
  share in list.shares and
  share.role = role and
  share.user = user;
has_role(user: User, role: String, list: TodoList) if
  role in ["reader", "editor"] and
  share in list.teamShares and
  share.role = role and
  has_role(user, "member", share.team);

has_role(user: User, "member", team: Team) if seat in user.seats and seat.team = team;
has_relation(part: Team, "part", team: Team) if part in team.parts;
`,
  cases: [
    {
      allowed: [
        'andrew create post',
        'andrew update_task post',
        'aaron read post',
        'aaron read chores',
        'andrew update chores',
        'andrew read chores',
        'emina delete chores',
      ],
      denied: [
        'aaron update_task post',
        'kesha read post',
        'andrew share chores',
        'aaron create first',
        'eve read post',
        'nobody read post',
      ],
      lists: { 'aaron read TodoList': ['chores', 'first', 'post'] },
    },
  ],
}

export const cedar: readonly Application[] = [
  documentCloud,
  github,
  hotelChains,
  salesOrgs,
  streaming,
  tagsAndRoles,
  taxPreparer,
  tinyTodo,
]
