import type { Policy } from '../policy/policy.js'
import type { Host } from './host.js'

/** A policy whose rules are compiled for a host; make a new one when classes or constants have been registered since. */
export interface Program {
  readonly policy: Policy
  readonly host: Host
}

export declare function compile(policy: Policy, host: Host): Program
