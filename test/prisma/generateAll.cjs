// Runs `prisma generate` in each of the folders that are its arguments, after the path of the command. One process runs all of them,
// since the command takes longer to load than to generate, and Node compiles a file that it loads again only once. The command
// ends the process with another code than 0 if it fails.
const [node, , prisma, ...folders] = process.argv
process.argv = [node, prisma, 'generate', '--schema', 'schema.prisma']

function generateNext() {
  const folder = folders.shift()
  if (folder === undefined) return
  process.chdir(folder)
  for (const file of Object.keys(require.cache)) delete require.cache[file]
  require(prisma)
}

// The command has ended when nothing is left to do.
process.on('beforeExit', generateNext)
generateNext()
