import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Repositories of a folder over HTTP, as a Git server gives them: Flux takes none from a disk. */
export interface GitServer {
  /** Of the repository in this folder of the served one. */
  urlOf(repository: string): string;
  close(): Promise<void>;
}

export async function serveGit(folder: string): Promise<GitServer> {
  const server = createServer((request, response) => answer(folder, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (repository) => `http://127.0.0.1:${port}/${repository}/.git`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** By git's own program for web servers, which speaks CGI. */
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...{ PATH: process.env['PATH'], GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: '' },
      ...{ REQUEST_METHOD: request.method, PATH_INFO: pathname, QUERY_STRING: search.slice(1) },
      ...{ CONTENT_TYPE: headers['content-type'], CONTENT_LENGTH: headers['content-length'] },
      ...{ HTTP_CONTENT_ENCODING: headers['content-encoding'], GIT_PROTOCOL: headers['git-protocol']?.toString() },
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const said = new Map(
      whole
        .subarray(0, Math.max(end, 0))
        .toString('latin1')
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = end < 0 ? 500 : Number.parseInt(said.get('status') ?? '200', 10);
    said.delete('status');
    response.writeHead(status, Object.fromEntries(said)).end(end < 0 ? undefined : whole.subarray(end + 4));
  });
}
