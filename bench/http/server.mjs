// A process that serves one application, and tells on request how much of the processor it has used.
import { applications } from './applications.mjs'

const server = applications[process.argv[2]]().listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port }),
)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpu: user + system })
})
process.on('disconnect', () => process.exit(0))
