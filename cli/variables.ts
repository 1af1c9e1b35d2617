/** What commands read from the environment beside their options. */
export const CLI_VARIABLES: Readonly<Record<string, string>> = {
  KUBECONFIG: 'The kubeconfig, as for kubectl; `--kubeconfig` stands above it.',
  SUPERCARGO_API_KEY: 'Developer API key of the Store, in place of that of its Secret, for commands that ask the hub.',
  PGPASSWORD: 'Password of the database of SUPERCARGO_DATABASE_URL, where the URL has none.',
  SUPERCARGO_DATABASE_URL: 'As `--database-url` of `up`; for `backup` and `restore` the database that is meant.',
  SUPERCARGO_HUB_URL: 'The hub, in place of a tunnel to its pod.',
  SUPERCARGO_POSTGRES:
    '`up`, `backup`, `restore`: folder with bin/ of the PostgreSQL to embed; absent: the packaged one.',
};
