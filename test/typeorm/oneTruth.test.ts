import * as typeorm from 'typeorm'
import { proveOneTruth } from './oneTruth.js'

await proveOneTruth('1', typeorm)
