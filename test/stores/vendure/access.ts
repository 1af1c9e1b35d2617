import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AdminClient } from './graphql.ts';

/** What a connector needs, and no more. */
export const connectorPermissions = [
  'ReadCatalog',
  'UpdateCatalog',
  'ReadOrder',
  'UpdateOrder',
  'ReadStockLocation',
  'ReadShippingMethod',
] as const;

const created = z.object({ createRole: z.object({ id: z.string() }) });
const key = z.object({ createApiKey: z.object({ apiKey: z.string() }) });

/** Makes a role with exactly these permissions and an API key that has this role alone. */
export async function createApiKey(
  client: AdminClient,
  permissions: readonly string[] = connectorPermissions,
): Promise<string> {
  const code = `connector-${randomUUID().slice(0, 8)}`;
  const { createRole } = await client.ask(
    'mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }',
    { input: { code, description: 'Made by the test store', permissions } },
    created,
  );
  const { createApiKey: made } = await client.ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }',
    { input: { roleIds: [createRole.id], translations: [{ languageCode: 'en', name: code }] } },
    key,
  );
  return made.apiKey;
}
