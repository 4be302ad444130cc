// Measures one part in a process of its own: it gets a task as a message, and sends what was measured.
process.once('message', async (task) => {
  try {
    const { measure } = await import(`./parts/${task.part}.mjs`)
    process.send(await measure(task), () => process.exit(0))
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
})
