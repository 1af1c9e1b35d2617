import scalar from '@scalar/fastify-api-reference';
import { badRequest } from '../base/errors.ts';
import type { App } from './app.ts';

/** The page that shows /openapi.json. Everything it needs comes from this hub: nothing is asked or told elsewhere. */
export async function registerDocumentation(app: App): Promise<void> {
  await app.register(scalar, {
    routePrefix: '/docs',
    hooks: {
      // The page makes a URL of it, and would fail as if the hub were at fault.
      onRequest: ({ protocol, hostname }, _reply, done) =>
        done(
          URL.canParse(`${protocol}://${hostname}`)
            ? undefined
            : badRequest('MalformedRequest', 'the Host header of the request names no host: send the name of the hub'),
        ),
    },
    configuration: {
      withDefaultFonts: false,
      telemetry: false,
      proxyUrl: '',
      hideClientButton: true,
      showDeveloperTools: 'never',
      mcp: { disabled: true },
      agent: { disabled: true },
    },
  });
}
