const { defineConfig } = require('@medusajs/framework/utils');

// Everything of a test is on one machine and over when the test is.
module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { ssl: false, connection: { ssl: false } },
    http: { storeCors: '*', adminCors: '*', authCors: '*', jwtSecret: 'of-a-test-store', cookieSecret: 'of-a-test-store' },
  },
  admin: { disable: true },
  plugins: [{ resolve: 'supercargo-medusa-plugin', options: {} }],
});
