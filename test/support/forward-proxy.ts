import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** A proxy that leads every call to one server, whatever host was asked for, and notes what it was asked. */
export class ForwardProxy {
  /** `CONNECT host:port`, or the method and URL of a call without a tunnel. */
  asked: string[] = [];
  /** The status by which it refuses; undefined: it takes all. */
  refusesWith: number | undefined;
  /** What it was shown of who asks. */
  login: string | undefined;
  readonly #server: Server;

  private constructor(target: number) {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      if (this.refusesWith !== undefined) return void response.writeHead(this.refusesWith).end();
      const { pathname, search } = new URL(request.url ?? '/', 'http://shop');
      const { method, headers } = request;
      const onward = httpRequest({ port: target, path: `${pathname}${search}`, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    this.#server.on('connect', (request, socket, head) => {
      this.asked.push(`CONNECT ${request.url}`);
      this.login = request.headers['proxy-authorization'];
      if (this.refusesWith !== undefined) return void socket.end(`HTTP/1.1 ${this.refusesWith} No\r\n\r\n`);
      const onward = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
  }

  /** `target`: the port of the server on this machine that it leads to. `host`: where it listens. */
  static async start(target: number, host = '127.0.0.1'): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, host, resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As at the start. */
  forget(): void {
    this.asked = [];
    this.login = undefined;
    this.refusesWith = undefined;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
