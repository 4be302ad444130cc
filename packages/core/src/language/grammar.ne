# Polar, a statement at a time: the parser chooses the start symbol by how a statement begins.
#
# Terminals with % are those of terminals.ts. Lists are left-recursive. Operators are a flat chain here, to which
# operators.ts gives their precedence: that keeps the chains of unit productions short, which is what nearley's speed
# depends on. No production is empty (lookahead.ts relies on it), and none is ambiguous.

# There is no such lexer; but without one nearley would take what is quoted apart, letter by letter.
@lexer lexer

# --- statements
rule -> head ";"                                    {% build.rule %}
      | head "if" logical ";"                       {% build.rule %}
head -> %symbol "(" ")"                             {% build.head %}
      | %symbol "(" parameters ")"                  {% build.head %}
      | %symbol "(" parameters "," ")"              {% build.head %}
parameters -> parameter                             {% build.first %}
      | parameters "," parameter                    {% build.next %}
parameter -> operation                              {% build.parameter %}
      | %symbol ":" pattern                         {% build.specializedParameter %}
ruleType -> "type" head ";"                         {% build.ruleType %}
inlineQuery -> "?=" logical ";"                     {% build.inlineQuery %}
query -> logical                                    {% build.only %}

# --- blocks
blockHeader -> %symbol "{"                          {% build.blockHeader %}
      | %symbol %symbol "{"                         {% build.blockHeader %}
production -> %symbol "=" "[" "]" ";"               {% build.names %}
      | %symbol "=" "[" strings "]" ";"             {% build.names %}
      | %symbol "=" "{" "}" ";"                     {% build.relations %}
      | %symbol "=" "{" relations "}" ";"           {% build.relations %}
      | %string "if" %string ";"                    {% build.shorthand %}
      | %string "if" %string %symbol %string ";"    {% build.shorthand %}
strings -> %string                                  {% build.first %}
      | strings "," %string                         {% build.next %}
      | strings ","                                 {% build.only %}
relations -> relation                               {% build.first %}
      | relations "," relation                      {% build.next %}
      | relations ","                               {% build.only %}
relation -> %key ":" %symbol                        {% build.relation %}
      | %symbol                                     {% build.sameNamedRelation %}

# --- expressions: operands and operators; what operators join which operands is for operators.ts to say
logical -> unit                                     {% build.only %}
      | logical %operator operand                   {% build.chain %}
      | logical "matches" pattern                   {% build.chain %}
      | logical %andOr unit                         {% build.chain %}
unit -> operand                                     {% build.only %}
      | %symbol ":=" operand                        {% build.assignment %}
      | "not" unit                                  {% build.not %}
comparative -> operand                              {% build.only %}
      | comparative %comparison operand             {% build.chain %}
      | comparative "matches" pattern               {% build.chain %}
operation -> operand                                {% build.only %}
      | operation %arithmetic operand               {% build.chain %}
      | operation "matches" pattern                 {% build.chain %}
operand -> %atom                                    {% build.atom %}
      | %sign %number                               {% build.signed %}
      | operand "." member                          {% build.dot %}
      | "(" logical ")"                             {% build.group %}
      | %symbol "(" arguments                       {% build.call %}
      | "[" elements                                {% build.list %}
      | "{" entries                                 {% build.dictionary %}
      | "new" %symbol "(" arguments                 {% build.newInstance %}
      | "forall" "(" logical "," logical ")"        {% build.forall %}
      | %printer "(" printed                        {% build.printer %}
      | "in" "(" logical "," logical ")"            {% build.prefixIn %}
      | "." "(" logical "," prefixMember ")"        {% build.prefixDot %}
      | "." "(" logical "," prefixMember "," logical ")" {% build.prefixDot %}
      | "new" "(" %symbol "(" arguments ")"         {% build.prefixNew %}
      | "new" "(" %symbol "(" arguments "," logical ")" {% build.prefixNew %}
prefixMember -> %dotKey                             {% build.atom %}
      | %symbol "(" arguments                       {% build.call %}
member -> %key                                      {% build.field %}
      | %key "(" arguments                          {% build.method %}
      | "(" %dotKey ")"                             {% build.lookup %}

arguments -> ")"                                    {% build.noArguments %}
      | positional ")"                              {% build.positional %}
      | positional "," ")"                          {% build.positional %}
      | keywords ")"                                {% build.keywords %}
      | positional "," keywords ")"                 {% build.both %}
positional -> logical                               {% build.first %}
      | positional "," logical                      {% build.next %}
keywords -> keyword                                 {% build.first %}
      | keywords "," keyword                        {% build.next %}
      | keywords ","                                {% build.only %}
keyword -> %key ":" logical                         {% build.entry %}
printed -> ")"                                      {% build.noArguments %}
      | positional ")"                              {% build.positional %}
      | positional "," ")"                          {% build.positional %}

elements -> "]"                                     {% build.noElements %}
      | "*" %symbol "]"                             {% build.restOnly %}
      | items "]"                                   {% build.elements %}
      | items "," "*" %symbol "]"                   {% build.elements %}
items -> operation                                  {% build.first %}
      | items "," operation                         {% build.next %}
      | items ","                                   {% build.only %}
entries -> "}"                                      {% build.noEntries %}
      | fields "}"                                  {% build.entries %}
fields -> field                                     {% build.first %}
      | fields "," field                            {% build.next %}
      | fields ","                                  {% build.only %}
field -> %key ":" comparative                       {% build.entry %}
      | %symbol                                     {% build.sameNamedEntry %}

# --- patterns: a name means a class right behind ":" and "matches", a variable inside a compound pattern
pattern -> %symbol                                  {% build.classPattern %}
      | compound                                    {% build.only %}
compound -> %scalar                                 {% build.atom %}
      | %sign %number                               {% build.signed %}
      | %symbol "{" patternFields                   {% build.classPattern %}
      | "{" patternFields                           {% build.dictionaryPattern %}
      | "[" patternElements                         {% build.listPattern %}
inner -> compound                                   {% build.only %}
      | term                                        {% build.only %}
term -> %symbol                                     {% build.atom %}
      | "(" logical ")"                             {% build.group %}
      | term "." member                             {% build.dot %}
patternFields -> "}"                                {% build.noEntries %}
      | patternFieldList "}"                        {% build.entries %}
patternFieldList -> patternField                    {% build.first %}
      | patternFieldList "," patternField           {% build.next %}
      | patternFieldList ","                        {% build.only %}
patternField -> %key ":" inner                      {% build.entry %}
      | %symbol                                     {% build.sameNamedEntry %}
patternElements -> "]"                              {% build.noElements %}
      | "*" %symbol "]"                             {% build.restOnly %}
      | patternItems "]"                            {% build.elements %}
      | patternItems "," "*" %symbol "]"            {% build.elements %}
patternItems -> inner                               {% build.first %}
      | patternItems "," inner                      {% build.next %}
      | patternItems ","                            {% build.only %}
