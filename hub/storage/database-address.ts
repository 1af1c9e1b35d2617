import { z } from 'zod';

/** How a database that somebody else runs is reached; where nothing is said, as its URL says. */
export const databaseVariables = {
  SUPERCARGO_DATABASE_URL: z
    .string()
    .optional()
    .describe('postgres://…; absent, and no host: a PostgreSQL of its own, in SUPERCARGO_DATA_DIR.'),
  // As clouds write them into a Secret. Of all but the host there is a default.
  SUPERCARGO_DATABASE_HOST: z.string().optional().describe('In place of the URL, with the parts below.'),
  SUPERCARGO_DATABASE_PORT: z.string().optional().describe('5432 if absent.'),
  SUPERCARGO_DATABASE_NAME: z.string().optional().describe('supercargo if absent.'),
  SUPERCARGO_DATABASE_USER: z.string().optional().describe('supercargo if absent.'),
  SUPERCARGO_DATABASE_PASSWORD: z.string().optional().describe('None if absent.'),
  SUPERCARGO_DATABASE_SSL_MODE: z
    .enum(['disable', 'require', 'verify-ca', 'verify-full'])
    .optional()
    .describe("As libpq's sslmode: disable, require, verify-ca, verify-full; stands above what the URL says."),
  SUPERCARGO_DATABASE_CA_FILE: z
    .string()
    .optional()
    .describe("PEM of the CA of the database's certificate; absent: the ones that everybody knows."),
};

type Variables = z.output<z.ZodObject<typeof databaseVariables>>;

/** Parameters of a URL that say the same. */
const OF_TLS = ['ssl', 'sslmode', 'sslrootcert', 'uselibpqcompat'];

/**
 * The URL with what the installation says of TLS in it: the driver reads it from there, for every session anew, and
 * with it the file of the CA, which may have been renewed. Undefined: the hub runs its own database.
 */
export function databaseAddress(variables: Variables): string | undefined {
  const { SUPERCARGO_DATABASE_SSL_MODE: mode, SUPERCARGO_DATABASE_CA_FILE: caFile } = variables;
  const url = variables.SUPERCARGO_DATABASE_URL || ofParts(variables);
  if (!url || (mode === undefined && caFile === undefined)) return url || undefined;
  const [base = '', query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const name of OF_TLS) parameters.delete(name);
  // Without it the driver takes "require" for "verify-full".
  parameters.set('uselibpqcompat', 'true');
  parameters.set('sslmode', mode ?? 'verify-full');
  if (caFile !== undefined && mode !== 'disable') parameters.set('sslrootcert', caFile);
  return `${base}?${parameters.toString()}`;
}

/** Whatever characters a password has; a file or a Secret often ends with a line end that nobody meant. */
function ofParts({
  SUPERCARGO_DATABASE_HOST: host,
  SUPERCARGO_DATABASE_PORT: port,
  SUPERCARGO_DATABASE_NAME: name,
  SUPERCARGO_DATABASE_USER: user,
  SUPERCARGO_DATABASE_PASSWORD: password,
}: Variables): string | undefined {
  if (!host) return undefined;
  const part = (text: string | undefined, otherwise: string) => encodeURIComponent(text?.trim() || otherwise);
  const secret = password?.replace(/\r?\n$/, '');
  const who = part(user, 'supercargo') + (secret ? `:${encodeURIComponent(secret)}` : '');
  const address = host.trim();
  const literal = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  return `postgres://${who}@${literal}:${part(port, '5432')}/${part(name, 'supercargo')}`;
}
