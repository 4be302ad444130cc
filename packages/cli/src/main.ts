import { Argument, Command, CommanderError, Option } from 'commander'
import { identifier, javascriptFile, list, percentage, wholeNumber } from './arguments.js'
import type { BundleCommand } from './commands/bundle.js'
import type { CheckOptions } from './commands/check.js'
import type { CompileCommand } from './commands/compile.js'
import type { ReportOptions } from './commands/coverage.js'
import type { VerifyDecisionsCommand } from './commands/decisions.js'
import type { DiffCommand } from './commands/diff.js'
import type { DiffDecisionsCommand } from './commands/diffDecisions.js'
import type { ExplainCommand } from './commands/explain.js'
import type { FilterCommand } from './commands/filter.js'
import type { FormatCommand } from './commands/fmt.js'
import type { InitOptions } from './commands/init.js'
import type { MutateOptions } from './commands/mutate.js'
import type { PlaygroundCommand } from './commands/playground.js'
import type { TypesCommand } from './commands/types.js'
import type { WhoCommand } from './commands/who.js'
import { type Format, type Io, Output, type Result } from './output/output.js'
import { reportFailure } from './output/reportFailure.js'
import { Project } from './project/project.js'
import { version } from './version.js'

export { end } from './ending.js'

/** The exit code of a command that could not do its work. */
const failed = 2

/** The options that every command has. */
interface CommonOptions {
  readonly config?: string
  readonly json?: boolean
  readonly format?: Format
  readonly watch?: boolean
  /** The context of the questions. */
  readonly context?: string
}

/**
 * Runs a command.
 *
 * @param args - The arguments after the name of the program.
 * @returns The exit code: 0 for yes, 1 for no or for findings, 2 for an error of usage or of the
 * environment.
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  let code = 0
  const program = programOf(args, io, (made) => {
    code = made
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      const message = error.message.replace(/^error: /, '')
      if (wantsJson(args)) new Output(io, 'json').json({ error: { code: 'usage', message } })
      return failed
    }
    await reportFailure(error, new Output(io, 'text'))
    return failed
  }
}

/** Returns whether arguments that could not be parsed want JSON. */
function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json') || args.includes('--format=json') || args[args.indexOf('--format') + 1] === 'json'
}

function processIo(): Io {
  const { stdout, stderr, stdin, env } = process
  // A reader such as `head` can end before the output. The command still does all of its work.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return { stdout, stderr, stdin, env, cwd: process.cwd() }
}

function programOf(args: readonly string[], io: Io, ended: (code: number) => void): Command {
  const program = new Command('arcturus')
    .description('Checks, formats, tests, explains, compares, types, compiles and bundles a Polar policy.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('Run with --help for usage and examples.')
    .addHelpText('after', '\nExit codes: 0 yes, 1 no or findings, 2 usage or error.')

  /** Adds a command with the options that all have. */
  const command = (usage: string, description: string, examples: readonly string[]): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`)
  const reporting = (made: Command): Command =>
    made
      .option('--threshold <percent>', 'exit with 1 if less is covered', percentage, 0)
      .option('--coverage-dir <folder>', 'the folder of lcov.info', 'coverage/policy')
      .addOption(new Option('--html', 'also write pages that show the coverage').default(false, 'no'))
      .addOption(formats)
  const context = new Option('--context <json>', 'the context of the question: JSON or a file, dates by ISO 8601')
  const formats = new Option('--format <format>', 'the form of findings').choices(['text', 'json', 'github'])

  // Each command imports what it alone needs.

  /** Opens the project, runs a command in it, and prints the result. */
  const run = async (
    options: CommonOptions,
    work: (open: () => Promise<Project>, output: Output) => Promise<Result>,
  ): Promise<void> => {
    const output = new Output(io, options.json ? 'json' : (options.format ?? 'text'))
    const rest = args.filter((arg) => arg !== '--watch' && arg !== '-w')
    try {
      if (options.watch) {
        const { watching } = await import('./project/watching.js')
        return ended(await watching(io, options.config, output, rest))
      }
      const result = await work(() => opened(io.cwd, options), output)
      if (output.format === 'json') output.json(result.json)
      ended(result.code)
    } catch (error) {
      await reportFailure(error, output)
      ended(failed)
    }
  }
  /** Lets a command work on its options, and on its arguments by their names. */
  const does = <Given>(
    made: Command,
    work: (output: Output, given: Given, open: () => Promise<Project>) => Promise<Result>,
  ): void => {
    made.action((...parameters: unknown[]) => {
      const named = made.registeredArguments.map((argument, at) => [argument.name(), parameters[at]] as const)
      // Sound: commander parses the options and the arguments by their declarations.
      const given = { ...made.opts(), ...Object.fromEntries(named) } as CommonOptions & Given
      return run(given, (open, output) => work(output, given, open))
    })
  }
  const configured = (made: Command): Command =>
    made.option('-c, --config <file>', 'the configuration (default: the closest arcturus.config.ts)')
  /** Lets a command work in the opened project, which is closed afterwards. */
  const inProject = <Given>(
    made: Command,
    work: (project: Project, output: Output, given: Given) => Promise<Result>,
  ): void =>
    does<Given>(configured(made), async (output, given, open) => {
      const project = await open()
      try {
        return await work(project, output, given)
      } finally {
        await project.close()
      }
    })

  does<CheckOptions>(
    configured(
      command('check', 'Report errors and warnings of the policy, and lists that no filter can represent.', [
        'arcturus check',
        'arcturus check --strict --format github',
        'arcturus check --watch',
      ]),
    )
      .option('--strict', 'exit with 1 for warnings, too')
      .option('-w, --watch', 'check again when a file changes')
      .addOption(formats),
    async (output, given, open) => (await import('./commands/check.js')).check(open, output, given),
  )

  does<FormatCommand>(
    command('fmt', 'Format policies in the one style of Arcturus.', [
      'arcturus fmt',
      'arcturus fmt --check',
      'arcturus fmt --stdin < policy.polar',
    ])
      .argument('[files...]', 'files or patterns (default: **/*.polar)')
      .option('--check', 'change nothing; exit with 1 if a file is not formatted')
      .option('--stdin', 'format standard input, and print the result')
      .addOption(formats),
    async (output, given) => (await import('./commands/fmt.js')).fmt(output, given),
  )

  inProject<ReportOptions & { files: string[]; coverage?: boolean }>(
    reporting(
      command('test', 'Run the tests of the policy: who may do what to which row.', [
        'arcturus test',
        'arcturus test test/documents.matrix.ts',
        'arcturus test --coverage --threshold 90',
        'arcturus test --watch',
      ])
        .argument(
          '[files...]',
          'files or patterns (default: `tests` of the configuration, or **/*.matrix.ts and **/*.test.polar)',
        )
        .option('-w, --watch', 'test again when a file changes')
        .option('--coverage', 'report which rules and goals of the policy the tests decide'),
    ),
    async (project, output, given) =>
      (await import('./commands/test.js')).test(project, output, given.files, given.coverage ? given : undefined),
  )

  does<ReportOptions & { command: string[] }>(
    reporting(
      command(
        'coverage',
        'Run the tests of the application, and report which rules and goals of the policy they decide.',
        ['arcturus coverage npx vitest run', 'arcturus coverage --threshold 90 --html node --test'],
      ),
    )
      .argument('<command...>', 'the program of the tests, such as: npx vitest run')
      .passThroughOptions()
      .addHelpText('after', '\nThe tests use testAuthorization or policyMatrix of @arcturus/testing.'),
    async (output, given) => (await import('./commands/coverage.js')).coverage(output, given.command, given),
  )

  inProject<ExplainCommand>(
    command('explain', 'Explain why an actor may or may not do something, and what is missing.', [
      'arcturus explain user:3 close issue:88',
      'arcturus explain user:handle=ada read document:1 --mask User.email',
      'arcturus explain nobody read document:1',
      'arcturus explain user:3 read document:1 --field salary',
      `arcturus explain user:3 read document:1 --context '{"now":"2030-01-31T09:00:00Z"}'`,
    ])
      .argument('<actor>', 'a row, such as user:3 or user:email=a@b.c; or nobody')
      .argument('<action>', 'an action of the policy')
      .argument('<resource>', 'a row, such as issue:88')
      .option('--field <name>', 'explain whether this field may be read or written, by allow_field')
      .option('--no-values', 'leave out the values of fields')
      .option('--mask <fields>', 'fields whose values are left out, such as User.email,User.phone', list, [])
      .addOption(context),
    async (...given) => (await import('./commands/explain.js')).explain(...given),
  )

  inProject<FilterCommand>(
    command('filter', 'Print the filter of the rows on which an actor may perform an action, and its SQL.', [
      'arcturus filter user:3 read Issue',
      'arcturus filter nobody read document --explain',
    ])
      .argument('<actor>', 'a row, such as user:3; or nobody')
      .argument('<action>', 'an action of the policy')
      .argument('<model>', 'the model of the rows')
      .option('--explain', "print the database's plan")
      .addOption(context),
    async (...given) => (await import('./commands/filter.js')).filter(...given),
  )

  inProject<WhoCommand>(
    command('who', 'List who may perform an action on a row.', [
      'arcturus who edit document:1',
      'arcturus who read issue:88 --model User --take 1000 --json',
    ])
      .argument('<action>', 'an action of the policy')
      .argument('<resource>', 'a row, such as document:1')
      .option('--model <name>', 'the model of the actors (default: the models with an actor block)')
      .option('--take <count>', 'the most actors to list', wholeNumber, 100)
      .addOption(context),
    async (...given) => (await import('./commands/who.js')).who(...given),
  )

  inProject<DiffCommand & Partial<DiffDecisionsCommand> & { markdown?: boolean }>(
    command('diff', 'Compare an old policy with the current files: who gains and who loses what.', [
      'arcturus diff main',
      'arcturus diff old.polar --all',
      'arcturus diff HEAD~1 --json',
      'arcturus diff origin/main --markdown',
      'arcturus diff --decisions decisions.jsonl --to new.polar',
      'arcturus diff main --decisions decisions.jsonl --snapshot rows.json',
    ])
      .argument('[old...]', 'files of the old policy, or a revision of Git (default: HEAD)')
      .option('--actors <count>', 'the actors of each model to compare', wholeNumber, 50)
      .option('--all', 'compare all actors')
      .option('--rows <count>', 'the rows of each model to check, without queries of an ORM', wholeNumber, 200)
      .option('--samples <count>', 'the changed decisions to explain', wholeNumber, 3)
      .option('--decisions <log>', 'compare the decisions of a log of jsonLines with what they would be')
      .option('--to <files>', 'the new policy for --decisions, separated by commas (default: the current files)', list)
      .option('--snapshot <file>', 'the rows for --decisions, as JSON by model (default: those of the database)')
      .option('--markdown', 'print one comment for a pull request: check, tests, decisions and mutants')
      .addOption(context)
      .addOption(formats),
    async (project, output, given) => {
      const { decisions } = given
      if (decisions !== undefined)
        return (await import('./commands/diffDecisions.js')).diffDecisions(project, output, { ...given, decisions })
      return given.markdown
        ? (await import('./commands/comment.js')).comment(project, output, given)
        : (await import('./commands/diff.js')).diff(project, output, given)
    },
  )

  does<VerifyDecisionsCommand>(
    command('decisions', 'Verify a log of decisions: no line is changed, missing or moved.', [
      'arcturus decisions verify decisions.jsonl',
      'arcturus decisions verify decisions.1.jsonl decisions.2.jsonl',
    ])
      .addArgument(new Argument('<task>', 'what is done').choices(['verify']))
      .argument('<files...>', 'the files of one log, the oldest first, of jsonLines(stream, { chain: true })'),
    async (output, given) => (await import('./commands/decisions.js')).verifyDecisions(output, given),
  )

  inProject<MutateOptions>(
    command('mutate', 'Change the policy as people err, and report the mistakes that no test notices.', [
      'arcturus mutate',
      'arcturus mutate --format github',
    ])
      .argument('[files...]', 'files of tests or patterns (default: as for test)')
      .option('--rows <count>', 'the rows of each model among which witnesses are looked for', wholeNumber, 100)
      .addOption(formats),
    async (...given) => (await import('./commands/mutate.js')).mutate(...given),
  )

  inProject<CompileCommand>(
    command('compile', 'Compile the policy to a JavaScript module that needs no parser, or to a snapshot.', [
      'arcturus compile --out src/policy.js',
      'arcturus compile --out src/policy.js --actors User,ServiceAccount',
      'arcturus compile --cache policy.cache.json',
    ])
      .option('-o, --out <file>', 'the module to write; its types are written beside it', javascriptFile)
      .option('--cache <file>', 'the snapshot to write, for the option `cache` of loadPolicyFiles')
      .option('--actors <models>', 'the models whose rows can be actors, separated by commas', list),
    async (...given) => (await import('./commands/compile.js')).compile(...given),
  )

  inProject<BundleCommand>(
    command('bundle', 'Write the checked policy as one file with a number and a signature, for watchPolicy.', [
      'arcturus bundle --out policy.bundle --key private.pem',
      'arcturus bundle --out policy.bundle --from-git v1.4.0',
      'arcturus bundle --out policy.bundle --candidate next.polar --share 10',
    ])
      .requiredOption('-o, --out <file>', 'the bundle to write')
      .option('--from-git <revision>', 'a tag or another revision whose files are bundled')
      .option(
        '--number <count>',
        'a number above that of each earlier bundle (default: the seconds since 1970)',
        wholeNumber,
      )
      .option('--key <file>', 'the private key of Ed25519, as PEM (default: the environment, ARCTURUS_BUNDLE_KEY)')
      .option('--candidate <file>', 'a policy that processes ask beside this one, and whose answers count for nothing')
      .option('--share <percent>', 'the share of the processes that ask the candidate', percentage, 10),
    async (...given) => (await import('./commands/bundle.js')).bundle(...given),
  )

  inProject<TypesCommand>(
    command('types', 'Write the types of the policy: a misspelt action, model or field is then a compile error.', [
      'arcturus types',
      'arcturus types --check',
      'arcturus types --modules --watch',
      'arcturus types --output src/billing.d.ts --name BillingPolicy --no-register',
    ])
      .option('-o, --output <file>', 'the file; - prints (default: arcturus.d.ts in src, or beside the configuration)')
      .option('--modules', 'write policy.d.polar.ts beside policy.polar, for modules that import it')
      .option('--name <name>', 'the name of the interface', identifier, 'AppPolicy')
      .option('--no-register', 'leave Register unchanged, for Authorizer<AppPolicy>')
      .option('--check', 'write nothing; exit with 1 if the file is stale')
      .option('-w, --watch', 'write again when a file changes'),
    async (...given) => (await import('./commands/types.js')).types(...given),
  )

  inProject<{ check?: boolean }>(
    command('routes', 'List the routes of the application, and what they declare: an action, or why they are public.', [
      'arcturus routes',
      'arcturus routes --check',
      'arcturus routes --json',
    ]).option('--check', 'exit with 1 if a route declares nothing'),
    async (project, output, { check = false }) => (await import('./commands/routes.js')).routes(project, output, check),
  )

  inProject(
    command('repl', 'Query the policy in a session, with rows of the database.', ['arcturus repl']),
    async (project, output) => (await import('./commands/repl.js')).repl(project, output),
  )

  does<PlaygroundCommand>(
    configured(
      command('playground', 'Open the policy and some rows of the application in the playground, in a browser.', [
        'arcturus playground',
        'arcturus playground --rows 50 --show User.name,Document.title',
        'arcturus playground --import bug.world.json',
      ]),
    )
      .option('--import <file>', 'open a world, and no application')
      .option('--rows <count>', 'the rows of each model to begin with', wholeNumber, 20)
      .option('--show <fields>', 'more columns than those that the policy reads, such as User.name', list, [])
      .option('--production', 'also with NODE_ENV=production')
      .addOption(context),
    async (output, given, open) => (await import('./commands/playground.js')).playground(open, output, given),
  )

  program
    .command('lsp')
    .description('Run the language server of policies for an editor, on standard input and output.')
    .option('--stdio', 'the transport; there is no other')
    .addHelpText('after', '\nEditors start this command: see docs/editor.md.')
    .action(async () => {
      // The libraries of the protocol are needed here alone.
      const { serve } = await import('./lsp/server.js')
      await serve(io.stdin, io.stdout, process.argv[1]!)
      ended(0)
    })

  program
    .command('application', { hidden: true })
    .description('Open the application for a language server.')
    .requiredOption('-c, --config <file>', 'the configuration')
    .action(async ({ config }: { config: string }) => {
      const { serveApplication } = await import('./lsp/application.js')
      await serveApplication(io.cwd, config)
      ended(0)
    })

  does<InitOptions>(
    command('init', 'Add a policy, a configuration and a guarded route to an application.', [
      'npx @arcturus/cli init',
      'arcturus init --actor Account --resource Invoice',
    ])
      .addOption(
        new Option('--framework <name>', 'the web framework').choices(['express', 'koa', 'fastify', 'hono', 'next']),
      )
      .addOption(new Option('--orm <name>', 'the ORM').choices(['prisma', 'typeorm']))
      .option('--database <file#export>', 'the Prisma client or the data source, such as src/database.ts#prisma')
      .option('--actor <model>', 'the model of your users')
      .option('--resource <model>', 'the model of the first route'),
    async (output, given) => (await import('./commands/init.js')).init(output, given),
  )

  return program
}

/** Opens the project, with the context of the questions if there is one. */
async function opened(cwd: string, { config, context }: CommonOptions): Promise<Project> {
  const project = await Project.open(cwd, config)
  if (context === undefined) return project
  try {
    return await project.inContext(context)
  } catch (error) {
    await project.close()
    throw error
  }
}
