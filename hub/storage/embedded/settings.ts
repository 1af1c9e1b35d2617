/** Settings of a server by name, as in postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/** What was answered is on disk. Never taken out for speed. */
export const DURABLE: ServerSettings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/** A server for one hub on a small machine. docs/operating.md lists these with their reasons. */
export const SMALL_MACHINE: ServerSettings = {
  max_connections: '25',
  shared_buffers: '48MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '256MB',
  random_page_cost: '1.1',
  huge_pages: 'off',
  // Statements of the hub are short: compiling them, or dividing them among processes, costs more than it gives.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  autovacuum_max_workers: '2',
  // Nobody replicates it. Backups are taken from the tables.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  // Without worker processes of its own: 15 MiB less.
  io_method: 'sync',
};

/**
 * Nothing that a record or a person wrote gets into the server's log: not errors of statements, their text or their
 * values.
 */
export const DISCREET: ServerSettings = {
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  log_line_prefix: '',
  log_timezone: 'UTC',
  timezone: 'UTC',
  lc_messages: 'C',
};

/** A socket in a folder of the server's own, no TCP, no password. */
export function socketOnly(folder: string): ServerSettings {
  return { listen_addresses: '', unix_socket_directories: folder, unix_socket_permissions: '0700' };
}

/** As arguments of `postgres`. They outrank the files in the data folder. */
export function asArguments(settings: ServerSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
