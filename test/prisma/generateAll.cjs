// Runs `prisma generate` in each of the folders that are its arguments, after the path of the command. One process runs all of them,
// and compiles the command once, since that takes longer than to generate.
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname } = require('node:path')
const vm = require('node:vm')

const [node, , prisma, ...folders] = process.argv
process.argv = [node, prisma, 'generate', '--schema', 'schema.prisma']
const load = vm.compileFunction(
  readFileSync(prisma, 'utf8'),
  ['exports', 'require', 'module', '__filename', '__dirname'],
  { filename: prisma, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
)

function generateNext() {
  const folder = folders.shift()
  if (folder === undefined) return
  process.chdir(folder)
  const module = { exports: {} }
  load.call(module.exports, module.exports, createRequire(prisma), module, prisma, dirname(prisma))
}

// The command has ended when nothing is left to do.
process.on('beforeExit', generateNext)
generateNext()
