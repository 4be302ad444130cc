// Generated automatically by nearley, version 2.20.1
// http://github.com/Hardmath123/nearley
// Bypasses TS6133. Allow declared but unused functions.
// @ts-ignore
function id(d: any[]): any { return d[0]; }
declare var symbol: any;
declare var string: any;
declare var key: any;
declare var operator: any;
declare var andOr: any;
declare var comparison: any;
declare var arithmetic: any;
declare var atom: any;
declare var sign: any;
declare var number: any;
declare var printer: any;
declare var dotKey: any;
declare var scalar: any;

import type { Postprocessor } from 'nearley'
import * as builders from './build/index.js'

// Only to tell the generator that what has a % is a type of token; parse.ts gives the parser its tokens.
const lexer = { has: (_type: string) => true, next: () => undefined, reset() {}, save() {}, formatError: () => '' }
// The productions below and the parameters of the builders are written to match; no compiler can see that.
const build = builders as unknown as Record<keyof typeof builders, Postprocessor>

interface NearleyToken {
  value: any;
  [key: string]: any;
};

interface NearleyLexer {
  reset: (chunk: string, info: any) => void;
  next: () => NearleyToken | undefined;
  save: () => any;
  formatError: (token: never) => string;
  has: (tokenType: string) => boolean;
};

interface NearleyRule {
  name: string;
  symbols: NearleySymbol[];
  postprocess?: (d: any[], loc?: number, reject?: {}) => any;
};

type NearleySymbol = string | { literal: any } | { test: (token: any) => boolean };

interface Grammar {
  Lexer: NearleyLexer | undefined;
  ParserRules: NearleyRule[];
  ParserStart: string;
};

const grammar: Grammar = {
  Lexer: lexer,
  ParserRules: [
    {"name": "rule", "symbols": ["head", {"literal":";"}], "postprocess": build.fact},
    {"name": "rule", "symbols": ["head", {"literal":"if"}, "logical", {"literal":";"}], "postprocess": build.rule},
    {"name": "head", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, {"literal":")"}], "postprocess": build.emptyHead},
    {"name": "head", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "parameters", {"literal":")"}], "postprocess": build.head},
    {"name": "head", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "parameters", {"literal":","}, {"literal":")"}], "postprocess": build.head},
    {"name": "parameters", "symbols": ["parameter"], "postprocess": build.first},
    {"name": "parameters", "symbols": ["parameters", {"literal":","}, "parameter"], "postprocess": build.next},
    {"name": "parameter", "symbols": ["operation"], "postprocess": build.parameter},
    {"name": "parameter", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":":"}, "pattern"], "postprocess": build.specializedParameter},
    {"name": "ruleType", "symbols": [{"literal":"type"}, "head", {"literal":";"}], "postprocess": build.ruleType},
    {"name": "inlineQuery", "symbols": [{"literal":"?="}, "logical", {"literal":";"}], "postprocess": build.inlineQuery},
    {"name": "query", "symbols": ["logical"], "postprocess": id},
    {"name": "blockHeader", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"{"}], "postprocess": build.blockHeader},
    {"name": "blockHeader", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"{"}], "postprocess": build.blockHeader},
    {"name": "production", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"="}, {"literal":"["}, {"literal":"]"}, {"literal":";"}], "postprocess": build.noNames},
    {"name": "production", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"="}, {"literal":"["}, "strings", {"literal":"]"}, {"literal":";"}], "postprocess": build.names},
    {"name": "production", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"="}, {"literal":"{"}, {"literal":"}"}, {"literal":";"}], "postprocess": build.noRelations},
    {"name": "production", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"="}, {"literal":"{"}, "relations", {"literal":"}"}, {"literal":";"}], "postprocess": build.relations},
    {"name": "production", "symbols": [(lexer.has("string") ? {type: "string"} : string), {"literal":"if"}, (lexer.has("string") ? {type: "string"} : string), {"literal":";"}], "postprocess": build.shorthand},
    {"name": "production", "symbols": [(lexer.has("string") ? {type: "string"} : string), {"literal":"if"}, (lexer.has("string") ? {type: "string"} : string), (lexer.has("symbol") ? {type: "symbol"} : symbol), (lexer.has("string") ? {type: "string"} : string), {"literal":";"}], "postprocess": build.shorthand},
    {"name": "strings", "symbols": [(lexer.has("string") ? {type: "string"} : string)], "postprocess": build.firstString},
    {"name": "strings", "symbols": ["strings", {"literal":","}, (lexer.has("string") ? {type: "string"} : string)], "postprocess": build.nextString},
    {"name": "strings", "symbols": ["strings", {"literal":","}], "postprocess": id},
    {"name": "relations", "symbols": ["relation"], "postprocess": build.first},
    {"name": "relations", "symbols": ["relations", {"literal":","}, "relation"], "postprocess": build.next},
    {"name": "relations", "symbols": ["relations", {"literal":","}], "postprocess": id},
    {"name": "relation", "symbols": [(lexer.has("key") ? {type: "key"} : key), {"literal":":"}, (lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.relation},
    {"name": "relation", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.sameNamedRelation},
    {"name": "logical", "symbols": ["unit"], "postprocess": id},
    {"name": "logical", "symbols": ["logical", (lexer.has("operator") ? {type: "operator"} : operator), "operand"], "postprocess": build.chain},
    {"name": "logical", "symbols": ["logical", {"literal":"matches"}, "pattern"], "postprocess": build.chain},
    {"name": "logical", "symbols": ["logical", (lexer.has("andOr") ? {type: "andOr"} : andOr), "unit"], "postprocess": build.chain},
    {"name": "unit", "symbols": ["operand"], "postprocess": id},
    {"name": "unit", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":":="}, "operand"], "postprocess": build.assignment},
    {"name": "unit", "symbols": [{"literal":"not"}, "unit"], "postprocess": build.not},
    {"name": "comparative", "symbols": ["operand"], "postprocess": id},
    {"name": "comparative", "symbols": ["comparative", (lexer.has("comparison") ? {type: "comparison"} : comparison), "operand"], "postprocess": build.chain},
    {"name": "comparative", "symbols": ["comparative", {"literal":"matches"}, "pattern"], "postprocess": build.chain},
    {"name": "operation", "symbols": ["operand"], "postprocess": id},
    {"name": "operation", "symbols": ["operation", (lexer.has("arithmetic") ? {type: "arithmetic"} : arithmetic), "operand"], "postprocess": build.chain},
    {"name": "operation", "symbols": ["operation", {"literal":"matches"}, "pattern"], "postprocess": build.chain},
    {"name": "operand", "symbols": [(lexer.has("atom") ? {type: "atom"} : atom)], "postprocess": build.atom},
    {"name": "operand", "symbols": [(lexer.has("sign") ? {type: "sign"} : sign), (lexer.has("number") ? {type: "number"} : number)], "postprocess": build.signed},
    {"name": "operand", "symbols": ["operand", {"literal":"."}, "member"], "postprocess": build.dot},
    {"name": "operand", "symbols": [{"literal":"("}, "logical", {"literal":")"}], "postprocess": build.group},
    {"name": "operand", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "arguments"], "postprocess": build.call},
    {"name": "operand", "symbols": [{"literal":"["}, "elements"], "postprocess": build.list},
    {"name": "operand", "symbols": [{"literal":"{"}, "entries"], "postprocess": build.dictionary},
    {"name": "operand", "symbols": [{"literal":"new"}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "arguments"], "postprocess": build.newInstance},
    {"name": "operand", "symbols": [{"literal":"forall"}, {"literal":"("}, "logical", {"literal":","}, "logical", {"literal":")"}], "postprocess": build.forall},
    {"name": "operand", "symbols": [(lexer.has("printer") ? {type: "printer"} : printer), {"literal":"("}, "printed"], "postprocess": build.printer},
    {"name": "operand", "symbols": [{"literal":"in"}, {"literal":"("}, "logical", {"literal":","}, "logical", {"literal":")"}], "postprocess": build.prefixIn},
    {"name": "operand", "symbols": [{"literal":"."}, {"literal":"("}, "logical", {"literal":","}, "prefixMember", {"literal":")"}], "postprocess": build.prefixDot},
    {"name": "operand", "symbols": [{"literal":"."}, {"literal":"("}, "logical", {"literal":","}, "prefixMember", {"literal":","}, "logical", {"literal":")"}], "postprocess": build.prefixDot},
    {"name": "operand", "symbols": [{"literal":"new"}, {"literal":"("}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "arguments", {"literal":")"}], "postprocess": build.prefixNew},
    {"name": "operand", "symbols": [{"literal":"new"}, {"literal":"("}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "arguments", {"literal":","}, "logical", {"literal":")"}], "postprocess": build.prefixNew},
    {"name": "prefixMember", "symbols": [(lexer.has("dotKey") ? {type: "dotKey"} : dotKey)], "postprocess": build.atom},
    {"name": "prefixMember", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"("}, "arguments"], "postprocess": build.call},
    {"name": "member", "symbols": [(lexer.has("key") ? {type: "key"} : key)], "postprocess": build.field},
    {"name": "member", "symbols": [(lexer.has("key") ? {type: "key"} : key), {"literal":"("}, "arguments"], "postprocess": build.method},
    {"name": "member", "symbols": [{"literal":"("}, (lexer.has("dotKey") ? {type: "dotKey"} : dotKey), {"literal":")"}], "postprocess": build.lookup},
    {"name": "arguments", "symbols": [{"literal":")"}], "postprocess": build.noArguments},
    {"name": "arguments", "symbols": ["positional", {"literal":")"}], "postprocess": build.positional},
    {"name": "arguments", "symbols": ["positional", {"literal":","}, {"literal":")"}], "postprocess": build.positional},
    {"name": "arguments", "symbols": ["keywords", {"literal":")"}], "postprocess": build.keywords},
    {"name": "arguments", "symbols": ["positional", {"literal":","}, "keywords", {"literal":")"}], "postprocess": build.positionalAndKeywords},
    {"name": "positional", "symbols": ["logical"], "postprocess": build.first},
    {"name": "positional", "symbols": ["positional", {"literal":","}, "logical"], "postprocess": build.next},
    {"name": "keywords", "symbols": ["keyword"], "postprocess": build.first},
    {"name": "keywords", "symbols": ["keywords", {"literal":","}, "keyword"], "postprocess": build.next},
    {"name": "keywords", "symbols": ["keywords", {"literal":","}], "postprocess": id},
    {"name": "keyword", "symbols": [(lexer.has("key") ? {type: "key"} : key), {"literal":":"}, "logical"], "postprocess": build.entry},
    {"name": "printed", "symbols": [{"literal":")"}], "postprocess": build.noArguments},
    {"name": "printed", "symbols": ["positional", {"literal":")"}], "postprocess": build.positional},
    {"name": "printed", "symbols": ["positional", {"literal":","}, {"literal":")"}], "postprocess": build.positional},
    {"name": "elements", "symbols": [{"literal":"]"}], "postprocess": build.noElements},
    {"name": "elements", "symbols": [{"literal":"*"}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"]"}], "postprocess": build.restOnly},
    {"name": "elements", "symbols": ["items", {"literal":"]"}], "postprocess": build.elements},
    {"name": "elements", "symbols": ["items", {"literal":","}, {"literal":"*"}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"]"}], "postprocess": build.elementsAndRest},
    {"name": "items", "symbols": ["operation"], "postprocess": build.first},
    {"name": "items", "symbols": ["items", {"literal":","}, "operation"], "postprocess": build.next},
    {"name": "items", "symbols": ["items", {"literal":","}], "postprocess": id},
    {"name": "entries", "symbols": [{"literal":"}"}], "postprocess": build.noEntries},
    {"name": "entries", "symbols": ["fields", {"literal":"}"}], "postprocess": build.entries},
    {"name": "fields", "symbols": ["field"], "postprocess": build.first},
    {"name": "fields", "symbols": ["fields", {"literal":","}, "field"], "postprocess": build.next},
    {"name": "fields", "symbols": ["fields", {"literal":","}], "postprocess": id},
    {"name": "field", "symbols": [(lexer.has("key") ? {type: "key"} : key), {"literal":":"}, "comparative"], "postprocess": build.entry},
    {"name": "field", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.sameNamedEntry},
    {"name": "pattern", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.classPattern},
    {"name": "pattern", "symbols": ["compound"], "postprocess": id},
    {"name": "compound", "symbols": [(lexer.has("scalar") ? {type: "scalar"} : scalar)], "postprocess": build.atom},
    {"name": "compound", "symbols": [(lexer.has("sign") ? {type: "sign"} : sign), (lexer.has("number") ? {type: "number"} : number)], "postprocess": build.signed},
    {"name": "compound", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"{"}, "patternFields"], "postprocess": build.classPattern},
    {"name": "compound", "symbols": [{"literal":"{"}, "patternFields"], "postprocess": build.dictionaryPattern},
    {"name": "compound", "symbols": [{"literal":"["}, "patternElements"], "postprocess": build.listPattern},
    {"name": "inner", "symbols": ["compound"], "postprocess": id},
    {"name": "inner", "symbols": ["term"], "postprocess": id},
    {"name": "term", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.atom},
    {"name": "term", "symbols": [{"literal":"("}, "logical", {"literal":")"}], "postprocess": build.group},
    {"name": "term", "symbols": ["term", {"literal":"."}, "member"], "postprocess": build.dot},
    {"name": "patternFields", "symbols": [{"literal":"}"}], "postprocess": build.noEntries},
    {"name": "patternFields", "symbols": ["patternFieldList", {"literal":"}"}], "postprocess": build.entries},
    {"name": "patternFieldList", "symbols": ["patternField"], "postprocess": build.first},
    {"name": "patternFieldList", "symbols": ["patternFieldList", {"literal":","}, "patternField"], "postprocess": build.next},
    {"name": "patternFieldList", "symbols": ["patternFieldList", {"literal":","}], "postprocess": id},
    {"name": "patternField", "symbols": [(lexer.has("key") ? {type: "key"} : key), {"literal":":"}, "inner"], "postprocess": build.entry},
    {"name": "patternField", "symbols": [(lexer.has("symbol") ? {type: "symbol"} : symbol)], "postprocess": build.sameNamedEntry},
    {"name": "patternElements", "symbols": [{"literal":"]"}], "postprocess": build.noElements},
    {"name": "patternElements", "symbols": [{"literal":"*"}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"]"}], "postprocess": build.restOnly},
    {"name": "patternElements", "symbols": ["patternItems", {"literal":"]"}], "postprocess": build.elements},
    {"name": "patternElements", "symbols": ["patternItems", {"literal":","}, {"literal":"*"}, (lexer.has("symbol") ? {type: "symbol"} : symbol), {"literal":"]"}], "postprocess": build.elementsAndRest},
    {"name": "patternItems", "symbols": ["inner"], "postprocess": build.first},
    {"name": "patternItems", "symbols": ["patternItems", {"literal":","}, "inner"], "postprocess": build.next},
    {"name": "patternItems", "symbols": ["patternItems", {"literal":","}], "postprocess": id}
  ],
  ParserStart: "rule",
};

export default grammar;
