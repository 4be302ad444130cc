#!/usr/bin/env node
import '../dist/repl.mjs'
