# One rule for each hostile condition, keyed by its id as the action. The conditions speak of attributes that are columns or
# relations here: `owner` is the optional text, `coOwner` the scope, `tagNames` the names of the tags, `obj.inner` the text.
# `a ? b : c` is said as `(a and b) or (not a and c)`; what an error excludes there, because an attribute is missing, is
# excluded here by a test for nil or by the step through nil.

# Comparisons with values

allow(_: User, "vf-le", item: Item) if 3 <= item.aNumber;
allow(_: User, "vf-ge", item: Item) if 2 >= item.aNumber;
allow(_: User, "vf-lt", item: Item) if 1 < item.aNumber;
allow(_: User, "vf-ne", item: Item) if "one" != item.aString;
allow(_: User, "in-single", item: Item) if item.aString in ["one"];
allow(_: User, "in-empty", item: Item) if item.aString in [];
allow(_: User, "cs-eq", item: Item) if item.aString = "one";
allow(_: User, "unicode-eq", item: Item) if item.aString = "héllo🚀";
allow(_: User, "empty-string-eq", item: Item) if item.aString = "";
allow(_: User, "neg-number", item: Item) if item.aNumber < -1;
allow(_: User, "double-threshold", item: Item) if item.aNumber >= 1.5;
allow(_: User, "not-lt", item: Item) if not item.aNumber < 2;
allow(_: User, "not-gt", item: Item) if not item.aNumber > 1;
allow(_: User, "gt-bare", item: Item) if item.aNumber > 1;
allow(_: User, "le-bare", item: Item) if item.aNumber <= 2;
allow(_: User, "p-struct", item: Item) if item.aString = "one";
allow(_: User, "p-timestamp", item: Item) if item.createdBy < "2025-01-01T00:00:00Z";
allow(_: User, "cast-int-double", item: Item) if item.aDouble > -1 and item.aDouble < 1;
allow(_: User, "cast-string-double", item: Item) if item.aDouble = -0.6;
allow(_: User, "cast-string-bool", item: Item) if item.aBool = true;

# Booleans and connectives

allow(_: User, "root-bare-bool", item: Item) if item.aBool;
allow(_: User, "double-negation", item: Item) if not not item.aBool;
allow(_: User, "triple-negation", item: Item) if not not not item.aBool;
allow(_: User, "root-or", item: Item) if item.aBool or item.aNumber < 0;
allow(_: User, "nary-and", item: Item) if item.aBool and item.aNumber >= 0 and item.aString != "one";
allow(_: User, "not-and", item: Item) if not (item.aBool and item.aString != "one");

# nil as a value

allow(_: User, "optional-ne", item: Item) if item.aOptionalString != "x";
allow(_: User, "p-in-null-single", item: Item) if item.aOptionalString in ["x"];
allow(_: User, "p-in-null-multi", item: Item) if item.aOptionalString in ["x", "one_two"];
allow(_: User, "p-has", item: Item) if _ = item.aOptionalString;
allow(_: User, "null-eq", item: Item) if item.aOptionalString = nil;
allow(_: User, "null-eq-missing", item: Item) if item.aOptionalString == nil;
allow(_: User, "null-ne", item: Item) if item.aOptionalString != nil;
allow(_: User, "vf-null-ne", item: Item) if nil != item.aOptionalString;
allow(_: User, "null-not-eq", item: Item) if not item.aOptionalString = nil;
allow(_: User, "null-value-ne-const", item: Item) if item.aOptionalString != "x";
allow(_: User, "null-value-not-eq-const", item: Item) if not item.aOptionalString = "x";
allow(_: User, "null-value-not-in-const", item: Item) if not item.aOptionalString in ["x", "one_two"];
allow(_: User, "null-value-f2f", item: Item) if item.aOptionalString = item.scope;
allow(_: User, "null-value-f2f-mixed", item: Item) if item.aOptionalString != item.scope;
allow(_: User, "in-null-elem-mixed", item: Item) if item.aOptionalString in ["x", "one_two", nil];
allow(_: User, "in-null-elem-neg", item: Item) if not item.aOptionalString in ["x", "one_two", nil];
allow(_: User, "in-null-elem-only", item: Item) if item.aOptionalString in [nil];
allow(_: User, "in-null-elem-only-neg", item: Item) if not item.aOptionalString in [nil];

# The actor's lists

allow(user: User, "pv-exists", item: Item) if team in user.manyTeams and item.aOptionalString = team;
allow(user: User, "pv-all", item: Item) if forall(team in user.manyTeams, item.aOptionalString != team);
allow(user: User, "pv-exists-unrolled", item: Item) if team in user.fewTeams and item.aOptionalString = team;
allow(user: User, "pv-all-unrolled", item: Item) if forall(team in user.fewTeams, item.aOptionalString != team);
allow(user: User, "null-value-pv-not-exists", item: Item) if not item.aOptionalString in user.manyTeams;
allow(user: User, "lambda-in-principal", item: Item) if tag in item.tags and tag.name in user.allowedTags;

# Texts

allow(_: User, "like-percent", item: Item) if item.aString.startsWith("100%");
allow(_: User, "like-underscore", item: Item) if item.aString.includes("a_b");
allow(_: User, "like-backslash", item: Item) if item.aString.endsWith("\\");
allow(_: User, "like-bracket", item: Item) if item.aString.startsWith("[SEC]");
allow(_: User, "cs-contains", item: Item) if item.aString.includes("one");
allow(_: User, "cs-startswith", item: Item) if item.aString.startsWith("one");
allow(_: User, "cs-endswith", item: Item) if item.aString.endsWith("one");
allow(_: User, "p-startswith-concat", item: Item) if item.aString.startsWith("100".concat("%"));
allow(_: User, "p-matches", item: Item) if item.aString.startsWith("h");
allow(_: User, "string-size", item: Item) if item.aString.length > 4;
allow(_: User, "size-huge-gt", item: Item) if item.aString.length > 4294967296;
allow(_: User, "size-huge-lt", item: Item) if item.aString.length < 4294967296;
allow(_: User, "cr-contains", item: Item) if "s100Xdone-tail\\one-end".includes(item.aString);
allow(_: User, "cr-startswith", item: Item) if "xaXby-tail".startsWith(item.aString);
allow(_: User, "cr-endswith", item: Item) if "prefix-xaXby".endsWith(item.aString);
allow(_: User, "cr-startswith-concat", item: Item) if "xaX".concat("by-tail").startsWith(item.aString);

# Fields of a row with each other

allow(_: User, "field-to-field", item: Item) if item.aOptionalString != nil and item.aString = item.aOptionalString;
allow(_: User, "f2f-contains", item: Item) if
  item.aOptionalString != nil and item.aString.includes(item.aOptionalString);
allow(_: User, "f2f-startswith", item: Item) if
  item.aOptionalString != nil and item.aString.startsWith(item.aOptionalString);
allow(_: User, "f2f-endswith", item: Item) if
  item.aOptionalString != nil and item.aString.endsWith(item.aOptionalString);
allow(_: User, "not-contains", item: Item) if
  item.aOptionalString != nil and not item.aString.includes(item.aOptionalString);
allow(_: User, "not-startswith", item: Item) if
  item.aOptionalString != nil and not item.aString.startsWith(item.aOptionalString);
allow(_: User, "concat-f2f", item: Item) if
  item.aOptionalString != nil and item.aString.concat(item.aOptionalString) = "oneset";
allow(_: User, "id-eq-const", item: Item) if item.id = "f1";
allow(_: User, "id-f2f", item: Item) if item.aString = item.id;
allow(_: User, "id-f2f-ne", item: Item) if item.aString != item.id;
allow(_: User, "id-concat", item: Item) if item.aOptionalString = "prefix:".concat(item.id);
allow(user: User, "id-concat-vf", item: Item) if user.context = "projects:".concat(item.id);
allow(user: User, "hier-list-id", item: Item) if user.project = item.id;

# Arithmetic

allow(_: User, "arith-add", item: Item) if item.aNumber + 1.0 > 2.0;
allow(_: User, "arith-vf", item: Item) if 2.0 < item.aNumber + 1.0;
allow(_: User, "arith-sub", item: Item) if item.aNumber - 3.0 <= 0.0;
allow(_: User, "arith-mult-neg", item: Item) if item.aNumber * -2.0 < 3.0;
allow(_: User, "arith-div", item: Item) if item.aNumber / 2.0 = 1.0;
allow(_: User, "arith-div-frac", item: Item) if item.aNumber / 2.0 >= 1.5;
allow(_: User, "arith-both", item: Item) if item.aNumber + 1.0 > item.aNumber * 2.0;
allow(_: User, "arith-add-eq-frac", item: Item) if item.aDouble + 0.7 == 0.1;
allow(_: User, "arith-add-ne-frac", item: Item) if item.aDouble + 0.7 != 0.1;
allow(_: User, "arith-add-eq-frac-exact", item: Item) if item.aDouble + 0.5 == 0.75;
allow(_: User, "arith-mod", item: Item) if item.aNumber rem 2 = 1;
allow(_: User, "p-double-frac", item: Item) if item.aNumber * 0.1 == 0.3;
allow(_: User, "cr-div-zero", item: Item) if item.aNumber / item.aNumber > 0.5;
allow(_: User, "cr-div-zero-ne", item: Item) if item.aNumber / item.aNumber != 1.0;
allow(_: User, "cr-div-zero-eq-neg", item: Item) if not item.aNumber / item.aNumber == 1.0;
allow(_: User, "cr-div-neg-zero", item: Item) if item.aNumber / -0.0 > 0.0;
allow(_: User, "cr-div-other-column", item: Item) if item.aNumber / item.aDouble > 0.0;
allow(_: User, "cr-div-then-add", item: Item) if item.aNumber / item.aNumber + 1.0 > 1.0;
allow(_: User, "cr-div-then-add-ne", item: Item) if item.aNumber / item.aNumber + 1.0 != 2.0;

# Choices

allow(_: User, "ternary-cmp", item: Item) if (item.aBool and item.aNumber > 1) or (not item.aBool and 0 > 1);
allow(_: User, "ternary-expr-cond", item: Item) if
  (item.aString.startsWith("100") and item.aNumber >= 0) or (not item.aString.startsWith("100") and -1 >= 0);
allow(_: User, "ternary-nested", item: Item) if
  (item.aBool and ((item.aString = "" and 0 >= 2) or (item.aString != "" and item.aNumber >= 2))) or
  (not item.aBool and -1 >= 2);
allow(_: User, "ternary-negated", item: Item) if
  not ((item.aBool and item.aNumber > 1) or (not item.aBool and 0 > 1));
allow(_: User, "ternary-bare", item: Item) if
  (item.aBool and item.aString = "one") or (not item.aBool and item.aNumber < 0);
allow(_: User, "ternary-value-first", item: Item) if (item.aBool and 0 < item.aNumber) or (not item.aBool and 0 < -1);
allow(_: User, "ternary-null-cond", item: Item) if
  (item.aOptionalString != "x" and item.aNumber > 1) or (item.aOptionalString = "x" and 0 > 1);
allow(_: User, "p-not-ternary-null", item: Item) if
  not ((item.aOptionalString != "x" and item.aNumber > 1) or (item.aOptionalString = "x" and 0 > 1));
allow(_: User, "p-ternary-of-ternaries", item: Item) if
  (item.aBool and ((item.aString = "" and 0.0 > 1.0) or (item.aString != "" and item.aNumber > 1.0))) or
  (not item.aBool and ((item.aNumber < 0.0 and -1.0 > 1.0) or (item.aNumber >= 0.0 and 5.0 > 1.0)));
allow(_: User, "p-ternary-vs-ternary", item: Item) if
  (exceeds(item, 0.0, 1.0) and item.aString = "") or (exceeds(item, 0.0, 2.0) and item.aString != "");
allow(_: User, "nan-ord-ternary", item: Item) if
  (item.aBool and 1.0 > 0.5) or (not item.aBool and 0.0 / 0.0 > 0.5);
allow(_: User, "nan-ord-ternary-vf", item: Item) if
  (item.aBool and 0.5 < 1.0) or (not item.aBool and 0.5 < 0.0 / 0.0);
allow(_: User, "nan-ord-le", item: Item) if
  (item.aBool and 1.0 / 1.0 <= 0.5) or (not item.aBool and 1.0 / 2.0 <= 0.0 / 0.0);
allow(_: User, "nan-ord-inf", item: Item) if
  (item.aBool and 1.0 / 0.0 > 0.5) or (not item.aBool and -1.0 / 0.0 > 0.5);

exceeds(item: Item, otherwise, limit) if
  (item.aBool and item.aNumber > limit) or (not item.aBool and otherwise > limit);

# Scopes: `dept` is above `dept.eng`; nothing is above or below itself

allow(_: User, "hier-ancestor-ff", item: Item) if item.scope in Scope.above("dept.eng.platform", ".");
allow(_: User, "hier-ancestor-cf", item: Item) if item.scope.startsWith("dept.eng.");
allow(_: User, "hier-descendent-ff", item: Item) if item.scope.startsWith("dept.eng.");
allow(_: User, "hier-descendent-cf", item: Item) if item.scope in ["dept", "dept.eng"];
allow(_: User, "hier-overlaps-ff", item: Item) if overlaps(item, "dept.eng", ".");
allow(_: User, "hier-overlaps-cf", item: Item) if overlaps(item, "dept.eng", ".");
allow(_: User, "hier-meta-like", item: Item) if item.scope.startsWith("50%:a_b:");
allow(_: User, "hier-meta-in", item: Item) if item.scope in Scope.above("50%.a_b.x", ".");
allow(_: User, "hier-overlaps-meta", item: Item) if overlaps(item, "50%:a_b", ":");
allow(_: User, "hier-bracket", item: Item) if item.scope.startsWith("[env]:prod:");

overlaps(item: Item, scope, separator) if
  item.scope = scope or
  item.scope in Scope.above(scope, separator) or
  item.scope.startsWith(scope.concat(separator));

# Times

allow(_: User, "ts-window", item: Item) if item.createdAt < Clock.yesterday;
allow(_: User, "ts-vf", item: Item) if Clock.yesterday > item.createdAt;
allow(_: User, "ts-eq", item: Item) if item.createdAt = Clock.at("2024-06-01T00:00:00Z");
allow(_: User, "ts-eq-offset", item: Item) if item.createdAt = Clock.at("2024-06-01T02:00:00+02:00");
allow(_: User, "ts-ne", item: Item) if item.createdAt != nil and item.createdAt != Clock.at("2024-06-01T00:00:00Z");

# Related rows: there is one, there is none, all are

allow(_: User, "exists-on-empty", item: Item) if tag in item.tags and tag.name = "public";
allow(_: User, "all-on-empty", item: Item) if forall(tag in item.tags, tag.name = "public");
allow(_: User, "not-exists", item: Item) if not (tag in item.tags and tag.name = "private");
allow(_: User, "p-not-exists-empty", item: Item) if not (tag in item.tags and tag.name = "public");
allow(_: User, "n-all-mixed-null", item: Item) if forall(tag in item.tags, tag.name != "x");
allow(_: User, "n-not-all-null", item: Item) if not forall(tag in item.tags, tag.name = "public");
allow(_: User, "n-not-all-absorb", item: Item) if not forall(tag in item.tags, tag.name != "public");
allow(_: User, "p-hasintersection-map", item: Item) if tag in item.tags and tag.name in ["public", "héllo🚀", "100%_x"];
allow(_: User, "vf-hasint", item: Item) if tag in item.tags and tag.name in ["public", "other"];
allow(_: User, "in-null-elem-rel", item: Item) if tag in item.tags and tag.name = nil;
allow(_: User, "in-null-elem-rel-neg", item: Item) if not (tag in item.tags and tag.name = nil);
allow(_: User, "in-null-elem-hasint", item: Item) if tag in item.tags and tag.name in ["public", nil];
allow(_: User, "in-var-var", item: Item) if tag in item.tags and item.aOptionalString = tag.name;
allow(_: User, "in-var-var-neg", item: Item) if not (tag in item.tags and item.aOptionalString = tag.name);
allow(_: User, "or-eq-exists", item: Item) if item.aBool or (tag in item.tags and tag.name = "public");
allow(_: User, "or-eq-in", item: Item) if item.aBool or (tag in item.tags and "public" = tag.name);
allow(_: User, "lambda-field-to-field", item: Item) if tag in item.tags and tag.name = item.aString;
allow(_: User, "p-lambda-inner-f2f", item: Item) if tag in item.tags and tag.id = tag.name;
allow(_: User, "p-lambda-f2f-like", item: Item) if
  tag in item.tags and tag.name != nil and tag.name.includes(item.aString);
allow(_: User, "p-arith-in-lambda", item: Item) if tag in item.tags and tag.name = "public" and item.aNumber + 1.0 > 2.0;
allow(_: User, "p-ternary-in-exists", item: Item) if
  tag in item.tags and ((item.aBool and tag.name = "public") or (not item.aBool and "zz" = "public"));
allow(_: User, "p-ternary-under-all", item: Item) if
  forall(tag in item.tags, (item.aBool and tag.name != "private") or (not item.aBool and "zz" != "private"));
allow(_: User, "p-deep-nest", item: Item) if
  not (
    (item.aBool and (item.aNumber + 1.0 > 2.0 or item.aString.startsWith("100%"))) or
    (not item.aBool and tag in item.tags and (tag.name = "public" or tag.name = item.aString))
  );

# How many there are; which comes first (by id); just which there are

allow(_: User, "exists-one-multi", item: Item) if just_one_public(item);
allow(_: User, "n-not-exists-one-null", item: Item) if not just_one_public(item);
allow(_: User, "size-filter-count", item: Item) if just_one_public(item);
allow(_: User, "not-empty", item: Item) if not item.tags.length = 0;
allow(_: User, "vf-size", item: Item) if 0 < item.tags.length;
allow(_: User, "size-threshold", item: Item) if item.tags.length > 1;
allow(_: User, "cr-size-frac-ge", item: Item) if item.tags.length >= 1.5;
allow(_: User, "p-size-nested", item: Item) if category in item.categories and category.subCategories.length = 1;
allow(_: User, "w2-outer-relation", item: Item) if
  category in item.categories and category.subCategories.length = 1 and tag in item.tags and tag.name = "public";
allow(_: User, "p-index", item: Item) if first_is_public(item);
allow(_: User, "index-scalar-list", item: Item) if first_is_public(item);
allow(_: User, "map-eq-list", item: Item) if
  first in item.tags and first.id = "t3a" and
  second in item.tags and second.id = "t3b" and
  forall(tag in item.tags, tag.id in ["t3a", "t3b"]);

just_one_public(item: Item) if
  tag in item.tags and tag.name = "public" and
  not (other in item.tags and other.name = "public" and other.id != tag.id);

first_is_public(item: Item) if
  tag in item.tags and tag.name = "public" and
  not (other in item.tags and other.id < tag.id);

# Three relations deep

allow(_: User, "outer-attr-depth2", item: Item) if
  category in item.categories and sub in category.subCategories and sub.name = "finance" and item.aBool;
allow(_: User, "macro-depth3-exists", item: Item) if has_gold(item);
allow(_: User, "macro-depth3-not-exists", item: Item) if not has_gold(item);
allow(_: User, "macro-depth3-all", item: Item) if
  category in item.categories and
  forall(sub in category.subCategories, label in sub.labels and label.name = "gold");

has_gold(item: Item) if
  category in item.categories and sub in category.subCategories and label in sub.labels and label.name = "gold";

# Behind a category that may not be there

allow(_: User, "w1-exists-chain", item: Item) if sub in item.mainCategory.subCategories and sub.name = "finance";
allow(_: User, "w1-in-chain", item: Item) if is_mainly_finance(item);
allow(_: User, "w1-all-chain", item: Item) if forall(sub in item.mainCategory.subCategories, sub.name = "finance");
allow(_: User, "w1-not-exists-chain", item: Item) if
  not (sub in item.mainCategory.subCategories and sub.name = "finance");
allow(_: User, "w1-not-in-chain", item: Item) if not is_mainly_finance(item);
allow(_: User, "w1-not-hasint-chain", item: Item) if
  not (sub in item.mainCategory.subCategories and sub.name in ["finance"]);
allow(_: User, "w1-ternary-chain-cond", item: Item) if
  (is_mainly_finance(item) and item.aBool) or (not is_mainly_finance(item) and not item.aBool);
allow(_: User, "w1-size-chain", item: Item) if item.mainCategory.subCategories.length > 0;
allow(_: User, "w1-not-size-chain", item: Item) if not item.mainCategory.subCategories.length > 0;
allow(_: User, "w1-size-zero-chain", item: Item) if item.mainCategory.subCategories.length = 0;
allow(_: User, "w1-size-nonneg-chain", item: Item) if item.mainCategory.subCategories.length >= 0;
allow(_: User, "w1-size-frac-chain", item: Item) if item.mainCategory.subCategories.length >= 1.5;
allow(_: User, "w1-size-frac-le-chain", item: Item) if item.mainCategory.subCategories.length <= 1.5;

is_mainly_finance(item: Item) if sub in item.mainCategory.subCategories and sub.name = "finance";

# A parent that may not be there, and its own

allow(_: User, "rel-eq-hop", item: Item) if item.parent.aString = "One";
allow(_: User, "rel-eq-num-hop", item: Item) if item.parent.aNumber = 2;
allow(_: User, "rel-lt-hop", item: Item) if item.parent.aNumber < 2;
allow(_: User, "rel-le-hop", item: Item) if item.parent.aNumber <= 2;
allow(_: User, "rel-gt-hop", item: Item) if item.parent.aNumber > 2;
allow(_: User, "rel-ge-hop", item: Item) if item.parent.aNumber >= 2;
allow(_: User, "rel-range-hop", item: Item) if item.parent.aNumber > 2 and item.parent.aNumber < 12;
allow(_: User, "rel-bool-hop", item: Item) if item.parent.aBool;
allow(_: User, "rel-not-bool-hop", item: Item) if not item.parent.aBool;
allow(_: User, "rel-contains-hop", item: Item) if item.parent.aString.includes("done");
allow(_: User, "rel-ne-null-hop", item: Item) if item.parent.aOptionalString != nil;
allow(_: User, "rel-bool-hop2", item: Item) if item.parent.inner.aBool = true;
allow(_: User, "rel-startswith-hop2", item: Item) if item.parent.inner.aString.startsWith("100");
allow(_: User, "rel-hop-and-root", item: Item) if item.aBool = true and item.parent.aString.includes("re");
allow(_: User, "rel-hop2-or-exists", item: Item) if
  (item.parent != nil and item.parent.inner != nil and item.parent.inner.aBool = true) or
  (category in item.categories and category.name = "business");

# What is no condition is an error, and allows nothing

allow(_: User, "filter-as-condition", item: Item) if item.tags;
allow(_: User, "map-as-condition", item: Item) if item.tags;
allow(_: User, "filter-as-conjunct", item: Item) if item.tags and item.aBool;
