import type { Code } from '@arcturus/core'

/** What docs/codes.md says of a code, beside its meaning. */
export interface Entry {
  readonly cause?: string
  readonly fix: string
  /** A policy that reports the code; with `ask`, rules that load. */
  readonly policy?: string
  /** An expression that throws the code. It is evaluated after `policy` is loaded. */
  readonly ask?: string
}

/** Every code, in the order of the page. */
export const sections: Readonly<Record<string, Readonly<Partial<Record<Code, Entry>>>>> = {
  Syntax: {
    'invalid-character': {
      fix: 'Write strings in double quotes, and close each one on its line. Comments begin with `#`.',
      policy: "allow(_: User, 'read', _: Document);",
    },
    'integer-overflow': { fix: 'Write a smaller number, or compare a text.', policy: 'f(99999999999999999999);' },
    'invalid-float': { fix: 'Write the exponent with a digit: `1.5e3`.', policy: 'f(1.5e);' },
    'unexpected-token': { fix: 'Read the hint: it names what can follow.', policy: 'f(x) if x == ;' },
    'missing-semicolon': { fix: 'End the statement with `;`, or join two conditions by `and`.', policy: 'f(1) g(2);' },
    'reserved-word': { fix: 'Choose another name.', policy: 'debug(1);' },
    'unexpected-end': { fix: 'Complete the statement, and close its brackets.', policy: 'f(x) if (x = 1' },
    'cloud-form': {
      cause: 'The policy is written for Oso Cloud: `global`, `test`, or a type such as `Role{}`.',
      fix: 'Write the form of the library: [Polar](polar.md).',
      policy: 'global { roles = ["admin"]; }',
    },
    'wrong-value-type': {
      fix: 'Write a comparison as a condition of its own, and keep its result out of other values.',
      policy: 'f(x) if x = (1 and 2);',
    },
    'duplicate-key': { fix: 'Remove one of the two.', policy: 'f({ a: 1, a: 2 });' },
    'too-deeply-nested': {
      fix: 'Split the condition into rules.',
      ask: "await empty.load('f(' + '['.repeat(2_000) + ']'.repeat(2_000) + ');')",
    },
  },
  'Loading a policy': {
    'duplicate-source': {
      fix: 'Load each file once, and give each text its own name.',
      ask: "await empty.load({ name: 'a.polar', text: 'allow(1, 1, 1);' }, { name: 'b.polar', text: 'allow(1, 1, 1);' })",
    },
    'singleton-variable': {
      cause: 'The variable is misspelt, or not needed.',
      fix: 'Correct the name, or begin it with `_`.',
      policy: 'allow(user: User, "share", _: Document) if usr.isAdmin = true;',
    },
    'unknown-specializer': {
      fix: 'Correct the name of the class, or register it before `load`.',
      policy: 'allow(_: User, "share", _: Documnt);',
    },
    'ambiguous-precedence': { fix: 'Add parentheses.', policy: 'f(x) if x = 1 and x = 2 or x = 3;' },
    'block-keyword': { fix: 'Begin the block with `actor` or `resource`.', policy: 'model Document {}' },
    'unknown-declaration': {
      fix: 'Declare `roles`, `permissions` or `relations`.',
      policy: 'resource Document { rights = ["read"]; }',
    },
    'declaration-form': {
      fix: 'Write roles and permissions as a list, and relations as a dictionary.',
      policy: 'resource Document { relations = ["parent"]; }',
    },
    'repeated-declaration': {
      fix: 'Join the two declarations.',
      policy: 'resource Document { roles = ["a"]; roles = ["b"]; }',
    },
    'conflicting-declaration': {
      fix: 'Give the role, the permission or the relation another name.',
      policy: 'resource Document { roles = ["a"]; permissions = ["a"]; }',
    },
    'relation-keyword': {
      fix: 'Write `on`.',
      policy: 'resource Document { roles = ["a"]; relations = { parent: Document }; "a" if "a" of "parent"; }',
    },
    'failed-test': {
      cause: 'A query in the policy (`?=`) has no result.',
      fix: 'Correct the rules, or the test.',
      policy: '?= 1 = 2;',
    },
    'undeclared-term': {
      fix: 'Declare it in the roles, permissions or relations of the block, or correct the name.',
      policy: 'resource Document { "read" if "ower"; }',
    },
    'not-a-relation': {
      fix: 'Write the name of a relation after `on`.',
      policy: 'resource Document { roles = ["a"]; "a" if "a" on "a"; }',
    },
    'missing-related-block': {
      fix: 'Write a block for the related class.',
      policy:
        'actor User {} resource Document { roles = ["a"]; relations = { clock: Clock }; "a" if "a" on "clock"; } has_relation(_: Clock, "clock", _: Document);',
    },
    'undeclared-related-term': {
      fix: 'Declare the term in the block of the related class.',
      policy:
        'actor User {} resource Clock { roles = ["b"]; } resource Document { roles = ["a"]; relations = { clock: Clock }; "a" if "a" on "clock"; } has_relation(_: Clock, "clock", _: Document);',
    },
    'invalid-rule-type': { fix: 'Keep only names, classes and patterns in a rule type.', policy: 'type f(x.y);' },
    'missing-block': {
      fix: 'Declare it: `actor User {}` or `resource Document {}`.',
      policy:
        'actor User {} resource Document { permissions = ["read"]; } has_permission(_: Clock, "read", _: Document); allow(a, b, c) if has_permission(a, b, c);',
    },
    'invalid-rule': {
      fix: 'Give the parameters the classes that the message names.',
      policy: 'type f(x: Integer); f("a");',
    },
    'missing-required-rule': {
      fix: 'Write the `has_role` or `has_relation` that reads your data.',
      policy:
        'actor User {} resource Document { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; } allow(a, b, c) if has_permission(a, b, c);',
    },
    'missing-allow-rule': { fix: 'Write a rule of `allow`: without one, everything is denied.', policy: 'f(1);' },
    'missing-has-permission': {
      fix: 'Add `allow(actor, action, resource) if has_permission(actor, action, resource);`.',
      policy:
        'actor User {} resource Document { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; } has_role(_: User, "owner", _: Document); allow(_: User, "share", _: Document);',
    },
    'bypassed-exception': {
      fix: 'Let a single `allow` carry the exception: [one door](model/one-door.md).',
      policy:
        'allow(u: User, "read", d: Document) if not is_blocked(u, d); is_blocked(u: User, d: Document) if d.owner = u; allow(_: User, "read", d: Document) if d.title = "x";',
    },
    'uncalled-rule': {
      cause: 'The name is misspelt, or only the application queries the rule.',
      fix: 'Correct the name, or list it in the option `queryRules`.',
      policy: 'alow(_: User, "share", _: Document); allow(_: User, "read", _: Document);',
    },
    'ambiguous-type': {
      cause: 'For example a model `Integer`, in a rule that tests `x: Integer`.',
      fix: 'Register the model under another name, and write that name in the policy.',
      ask: `empty.registerClass(class Integer {})
await empty.load('allow(_, "read", _: Integer);')`,
    },
  },
  'What looks wrong in a policy that loads': {
    'unmatched-call': {
      fix: 'Compare the classes of the arguments with those of the rules.',
      policy: 'allow(u: User, "share", d: Document) if is_new(d, u); is_new(_: User, d: Document) if d.title = "x";',
    },
    'swapped-arguments': {
      fix: 'Write the actor, the action and the resource in this order.',
      policy:
        'actor User {} resource Document { roles = ["owner"]; } has_role(_: User, "owner", _: Document); allow(user: User, "edit", document: Document) if has_role(document, "owner", user);',
    },
    'not-an-actor': {
      fix: 'Declare it, `actor Clock {}`, or pass the user itself in place of an id.',
      policy:
        'actor User {} resource Document { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; } has_role(_: User, "owner", _: Document); allow(_: Document, "read", _: Document);',
    },
    'not-a-condition': {
      fix: 'Compare the value: `document.title = "x"`.',
      policy: 'allow(_: User, "share", d: Document) if d.title;',
    },
    contradiction: {
      fix: 'Write `or`, or remove one of the conditions.',
      policy: 'allow(_: User, "share", d: Document) if d.status = "open" and d.status = "closed";',
    },
    'circular-roles': {
      fix: 'Remove one of the two implications.',
      policy:
        'actor User {} resource Document { roles = ["a", "b"]; permissions = ["read"]; "read" if "a"; "a" if "b"; "b" if "a"; } has_role(_: User, "a", _: Document); allow(a, b, c) if has_permission(a, b, c);',
    },
    'wrong-arity': {
      fix: 'Pass as many arguments as the rule has.',
      policy: 'allow(u: User, "share", _: Document) if f(u, 1); f(_: User);',
    },
    'unknown-permission': {
      fix: 'Declare the permission in the block, or correct its name.',
      policy:
        'actor User {} resource Document { permissions = ["read"]; roles = ["owner"]; "read" if "owner"; } has_role(_: User, "owner", _: Document); has_permission(_: User, "reed", _: Document); allow(a, b, c) if has_permission(a, b, c);',
    },
    'unknown-role': {
      fix: 'Declare the role in the block, or correct its name.',
      policy:
        'actor User {} resource Document { roles = ["owner"]; } has_role(_: User, "owner", _: Document); allow(u: User, "share", d: Document) if has_role(u, "ower", d);',
    },
    'unknown-relation': {
      fix: 'Declare the relation in the block, or correct its name.',
      policy:
        'actor User {} resource Document { relations = { creator: User }; } has_relation(_: User, "creator", _: Document); allow(u: User, "share", d: Document) if has_relation(u, "author", d);',
    },
    'misspelt-action': {
      fix: 'Correct the action. If it is right, list it in the option `actions`.',
      policy:
        'allow(_: User, "read", _: Document); allow(_: Clock, "read", _: Document); allow(_: User, "raed", _: Document);',
    },
    'unreachable-rule': {
      fix: 'Read the message: it names the condition that never holds, or the type that is none.',
      policy: 'allow(_: User, ["read", "share"], _: Document);',
    },
    'repeated-rule': {
      fix: 'Remove one of them.',
      policy: 'allow(_: User, "read", _: Document); allow(_: User, "read", _: Document);',
    },
    'unknown-field': {
      fix: 'Correct the name. A field that is no column belongs into `fields` of `registerClass`.',
      policy: 'allow(_: User, "share", d: Document) if d.titel = "x";',
    },
    'unknown-member': {
      fix: 'Correct the name of the method or the field.',
      policy: 'allow(_: User, "share", d: Document) if d.title.startWith("x");',
    },
    'unknown-value': {
      fix: 'Write a value of the enum.',
      policy: 'allow(_: User, "share", d: Document) if d.status = "opne";',
    },
    'ungranted-permission': {
      fix: 'Write a rule for it in the block: `"archive" if "owner";`. Or remove it.',
      policy:
        'actor User {} resource Document { permissions = ["archive"]; } allow(a, b, c) if has_permission(a, b, c);',
    },
    'unassigned-role': {
      fix: 'Write a `has_role` that gives it, or remove it.',
      policy:
        'actor User {} resource Document { roles = ["guest"]; permissions = ["read"]; "read" if "guest"; } has_role(_: User, "owner", _: Document); allow(a, b, c) if has_permission(a, b, c);',
    },
    'nil-step': {
      cause: 'The relation or the column is optional.',
      fix: 'Check it first: `document.parent != nil and …`.',
      policy: 'allow(_: User, "share", d: Document) if d.parent.title = "x";',
    },
    'nil-comparison': {
      cause: 'The column is optional: a row without a text passes. Of two optional columns, nil equals nil.',
      fix: 'Say what nil means: `document.title != nil and …`, or `document.title = nil or …`.',
      policy: 'allow(_: User, "share", d: Document) if d.title != "draft";',
    },
    'never-equal': {
      fix: 'Compare values of one type, such as dates with dates of [the context](context.md).',
      policy: 'allow(_: User, "share", d: Document) if d.due = "2030-01-01";',
    },
    incomparable: {
      fix: 'Compare values of one type. Polar reads no dates from texts: pass them by [the context](context.md).',
      policy: 'allow(_: User, "share", d: Document) if d.due < "2030-01-01";',
    },
  },
  "The application's arguments": {
    'duplicate-class-name': {
      fix: 'Register the class once, or under another `name`.',
      ask: "authorizer.registerClass(class {}, { name: 'User' })",
    },
    'duplicate-name': {
      fix: 'Rename the constant or the field of the context.',
      ask: "empty.registerConstant(1, 'now').registerContext({ now: 'date' })",
    },
    'invalid-context': {
      fix: 'Declare it in the option `context`, and pass a value of its type: [the context](context.md).',
      ask: `empty.registerContext({ hour: 'integer' })
await empty.load('allow(_, _, _) if hour > 8;')
empty.with({ hour: '9' })`,
    },
    'reserved-name': {
      fix: 'Choose another name.',
      ask: "empty.registerClass(class {}, { name: 'Actor' }).registerConstant(1, 'nil')",
    },
    'unknown-model': {
      fix: 'Correct the name, or register the model first.',
      ask: "authorizer.filter(user, 'read', 'Documnt')",
    },
    'undefined-actor': {
      cause: 'The session was not awaited, or the request has no user.',
      fix: 'Await the session. Pass `null` for an anonymous user.',
      ask: "authorizer.can(undefined, 'read', document)",
    },
    'undefined-resource': {
      cause: 'The row was not found, or its promise was not awaited.',
      fix: 'Respond 404 before the check, or pass a loader to `authorize`.',
      ask: "authorizer.can(user, 'read', undefined)",
    },
    'invalid-argument': {
      fix: 'Read the message: it names the argument and what it must be.',
      ask: "new Authorizer({ evaluator: 'fast' })",
    },
    'unknown-action': {
      cause: 'The action is misspelt, or the policy has another word for it, such as `edit` for `update`.',
      fix: 'Use one word in both places, or map the client: `{ operations: { update: "edit" } }`.',
      ask: "authorizer.can(user, 'edti', document)",
    },
    'no-policy': {
      fix: '`await authorizer.load(…)` before the application answers.',
      ask: "empty.can(user, 'read', document)",
    },
    'stale-policy': {
      cause: 'It may have been replaced there, so nobody is allowed anything.',
      fix: 'Restore the connection to the source. `status()` of the watch has its last error.',
    },
    'damaged-bundle': {
      cause: 'It was read while it was written, or a byte of it changed.',
      fix: 'Write it with `arcturus bundle`. Replace files by renaming.',
    },
    'untrusted-bundle': {
      cause: 'It has no signature, that of another key, or the policy is not a bundle.',
      fix: 'Sign it with `arcturus bundle --key`, or add the key to `verify` before the first bundle with it.',
    },
    'old-bundle': {
      cause: 'Somebody published an older policy again.',
      fix: 'To go back, bundle the old texts with a new number: `arcturus bundle --from-git v1.4.0`.',
    },
    'other-schema': {
      cause: 'The application of this process is older or newer than the one that wrote the bundle.',
      fix: 'Bundle the policy with the version of the application that reads it.',
    },
    'not-imported': { fix: "Import the entry that the message names, such as `import '@arcturus/core/sync'`." },
    'unreadable-policy-file': {
      fix: 'Correct the path. It is relative to the working directory.',
    },
    'unknown-row': {
      cause: 'The object is plain, or of a class that is not registered.',
      fix: 'Register the class, or name the model: `authorizer.as("Document", row)`.',
      ask: "authorizer.can(user, 'read', { title: 'x' })",
    },
    'unknown-column': {
      fix: 'Correct the name, or remove it from the body.',
      ask: "await authorizer.authorizeCreate(user, 'edit', 'Document', { titel: 'x' })",
    },
    'invalid-value': {
      fix: 'Validate the body before you write it.',
      ask: "await authorizer.authorizeCreate(user, 'edit', 'Document', { status: 'opne' })",
    },
    'unsupported-write': {
      fix: 'Write a value in place of an expression such as `{ increment: 1 }`, or authorize the row yourself.',
      ask: "await authorizer.authorizeCreate(user, 'edit', 'Document', { owner: { connect: user } })",
    },
  },
  Decisions: {
    unauthenticated: {
      fix: 'Sign in. For a public row, write a rule whose actor is `_`.',
      ask: "await authorizer.authorize(null, 'edit', document)",
    },
    'not-found': {
      fix: 'Ask `explain` which rule is missing: [why not](explain.md).',
      ask: "await authorizer.authorize(new User(false), 'edit', document)",
    },
    forbidden: {
      fix: 'Ask `explain` which rule is missing: [why not](explain.md).',
      policy: 'allow(_: User, "read", _: Document); allow(u: User, "edit", d: Document) if d.owner = u;',
      ask: "await authorizer.authorize(new User(false), 'edit', document)",
    },
  },
  'Running a query': {
    'type-error': {
      cause: 'A value has another type than the condition needs.',
      fix: 'Compare it: `document.isPublic = true`.',
    },
    'unsupported-operation': {
      fix: 'Compare values of one type.',
      policy: 'allow(_: User, "share", d: Document) if d.owner < 3;',
      ask: "authorizer.can(user, 'share', document)",
    },
    'arithmetic-error': {
      fix: 'Keep integers within 64 bits, and never divide by zero.',
      policy: 'allow(_: User, "share", _: Document) if 1 mod 0 = 1;',
      ask: "authorizer.can(user, 'share', document)",
    },
    'undefined-rule': {
      fix: 'Correct the name of the rule.',
      ask: "await authorizer.queryRule('is_admin', user).next()",
    },
    'unregistered-class': {
      fix: 'Register the class before loading.',
      policy: 'allow(_: User, "share", _: Document) if new Team() = 1;',
      ask: "authorizer.can(user, 'share', document)",
    },
    'missing-attribute': {
      cause: 'The field is misspelt, was not selected, or is read from nil.',
      fix: 'Correct the name, select the column, or check `x != nil` first.',
      policy: 'allow(_: User, "share", d: Document) if d.status = "open";',
      ask: "authorizer.can(user, 'share', document)",
    },
    'missing-context': {
      fix: 'Pass `context` with the question, or in the option of the framework: [the context](context.md).',
      ask: `empty.registerContext({ hour: 'integer' })
await empty.load('allow(_, _, _) if hour > 8;')
empty.can('ada', 'read', 'a')`,
    },
    'not-a-function': {
      fix: 'Correct the name of the method.',
      policy: 'allow(_: User, "share", d: Document) if d.owner.isAdmin();',
      ask: "authorizer.can(user, 'share', document)",
    },
    'not-iterable': {
      cause: 'The value after `in` is nil, or one row.',
      fix: 'Check it first, or write a list.',
      policy: 'allow(u: User, "share", d: Document) if u in d.owner;',
      ask: "authorizer.can(user, 'share', document)",
    },
    'keyword-arguments': {
      fix: 'Pass the arguments by their places.',
      policy: 'allow(_: User, "share", _: Document) if clock.hourAgo(zone: "utc") = 1;',
      ask: "authorizer.can(user, 'share', document)",
    },
    'application-error': {
      fix: 'Read `cause`: it is the error of your code.',
    },
    'relation-not-loaded': {
      cause: '`can` needs a relation that is not on the row.',
      fix: 'Load the relation with the row, or ask `isAllowed` or `authorize`, which load it.',
      policy: 'allow(u: User, "share", d: Document) if d.owner = u;',
      ask: "authorizer.can(user, 'share', authorizer.as('Document', { title: 'x' }))",
    },
    'stale-relation': { fix: 'Leave the relation out of a copy with another key, or load it anew.' },
    'unreachable-name': {
      fix: 'Rename the field. Names such as `constructor` lead from data to code.',
      policy: 'allow(_: User, "share", d: Document) if d.constructor.name = "x";',
      ask: "authorizer.can(user, 'share', document)",
    },
    'polluted-prototype': { fix: 'Find the code that changes `Object.prototype`, such as a merge of JSON.' },
    'unbound-variable': {
      fix: 'Enumerate the values: `x in …`.',
      ask: "await authorizer.query('x > 1').next()",
    },
    'unhandled-constraint': {
      fix: 'Bind the variable: `x in …` or `x = …`.',
      policy: 'allow(_: User, "edit", _: Document) if f(_x); f(x) if x.title = "a";',
      ask: "await authorizer.queryRule('allow', user, 'edit', document).next()",
    },
    'negated-loop': {
      fix: 'Rewrite the rule so that no call depends on its own negation.',
      policy: 'allow(u: User, "share", d: Document) if not allow(u, "share", d);',
      ask: "authorizer.can(user, 'share', document)",
    },
    'frame-limit': {
      fix: 'Look for rules that call themselves without end, or raise `limits.frames`.',
    },
    'step-limit': {
      fix: 'Look for rules that call themselves without end, or raise `limits.steps`.',
      ask: `const low = new Authorizer({ limits: { steps: 50 } })
await low.load('allow(_, _, x) if f(1, x); f(n, x) if n < 99 and f(n + 1, x);')
low.can('ada', 'read', 'a')`,
    },
    'time-limit': {
      fix: 'Look for slow methods of the application, or raise `limits.syncTime` and `limits.asyncTime`.',
      ask: `const hurried = new Authorizer({ limits: { syncTime: 0.001 } })
await hurried.load('allow(_, _, x) if f(1, x); f(n, x) if n < 9000 and f(n + 1, x);')
hurried.can('ada', 'read', 'a')`,
    },
    'unsafe-pattern': {
      fix: 'Write a pattern without nested repetition, or compare by `startsWith`.',
      ask: `empty.registerConstant(/^(a+)+b$/, 'pattern')
await empty.load('allow(_, _, x) if pattern.test(x) = true;')
empty.can('ada', 'read', 'aaaa')`,
    },
    'async-value': {
      fix: 'Ask `isAllowed` or `authorize` in place of `can`.',
      ask: `empty.registerConstant({ ask: async () => true }, 'remote')
await empty.load('allow(_, _, _) if remote.ask() = true;')
empty.can('ada', 'read', 'a')`,
    },
    'replay-mismatch': { fix: 'Change no data during a check.' },
    'not-compiled': { fix: 'Compile the policy for the class, too: [compiled policies](compiled.md).' },
    'machine-only': { fix: 'Ask the server, or write the rule so that it compiles: [compiled policies](compiled.md).' },
    undecided: {
      cause: 'The route asked nothing before it responded.',
      fix: 'Add `authorize(…)` to the route, or `unguarded(reason)` if it is public.',
    },
    'forgotten-await': { fix: 'Write `await` before the call.' },
    'ambiguous-target': { fix: 'Nothing, or normalize paths in a proxy in front of the application.' },
    'changed-request': { fix: 'Put the middleware before `authorize()`.' },
    'kept-decision': { fix: 'Ask outside of the cached function, and pass the answer as an argument.' },
    'ignored-error': {
      fix: 'Correct the rule that is named. The check was allowed by another one.',
    },
    'failing-listener': { fix: 'Catch the error in the listener. The decision is not changed by it.' },
    'slow-listener': { fix: 'Queue the event, and write it later.' },
    'decision-over': { fix: 'Read the detail during the call, and keep a copy.' },
  },
  Filters: {
    'unsupported-filter': {
      cause: 'The database does not compare these values as a check does.',
      fix: 'Follow the hint: another column, or a check of each row.',
    },
    'filter-too-large': { fix: 'Write the condition by relations of the resource, in place of lists of the actor.' },
    'opaque-condition': {
      cause: 'Only the query machine can evaluate the condition.',
      fix: 'Follow the hint. `authorizer.check()` finds these when the policy is loaded.',
    },
  },
  'Prisma and TypeORM': {
    'prisma-schema': { fix: 'Run `prisma generate`, and pass the schema of the same client.' },
    'typeorm-schema': { fix: 'Initialize the data source before `typeOrmAuthorization`.' },
    'misplaced-filter': { fix: 'Use each filter in a query of its own model.' },
    'unresolved-filter': {
      fix: 'Query the client that `prismaAuthorization` returns, and add other extensions before.',
    },
    'unguarded-operation': { fix: 'Authorize the row first, or use `authorizedClient` or `authorizedManager`.' },
  },
}
