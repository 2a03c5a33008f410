const shared = require('../../jest.config.js');

/** For `npm run test:clients`: these tests need packages of their own, so `npm test` leaves them out. */
module.exports = {
  ...shared,
  rootDir: '../..',
  roots: ['<rootDir>/tests/clients'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};
