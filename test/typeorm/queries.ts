import type { Logger } from 'typeorm'

/** Collects the SQL that a data source sends, from `reset` on: `open(entities, { logging: true, logger })`. */
export class SentQueries implements Logger {
  readonly statements: string[] = []

  reset(): void {
    this.statements.length = 0
  }

  logQuery(query: string): void {
    if (/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/i.test(query)) this.statements.push(query)
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
