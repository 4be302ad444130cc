import { type Application, door } from './application.js'

const nothing = { text: '', number: 0, float: 0, seconds: 0, ip: '192.0.0.1', texts: [''], settings: { key: '' } }
const something = {
  text: '1',
  number: 1,
  float: 0.5,
  seconds: 10,
  ip: '192.168.0.1',
  texts: ['1'],
  settings: { key: '1' },
}
const launch = new Date('2019-01-01T00:00:00Z')
const dataTypeUsers = ['int', 'uint', 'double', 'string', 'timestamp', 'duration', 'map', 'list', 'ip']
const dataTypeQuestions = dataTypeUsers.flatMap((name) => [`${name} use kept`, `${name} use passed`])

const dataTypes: Application = {
  name: 'condition-data-types',
  models: {
    User: {},
    Thing: { grants: 'Grant.thing' },
    Grant: {
      thing: 'Thing',
      user: 'User',
      kind: 'text',
      isPassed: 'boolean',
      text: 'text?',
      number: 'integer?',
      float: 'float?',
      seconds: 'integer?',
      moment: 'date?',
      entries: 'Entry.grant',
    },
    Entry: { grant: 'Grant', key: 'text', value: 'text' },
  },
  rows: {
    User: Object.fromEntries(dataTypeUsers.map((name) => [name, {}])),
    Thing: { kept: {}, passed: {} },
    Grant: {
      ...Object.fromEntries(
        dataTypeUsers.map((kind) => [`${kind}-passed`, { thing: 'passed', user: kind, kind, isPassed: true }]),
      ),
      'int-kept': { thing: 'kept', user: 'int', kind: 'int', number: 1 },
      'uint-kept': { thing: 'kept', user: 'uint', kind: 'uint', number: 1 },
      'double-kept': { thing: 'kept', user: 'double', kind: 'double', float: 1 },
      'string-kept': { thing: 'kept', user: 'string', kind: 'string', text: '1' },
      'timestamp-kept': {
        thing: 'kept',
        user: 'timestamp',
        kind: 'timestamp',
        moment: new Date('2019-02-01T00:00:00Z'),
      },
      'duration-kept': { thing: 'kept', user: 'duration', kind: 'duration', seconds: 10 },
      'map-kept': { thing: 'kept', user: 'map', kind: 'map' },
      'list-kept': { thing: 'kept', user: 'list', kind: 'list' },
      'ip-kept': { thing: 'kept', user: 'ip', kind: 'ip', text: '192.168.0.1' },
    },
    Entry: [
      { grant: 'map-kept', key: 'key', value: '1' },
      { grant: 'list-kept', key: '0', value: '1' },
    ],
  },
  context: {
    launch: 'date',
    text: 'string',
    number: 'integer',
    float: 'float',
    seconds: 'integer',
    moment: 'date',
    ip: 'string',
    texts: { type: 'string', list: true },
    settings: { fields: { key: 'string' } },
  },
  policy: `
allow(user: User, "use", thing: Thing) if
  grant in thing.grants and
  grant.user = user and
  is_valid(grant);

is_valid(grant: Grant) if grant.isPassed = true and is_passed(grant.kind);
is_valid(grant: Grant) if grant.isPassed = false and is_kept(grant, grant.kind);

# The values are names of the context.
is_passed(kind) if kind in ["int", "uint"] and number > 0;
is_passed("double") if float > 0;
is_passed("string") if text.startsWith("1") and text.endsWith("1") and text.includes("1");
is_passed("timestamp") if moment > launch;
is_passed("duration") if seconds > 0;
is_passed("map") if settings.key > "";
is_passed("list") if "1" in texts and forall(one in texts, one > "");
is_passed("ip") if ip != "192.0.0.1";

# The values are columns of the grant, and rows.
is_kept(grant: Grant, kind) if kind in ["int", "uint"] and grant.number > 0;
is_kept(grant: Grant, "double") if grant.float > 0;
is_kept(grant: Grant, "string") if
  grant.text.startsWith("1") and grant.text.endsWith("1") and grant.text.includes("1");
is_kept(grant: Grant, "timestamp") if grant.moment > launch;
is_kept(grant: Grant, "duration") if grant.seconds > 0;
is_kept(grant: Grant, "map") if entry in grant.entries and entry.key = "key" and entry.value > "";
is_kept(grant: Grant, "list") if
  entry in grant.entries and entry.value = "1" and forall(one in grant.entries, one.value > "");
is_kept(grant: Grant, "ip") if grant.text != nil and grant.text != "192.0.0.1";
`,
  cases: [
    { at: { launch, moment: new Date('2019-02-01T00:00:00Z'), ...something }, allowed: dataTypeQuestions },
    {
      at: { launch, moment: launch, ...nothing },
      allowed: dataTypeQuestions.filter((question) => question.endsWith('kept')),
      denied: dataTypeQuestions.filter((question) => question.endsWith('passed')),
    },
  ],
}

const temporalAccess: Application = {
  name: 'temporal-access',
  models: {
    User: {},
    Document: { grants: 'Grant.document' },
    Grant: { document: 'Document', user: 'User', until: 'date?' },
  },
  rows: {
    User: { bob: {}, anne: {} },
    Document: { first: {}, second: {} },
    Grant: [
      { document: 'first', user: 'bob' },
      { document: 'first', user: 'anne', until: new Date('2023-01-01T01:00:00Z') },
      { document: 'second', user: 'anne', until: new Date('2023-01-01T00:00:05Z') },
    ],
  },
  context: { now: 'date' },
  policy: `
allow(user: User, "view", document: Document) if
  grant in document.grants and
  grant.user = user and
  is_valid(grant);

is_valid(grant: Grant) if grant.until = nil;
is_valid(grant: Grant) if grant.until > now;
`,
  cases: [
    { at: { now: new Date('2023-01-01T00:10:00Z') }, allowed: ['anne view first'] },
    { at: { now: new Date('2023-01-01T02:00:00Z') }, allowed: ['bob view first'], denied: ['anne view first'] },
    { at: { now: new Date('2023-01-01T00:00:09Z') }, denied: ['anne view second'] },
    { allowed: ['bob view first'], unlisted: true },
    { at: { now: new Date('2023-01-01T00:00:01Z') }, lists: { 'anne view Document': ['first', 'second'] } },
  ],
}

const ipBasedAccess: Application = {
  name: 'ip-based-access',
  models: {
    User: { memberships: 'Membership.user' },
    Organization: { network: 'text' },
    Membership: { organization: 'Organization', user: 'User' },
    Document: { organization: 'Organization', viewers: 'Viewer.document' },
    Viewer: { document: 'Document', user: 'User' },
  },
  rows: {
    User: { anne: {} },
    Organization: { acme: { network: '192.168.0.0/24' } },
    Membership: [{ organization: 'acme', user: 'anne' }],
    Document: { first: { organization: 'acme' } },
    Viewer: [{ document: 'first', user: 'anne' }],
  },
  // Those of the networks of all organizations that the address of the request is in.
  context: { networks: { type: 'string', list: true } },
  policy: `
allow(user: User, "view", document: Document) if
  viewer in document.viewers and
  viewer.user = user and
  membership in user.memberships and
  membership.organization = document.organization and
  document.organization.network in networks;
`,
  cases: [
    {
      at: { networks: ['192.168.0.0/24'] },
      allowed: ['anne view first'],
      lists: { 'anne view Document': ['first'] },
    },
    { at: { networks: [] }, denied: ['anne view first'], lists: { 'anne view Document': [] } },
  ],
}

const groupsResourceAttributes: Application = {
  name: 'groups-resource-attributes',
  models: {
    User: { memberships: 'Membership.user' },
    Organization: {},
    Group: { organization: 'Organization', accesses: 'Access.group' },
    Membership: { group: 'Group', user: 'User' },
    Access: { group: 'Group', organization: 'Organization', status: 'text' },
    Document: { organization: 'Organization', status: 'text' },
  },
  rows: {
    User: { anne: {}, bob: {} },
    Organization: { acme: {} },
    Group: { content: { organization: 'acme' }, marketing: { organization: 'acme' } },
    Membership: [
      { group: 'content', user: 'anne' },
      { group: 'marketing', user: 'bob' },
    ],
    Access: [
      { group: 'content', organization: 'acme', status: 'draft' },
      { group: 'content', organization: 'acme', status: 'published' },
      { group: 'marketing', organization: 'acme', status: 'published' },
    ],
    Document: {
      sketch: { organization: 'acme', status: 'draft' },
      report: { organization: 'acme', status: 'published' },
    },
  },
  policy: `
allow(user: User, "read", document: Document) if
  membership in user.memberships and
  access in membership.group.accesses and
  access.organization = document.organization and
  access.status = document.status;
`,
  cases: [
    {
      allowed: ['anne read sketch', 'anne read report', 'bob read report'],
      denied: ['bob read sketch'],
    },
  ],
}

const banking: Application = {
  name: 'banking',
  models: {
    Customer: { bank: 'Bank' },
    Employee: { bank: 'Bank' },
    Bank: { customerLimit: 'integer', managerLimit: 'integer' },
    Account: { bank: 'Bank', owner: 'Customer', manager: 'Employee' },
  },
  rows: {
    Bank: { acme: { customerLimit: 100, managerLimit: 1000 } },
    Customer: { anne: { bank: 'acme' }, carl: { bank: 'acme' } },
    Employee: { bob: { bank: 'acme' } },
    Account: { salary: { bank: 'acme', owner: 'anne', manager: 'bob' } },
  },
  context: { amount: 'float', approved: 'float' },
  policy: `
allow(user: Customer, "transfer", account: Account) if
  account.owner = user and
  account.bank = user.bank and
  is_within(account.bank.customerLimit);
allow(user: Employee, "transfer", account: Account) if
  account.manager = user and
  account.bank = user.bank and
  is_within(account.bank.managerLimit);

is_within(limit) if amount <= limit;
is_within(_) if amount <= approved;
`,
  cases: [
    { at: { amount: 10, approved: 0 }, allowed: ['anne transfer salary'], denied: ['carl transfer salary'] },
    { at: { amount: 1000, approved: 1000 }, allowed: ['anne transfer salary'] },
    { at: { amount: 1000, approved: 0 }, allowed: ['bob transfer salary'], denied: ['anne transfer salary'] },
    { at: { amount: 1001, approved: 0 }, denied: ['bob transfer salary'] },
  ],
}

const advancedEntitlements: Application = {
  name: 'advanced-entitlements',
  models: {
    User: { organization: 'Organization' },
    Organization: { plan: 'Plan' },
    Plan: {},
    Feature: { counts: 'text?', offers: 'Offer.feature' },
    Offer: { plan: 'Plan', feature: 'Feature', most: 'integer?' },
  },
  rows: {
    Plan: { free: {}, pro: {} },
    Organization: { acme: { plan: 'free' }, okta: { plan: 'pro' } },
    User: { anne: { organization: 'acme' }, beth: { organization: 'okta' } },
    Feature: {
      history: { counts: 'days' },
      invite: { counts: 'collaborators' },
      sync: { counts: 'rows' },
      basic_analytics: {},
      advanced_analytics: {},
      support: {},
    },
    Offer: [
      { plan: 'free', feature: 'history', most: 7 },
      { plan: 'free', feature: 'invite', most: 10 },
      { plan: 'free', feature: 'sync', most: 100 },
      { plan: 'free', feature: 'basic_analytics' },
      { plan: 'pro', feature: 'history', most: 30 },
      { plan: 'pro', feature: 'invite', most: 100 },
      { plan: 'pro', feature: 'sync', most: 20_000 },
      { plan: 'pro', feature: 'advanced_analytics' },
      { plan: 'pro', feature: 'support' },
    ],
  },
  context: { usage: { fields: { days: 'integer', collaborators: 'integer', rows: 'integer' } } },
  policy: `
allow(user: User, "subscribe", plan: Plan) if user.organization.plan = plan;
allow(user: User, "use", feature: Feature) if
  offer in feature.offers and
  offer.plan = user.organization.plan and
  is_within(feature, offer.most);

is_within(_: Feature, nil);
is_within(feature: Feature, most) if feature.counts = "days" and usage.days <= most;
is_within(feature: Feature, most) if feature.counts = "collaborators" and usage.collaborators <= most;
is_within(feature: Feature, most) if feature.counts = "rows" and usage.rows <= most;
`,
  cases: [
    {
      at: { usage: { days: 10, collaborators: 20, rows: 200 } },
      allowed: [
        'beth use history',
        'beth use invite',
        'beth use sync',
        'beth use advanced_analytics',
        'beth use support',
      ],
      denied: [
        'anne use history',
        'anne use invite',
        'anne use sync',
        'anne use advanced_analytics',
        'anne use support',
      ],
    },
    {
      allowed: ['beth subscribe pro', 'beth use support', 'anne use basic_analytics'],
      denied: ['anne subscribe pro', 'anne use support'],
      unlisted: true,
    },
    {
      at: { usage: { days: 1, collaborators: 1, rows: 1 } },
      allowed: ['anne use history', 'anne use invite', 'anne use sync'],
      lists: {
        'beth use Feature': ['advanced_analytics', 'history', 'invite', 'support', 'sync'],
        'anne use Feature': ['basic_analytics', 'history', 'invite', 'sync'],
        'anne subscribe Plan': ['free'],
      },
    },
    {
      at: { usage: { days: 1000, collaborators: 1000, rows: 1000 } },
      lists: { 'anne use Feature': ['basic_analytics'] },
    },
  ],
}

const publicDemo: Application = {
  name: 'public-demo',
  models: {
    User: { memberships: 'Membership.user', mandates: 'Mandate.user' },
    Organization: { admins: 'Admin.organization' },
    Admin: { organization: 'Organization', user: 'User' },
    Mandate: { user: 'User', until: 'date' },
    Group: { parent: 'Group?', parts: 'Group.parent' },
    Membership: { group: 'Group', user: 'User' },
    Folder: {
      organization: 'Organization',
      parent: 'Folder?',
      shares: 'FolderShare.folder',
      groups: 'GroupShare.folder',
    },
    FolderShare: { folder: 'Folder', user: 'User', role: 'text' },
    GroupShare: { folder: 'Folder', group: 'Group', role: 'text' },
    Document: { folder: 'Folder?', isPublic: 'boolean', isPublished: 'boolean', shares: 'Share.document' },
    Share: { document: 'Document', user: 'User', role: 'text' },
  },
  rows: {
    User: { anne: {}, bob: {}, peter: {}, martin: {}, john: {}, sam: {} },
    Organization: { acme: {} },
    Admin: [{ organization: 'acme', user: 'peter' }],
    Mandate: [{ user: 'sam', until: new Date('2024-07-21T01:00:00Z') }],
    Group: { everyone: {}, engineering: { parent: 'everyone' } },
    Membership: [{ group: 'engineering', user: 'martin' }],
    Folder: { root: { organization: 'acme' }, nested: { organization: 'acme', parent: 'root' } },
    FolderShare: [
      { folder: 'root', user: 'anne', role: 'owner' },
      { folder: 'nested', user: 'john', role: 'viewer' },
    ],
    GroupShare: [{ folder: 'root', group: 'everyone', role: 'editor' }],
    Document: {
      welcome: { folder: 'root' },
      roadmap: { isPublic: true, isPublished: true },
      unpublished: { folder: 'root', isPublic: true },
      minutes: { folder: 'nested', isPublished: true },
    },
    Share: [{ document: 'welcome', user: 'bob', role: 'owner' }],
  },
  context: { now: 'date' },
  policy: `
allow(actor, action, resource) if has_permission(actor, action, resource);

actor User {}

resource Organization {
  roles = ["admin"];
}

resource Group {
  roles = ["member"];
  relations = { part: Group };

  "member" if "member" on "part";
}

resource Folder {
  roles = ["viewer", "editor", "owner"];
  permissions = ["view", "edit"];
  relations = { parent: Folder, organization: Organization };

  "view" if "viewer";
  "edit" if "editor";
  "viewer" if "editor";
  "editor" if "owner";
  "editor" if "editor" on "parent";
  "editor" if "admin" on "organization";
}

resource Document {
  roles = ["reader", "viewer", "editor", "owner"];
  permissions = ["view", "edit"];
  relations = { folder: Folder };

  "view" if "reader";
  "edit" if "editor";
  "reader" if "editor";
  "editor" if "owner";
  "viewer" if "viewer" on "folder";
  "editor" if "editor" on "folder";
}

has_role(user: User, "admin", organization: Organization) if
  admin in organization.admins and admin.user = user;
# A super admin, for a time.
has_role(user: User, "admin", _: Organization) if
  mandate in user.mandates and mandate.until > now;

has_role(user: User, "member", group: Group) if
  membership in user.memberships and membership.group = group;

has_role(user: User, role: String, folder: Folder) if
  role in ["viewer", "editor", "owner"] and
  share in folder.shares and
  share.role = role and
  share.user = user;
has_role(user: User, role: String, folder: Folder) if
  role in ["viewer", "editor"] and
  share in folder.groups and
  share.role = role and
  has_role(user, "member", share.group);

has_role(user: User, role: String, document: Document) if
  role in ["viewer", "editor", "owner"] and
  share in document.shares and
  share.role = role and
  share.user = user;
has_role(_: User, "viewer", document: Document) if document.isPublic = true;
# Viewers read what is published.
has_role(user: User, "reader", document: Document) if
  document.isPublished = true and
  has_role(user, "viewer", document);

has_relation(part: Group, "part", group: Group) if part in group.parts;
has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;
has_relation(organization: Organization, "organization", folder: Folder) if
  folder.organization = organization;
has_relation(folder: Folder, "folder", document: Document) if document.folder = folder;
`,
  cases: [
    {
      at: { now: new Date('2024-07-21T00:00:09Z') },
      allowed: [
        'anne edit welcome',
        'anne view welcome',
        'anne edit nested',
        'bob edit welcome',
        'peter edit root',
        'peter view root',
        'peter edit welcome',
        'peter view welcome',
        'martin edit welcome',
        'martin view welcome',
        'martin edit root',
        'martin view root',
        'john view roadmap',
        'john view minutes',
        'sam edit welcome',
        'sam view welcome',
      ],
      denied: [
        'bob edit root',
        'bob view root',
        'john edit roadmap',
        'john edit unpublished',
        'john view unpublished',
        'john edit minutes',
      ],
    },
    { at: { now: new Date('2024-07-22T00:00:09Z') }, denied: ['sam edit welcome', 'sam view welcome'] },
  ],
}

const mcpGateway: Application = {
  name: 'mcp-gateway',
  models: {
    User: { seats: 'Seat.user' },
    Role: {},
    Seat: { role: 'Role', user: 'User' },
    Server: { accesses: 'Access.server' },
    Access: { server: 'Server', role: 'Role', level: 'text' },
    Tool: { server: 'Server', isReadonly: 'boolean', callers: 'Caller.tool' },
    Caller: { tool: 'Tool', role: 'Role', channel: 'text?' },
  },
  rows: {
    User: { anne: {}, bob: {}, rita: {} },
    Role: { devops: {}, product: {}, audit: {} },
    Seat: [
      { role: 'devops', user: 'anne' },
      { role: 'product', user: 'bob' },
      { role: 'audit', user: 'rita' },
    ],
    Server: { slack: {} },
    Access: [
      { server: 'slack', role: 'devops', level: 'readwrite' },
      { server: 'slack', role: 'audit', level: 'readonly' },
    ],
    Tool: { send_message: { server: 'slack' }, read_channel: { server: 'slack', isReadonly: true } },
    Caller: [
      { tool: 'send_message', role: 'product', channel: '#product-announcements' },
      { tool: 'read_channel', role: 'product' },
    ],
  },
  context: { in_office: 'boolean', channel: { type: 'string', nullable: true } },
  policy: `${door}
grants(user: User, "call", tool: Tool) if has_access(user, "readwrite", tool.server);
grants(user: User, "call", tool: Tool) if
  tool.isReadonly = true and has_access(user, "readonly", tool.server);
grants(user: User, "call", tool: Tool) if
  caller in tool.callers and
  seat in user.seats and
  seat.role = caller.role and
  is_meant(caller);

is_denied(_, _, _: Tool) if in_office = false;

has_access(user: User, level, server: Server) if
  access in server.accesses and
  access.level = level and
  seat in user.seats and
  seat.role = access.role;

is_meant(caller: Caller) if caller.channel = nil;
is_meant(caller: Caller) if caller.channel != nil and caller.channel = channel;
`,
  cases: [
    {
      at: { in_office: true, channel: '#product-announcements' },
      allowed: ['anne call send_message', 'bob call send_message'],
      denied: ['rita call send_message'],
    },
    {
      at: { in_office: true, channel: null },
      allowed: ['anne call read_channel', 'rita call read_channel', 'bob call read_channel'],
    },
    { at: { in_office: false, channel: '#product-announcements' }, denied: ['bob call send_message'] },
    { at: { in_office: true, channel: '#general' }, denied: ['bob call send_message'] },
  ],
}

export const openfga: readonly Application[] = [
  dataTypes,
  temporalAccess,
  ipBasedAccess,
  groupsResourceAttributes,
  banking,
  advancedEntitlements,
  publicDemo,
  mcpGateway,
]
