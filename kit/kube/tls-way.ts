import { duplexPair, type Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import type { Connect } from './pod-port.ts';

/**
 * For ports that speak TLS: this end of the way speaks it, so that whoever uses a tunnel need not. The certificate is
 * not judged: it names the Service and not this tunnel, and which pod is at the other end the API server vouches for,
 * which carries the stream into the pod itself.
 */
export function overTls(connect: Connect): Connect {
  return async (to, stream) => {
    if (!to.tls) return connect(to, stream);
    const [near, far] = duplexPair();
    const way = await connect(to, far);
    const secure = tlsConnect({ socket: near, rejectUnauthorized: false });
    const ends: Duplex[] = [secure, near, far];
    for (const end of ends) end.on('error', () => undefined);
    const close = () => {
      for (const end of ends) end.destroy();
      way.close();
    };
    secure.once('close', close);
    stream.once('close', close);
    stream.pipe(secure).pipe(stream);
    void way.closed.then(close);
    return { closed: way.closed, close };
  };
}
