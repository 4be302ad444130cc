import type { Host } from '../../machine/host/host.js'
import { SchemaHost, type SchemaHostOptions } from '../../machine/host/schemaHost.js'
import type { Arrived } from '../../schema/arrived.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import type { Account } from '../../text/account.js'
import type { UnidentifiedRow, UnknownRow } from '../../values/rows.js'
import { type QuestionRelations, relationOf } from './questionRelations.js'
import { wholeRows } from './wholeRows.js'

/** The hosts of the application, for different kinds of questions. */
export class Hosts {
  /** The host for questions that can't wait. */
  readonly now: Host

  constructor(
    private readonly schema: Schema,
    readonly options: SchemaHostOptions,
  ) {
    this.now = new SchemaHost(schema, options)
  }

  /**
   * Returns the host for a question that can wait: a relation that is not loaded is a promise.
   * @param relations - Loads relations. Undefined if there are no loaders.
   * @param arrived - Records the awaited values. By default, nothing is recorded.
   */
  waiting(relations: QuestionRelations | undefined, arrived?: Arrived): Host {
    if (relations) return new LoadingHost(this.schema, this.options, relations, arrived)
    return arrived ? new SchemaHost(this.schema, this.options, arrived) : this.now
  }

  /**
   * Returns the host for a question that is repeated when its missing relations have been loaded.
   */
  arriving(missing: Missing): Host {
    return new ArrivingHost(this.schema, this.options, missing)
  }
}

/** Reads relations that are not loaded as promises. */
export class LoadingHost extends SchemaHost {
  constructor(
    schema: Schema,
    options: SchemaHostOptions,
    protected readonly relations: QuestionRelations,
    arrived?: Arrived,
  ) {
    super(schema, options, arrived)
  }

  protected override absent(value: object, field: string): unknown {
    const found = this.relations.absent(value, field, (row) => this.read(row, field))
    return found === undefined ? super.absent(value, field) : found
  }

  override call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    const rows = wholeRows(this.relations, [value, ...args])
    if (!rows) return super.call(value, method, args, account)
    return rows.then(([receiver, ...others]) => super.call(receiver, method, others, account))
  }

  override construct(name: string, args: readonly unknown[]): unknown {
    return wholeRows(this.relations, args)?.then((rows) => super.construct(name, rows)) ?? super.construct(name, args)
  }

  protected override otherwiseEqual(
    left: unknown,
    right: unknown,
    same: UnidentifiedRow | UnknownRow | undefined,
  ): boolean | Promise<boolean> {
    const rows = wholeRows(this.relations, [left, right])
    return rows ? rows.then(([a, b]) => this.equalObjects(a, b)) : super.otherwiseEqual(left, right, same)
  }
}

class ArrivingHost extends SchemaHost {
  constructor(
    schema: Schema,
    options: SchemaHostOptions,
    private readonly missing: Missing,
  ) {
    super(schema, options)
  }

  protected override absent(value: object, field: string): unknown {
    const wanted = relationOf(this.schema, value, field)
    if (wanted) {
      const arrived = this.missing.arrived(wanted.object, field)
      // The relation arrived as undefined if no loader could load it.
      if (arrived?.value !== undefined) return this.attributes.related(value, field, arrived.value)
      if (!arrived) this.missing.want(wanted)
    }
    return super.absent(value, field)
  }
}
