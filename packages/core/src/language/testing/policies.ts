/** Policies and queries that together use all of the grammar. */
export const policies: readonly string[] = [
  `# GitClub
actor User { permissions = ["read"]; roles = ["self",]; "read" if "self"; }
resource Organization {
  roles = ["owner", "member"];
  permissions = ["invite", "create_repo"];
  "invite" if "owner";
  "member" if "owner";
}
resource Repository {
  roles = ["reader", "admin"];
  permissions = ["read", "push", "delete"];
  relations = { parent: Organization, type: Kind };
  "read" if "reader";
  "reader" if "admin";
  "admin" if "owner" on "parent";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, name: String, repo: Repository) if
  role in user.repo_roles and # a comment
  role.name = name and
  role.repo_id = repo.id;
has_relation(org: Organization, "parent", repo: Repository) if org = repo.org;
type has_role(actor: Actor, role: String, resource: Resource);
type greet();
?= has_role(new User("ann"), "admin", new Repository(owner: "ann", in: 3,));
`,
  `allow(user: User{is_admin: true}, _, _: Repository);
allow(_: Guest, "read", doc: Document{public: true, owner: User{name: n}, tags: [first, *others]}) if n != first and others = [];
allow(user, "edit", doc) if not user.banned and (doc.owner = user or doc.owner.manager = user) and user.level >= doc.level;
deny(x, {a: 1, b: (1 + 2), c: x.y.(z)}) if x matches {a: Integer{}, b: -1, c} or x matches [1, _, *rest] and rest matches List;
kinds(x: 1, y: "s", z: true, w: -2.5, v: [], u: {});
`,
  `sum([], 0) if cut;
sum([x, *xs], x + n) if sum(xs, n);
fib(0, 1); fib(1, 1);
fib(n, a + b) if n > 1 and x := n - 1 and fib(x, a) and y = n - 2 and fib(y, b);
calc(x) if x = 1 + 2 * 3 - 4 / 5 mod 6 rem 7 and x <= 1.5e3 and 1.0 < inf and -inf != nan;
all_good(xs) if forall(x in xs, x.ok and not not x.fine) and print("all good:", xs) and debug(xs,);
lookups(a, key) if a.b.c(1, d: 2).(key).("odd key").in = a.new(new Thing()) and a.type == {x: 1, y, if: 2,};
members(x, list) if x in list and (1) = 3 or x in [1, 2, [3, *tail],, 4] and "q\\"\\n" = x;
?= sum([1, 2, 3], 6); ?= not fib(1, 2) and 1 in [1];
`,
  `été::naïve?(x, 𝒳) if x = "ünïcödé 🐻" and 𝒳 = x;
a(x) if in(x, [1, 2]) and .(x, "field") and .(x, y, z) and new (Thing(1), x);
resource Empty {}
Nameless { roles = []; relations = {}; relations = { parent }; "a" if "b" onn "c"; }
`,
]

export const queries: readonly string[] = [
  'x = 1',
  'allow("ann", action, resource)',
  'x = 1 or x = 2 and y = 3',
  'not x in [1, 2] and x matches Thing{a: 1}',
  'x = -9223372036854775807',
]
