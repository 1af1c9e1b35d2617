import scalar from '@scalar/fastify-api-reference';
import type { App } from './app.ts';

/** The page that shows /openapi.json. Everything it needs comes from this hub: nothing is asked or told elsewhere. */
export async function registerDocumentation(app: App): Promise<void> {
  await app.register(scalar, {
    routePrefix: '/docs',
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
