const { createApiKeysWorkflow } = require('@medusajs/medusa/core-flows');

// A person makes the first key in the admin's pages, which are off here.
exports.POST = async (req, res) => {
  const api_keys = [{ title: 'Supercargo', type: 'secret', created_by: 'test' }];
  const { result } = await createApiKeysWorkflow(req.scope).run({ input: { api_keys } });
  res.json({ key: result[0].token });
};
