import * as earlier from 'typeorm-0.3'
import { proveOneTruth } from './oneTruth.js'

// The decorators of the two versions keep their metadata in one place, so this is a file of its own.
await proveOneTruth('0.3', earlier as unknown as Parameters<typeof proveOneTruth>[1])
