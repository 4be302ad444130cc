#!/usr/bin/env node
import '../dist/generator.mjs'
