export { type Config, defineConfig } from './config/config.js'
export { defineTests, type PolicyTests } from './config/tests.js'
