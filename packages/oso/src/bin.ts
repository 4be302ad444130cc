import { Oso } from './oso.js'

void new Oso().repl(process.argv.slice(2))
