const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // The clients' tests need packages of their own: npm run test:clients.
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/tests/clients'],
  // On a busy machine, a process alone takes up to twenty seconds to start.
  testTimeout: 60_000,
  // Many tests wait, for time-outs or for processes.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/tests/slowest-first.js',
  reporters: ['default', ...(process.env.JEST_JSON_REPORT ? ['<rootDir>/tests/json-reporter.js'] : [])],
};
