import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ExecFailed, podExec } from './exec.ts';

/** The API server's end: what client-node asks for, and a socket that says what a test makes it say. */
class FakeServer {
  path = '';
  readonly received: Buffer[] = [];
  readonly socket = {
    protocol: 'v4.channel.k8s.io',
    bufferedAmount: 0,
    paused: 0,
    onclose: null as (() => void) | null,
    send: (bytes: Buffer) => void this.received.push(bytes),
    pause: () => {
      this.socket.paused++;
    },
    resume: () => undefined,
    close: () => this.socket.onclose?.(),
  };
  #say!: (stream: number, bytes: Buffer) => boolean;

  readonly handler = {
    connect: async (path: string, _text: unknown, binary: (stream: number, bytes: Buffer) => boolean) => {
      this.path = path;
      this.#say = binary;
      return this.socket;
    },
  };

  say(stream: number, text: string): void {
    if (!this.#say(stream, Buffer.from(text))) this.socket.close();
  }

  end(status: V1Status): void {
    this.say(3, JSON.stringify(status));
  }
}

function sink(highWaterMark?: number): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  return {
    stream: new Writable({
      highWaterMark,
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        setImmediate(done);
      },
    }),
    text: () => Buffer.concat(chunks).toString(),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
const TO = { namespace: 'sc', pod: 'hub-1', container: 'hub' };

function start(server: FakeServer) {
  return podExec(new KubeConfig(), async () => settle() as Promise<void>, new Exec(new KubeConfig(), server.handler));
}

describe('a command in a pod', () => {
  it('is asked for by name, and its output comes out as it was, while a slow disk is waited for', async () => {
    const server = new FakeServer();
    const [out, err] = [sink(4), sink()];
    const done = start(server)({
      ...TO,
      command: ['node', 'main.js', 'serve', 'backup'],
      stdout: out.stream,
      stderr: err.stream,
    });
    await settle();
    server.say(1, 'abcdef');
    server.say(2, 'orders: 3 rows\n');
    server.say(1, 'ghi');
    await settle();
    server.end({ status: 'Success' });
    await done;
    out.stream.end();
    await finished(out.stream);
    expect(server.path).toBe(
      '/api/v1/namespaces/sc/pods/hub-1/exec?stdout=true&stderr=true&stdin=false&tty=false&command=node&command=main.js&command=serve&command=backup&container=hub',
    );
    expect(out.text()).toBe('abcdefghi');
    expect(err.text()).toBe('orders: 3 rows\n');
    expect(server.socket.paused).toBeGreaterThan(0);
  });

  it('gets its input, no faster than it goes out, and no end of it', async () => {
    const server = new FakeServer();
    let given = 0;
    async function* input() {
      for (const text of ['one', 'two', 'three']) {
        given++;
        yield Buffer.from(text);
      }
    }
    const done = start(server)({ ...TO, command: ['x'], stdin: input(), stdout: sink().stream, stderr: sink().stream });
    server.socket.bufferedAmount = 5 * 1024 * 1024;
    await settle();
    expect(given).toBe(1);
    server.socket.bufferedAmount = 0;
    await settle();
    await settle();
    server.end({ status: 'Success' });
    await done;
    expect(server.received.map((bytes) => bytes.subarray(1).toString())).toEqual(['one', 'two', 'three']);
  });

  it('that fails, and a connection that breaks, are told', async () => {
    const failing = new FakeServer();
    const failed = start(failing)({ ...TO, command: ['x'], stdout: sink().stream, stderr: sink().stream });
    await settle();
    failing.end({ status: 'Failure', message: 'command terminated with non-zero exit code' });
    await expect(failed).rejects.toThrow('non-zero exit code');
    const breaking = new FakeServer();
    const broken = start(breaking)({ ...TO, command: ['x'], stdout: sink().stream, stderr: sink().stream });
    await settle();
    breaking.socket.close();
    await expect(broken).rejects.toThrow(ExecFailed);
    await expect(broken).rejects.toThrow('the connection to pod sc/hub-1 broke before the command had ended');
  });

  it('that may not be run names the right', async () => {
    const refusing = {
      connect: async () => {
        throw new Error('Unexpected server response: 403');
      },
    };
    const exec = podExec(new KubeConfig(), async () => undefined, new Exec(new KubeConfig(), refusing));
    await expect(exec({ ...TO, command: ['x'], stdout: sink().stream, stderr: sink().stream })).rejects.toThrow(
      'ask for the right to create and get pods/exec there',
    );
  });
});
