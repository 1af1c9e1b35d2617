import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig } from '../support/hub-rig.ts';
import { schemathesis } from './schemathesis.ts';
import { furnishedStore } from './shop.ts';

export interface FuzzOptions {
  readonly maxExamples: number;
  readonly seed: number;
  readonly timeoutMs: number;
}

export interface FuzzResult {
  /** No check failed: no 5xx, every answer as its schema says. */
  readonly conforms: boolean;
  readonly report: string;
  /** Answers that had what no answer may have. */
  readonly leaks: readonly string[];
  readonly requests: number;
}

/** Of a stack, of SQL, of secrets. The signing secret of an endpoint is for its Store: GET /webhooks alone gives it. */
const FORBIDDEN = [
  /\n\s+at [\w.<]+ ?\(?[\w/:]*\.[jt]s/,
  /node_modules/,
  /syntax error at|invalid input syntax|violates .* constraint/,
  /s3cr3t-of-the-shop/,
];

/** Runs schemathesis on the hub's own OpenAPI document, against a hub with data. */
export async function fuzzHub(options: FuzzOptions): Promise<FuzzResult> {
  const program = await schemathesis();
  const rig = await HubRig.start(await ownDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-fuzz-'));
  try {
    const store = await furnishedStore(rig);
    // Names that exist: else it would meet 404 alone.
    await writeFile(
      join(folder, 'schemathesis.toml'),
      `parameters = { endpoint = "wms", feed = "ProductImport", record = "p9", "query.connection" = "test/${store.name}-shop" }\n`,
    );
    const { code, output } = await run(
      program,
      [
        '--config-file',
        join(folder, 'schemathesis.toml'),
        'run',
        `${rig.hub.url}/openapi.json`,
        '--header',
        `Authorization: Bearer ${store.key}`,
        '--max-examples',
        String(options.maxExamples),
        '--seed',
        String(options.seed),
        '--workers',
        '1',
        '--checks',
        'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
        '--request-timeout',
        '30',
        '--max-failures',
        '20',
        '--no-color',
        '--report',
        'ndjson',
        '--report-dir',
        folder,
      ],
      folder,
      options.timeoutMs,
    );
    const answers = await recorded(folder);
    const secrets = [...FORBIDDEN, new RegExp(store.key)];
    const leaks = answers
      .filter((answer) => secrets.some((secret) => secret.test(answer)))
      .map((answer) => answer.slice(0, 300));
    return { conforms: code === 0, report: output.replaceAll(store.key, '[key]'), leaks, requests: answers.length };
  } finally {
    await rig.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  program: string,
  arguments_: string[],
  cwd: string,
  timeout: number,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, arguments_, { cwd, timeout, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, output: stdout + stderr }),
    );
  });
}

/** Bodies of all answers that schemathesis got. */
async function recorded(folder: string): Promise<string[]> {
  const bodies: string[] = [];
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.ndjson')) continue;
    for (const row of (await readFile(join(folder, file), 'utf8')).split('\n').filter(Boolean))
      collect(JSON.parse(row), bodies);
  }
  return bodies;
}

function collect(value: unknown, bodies: string[]): void {
  if (Array.isArray(value)) for (const each of value) collect(each, bodies);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'response') take(inner, bodies);
    else collect(inner, bodies);
  }
}

/** Schemathesis keeps bodies as base64. */
const withContent = z.object({ content: z.object({ $base64: z.string() }) });

function take(response: unknown, bodies: string[]): void {
  const parsed = withContent.safeParse(response);
  if (parsed.success) bodies.push(Buffer.from(parsed.data.content.$base64, 'base64').toString('utf8'));
}

if (import.meta.main) {
  const result = await fuzzHub({
    maxExamples: Number(process.env['FUZZ_EXAMPLES'] ?? 100),
    seed: Number(process.env['FUZZ_SEED'] ?? 1),
    timeoutMs: 3_600_000,
  });
  process.stdout.write(
    `${result.report}\n${result.requests} answers looked through for stacks and secrets: ${result.leaks.length === 0 ? 'none' : result.leaks.join('\n')}\n`,
  );
  process.exitCode = result.conforms && result.leaks.length === 0 ? 0 : 1;
}
