'use strict';
const { createHash } = require('node:crypto');
const { keep, storeOf } = require('../../../../index.js');

/** Who is told. A secret is never shown: its owner knows it again by the fingerprint. */
exports.GET = async (req, res) => {
  const { webhooks } = await storeOf(req.scope);
  res.json({ webhooks: webhooks.map(({ url, secret }) => ({ url, fingerprint: createHash('sha256').update(secret).digest('hex').slice(0, 16) })) });
};

exports.POST = async (req, res) => {
  const { url, secret } = req.body ?? {};
  if (!URL.canParse(String(url)) || !/^whsec_/.test(String(secret)))
    return res.status(400).json({ type: 'invalid_data', message: 'url must be an address, and secret begin with whsec_' });
  const { webhooks } = await storeOf(req.scope);
  await keep(req.scope, [...webhooks.filter((known) => known.url !== url), { url, secret }]);
  res.json({});
};

exports.DELETE = async (req, res) => {
  const { webhooks } = await storeOf(req.scope);
  await keep(req.scope, webhooks.filter(({ url }) => url !== req.body?.url));
  res.json({});
};
