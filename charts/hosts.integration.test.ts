import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered, type Rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

const ALL_PATHS = ['/api/', '/hooks/', '/docs', '/openapi.json'];

/** Values of a host of the ingress or of the route. */
const host = (of: 'ingress' | 'httpRoute', index: number, values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `hub.${of}.hosts[${index}].${name}=${value}`)
    .join(',');
const publicUrlOf = (objects: readonly Rendered[]) =>
  /"SUPERCARGO_PUBLIC_URL","value":"([^"]*)"/.exec(JSON.stringify(objects))?.[1];

describe('the ingress', () => {
  const ON = 'hub.ingress.enabled=true';
  const ingressOf = async (...values: string[]) => {
    const objects = await rendered(ON, ...values);
    const { spec } = objects.find(({ kind }) => kind === 'Ingress')!;
    const rules = spec['rules'] as { host: string; http: { paths: { path: string }[] } }[];
    return {
      tls: spec['tls'],
      rules: rules.map((rule) => [rule.host, rule.http.paths.map(({ path }) => path)]),
      publicUrl: publicUrlOf(objects),
    };
  };

  it('leads several hosts to the hub, each with its paths and its certificate', async () => {
    const found = await ingressOf(
      host('ingress', 0, { host: 'erp.example.com', tlsSecretName: 'inside', paths: '{/api/,/docs,/openapi.json}' }),
      host('ingress', 1, { host: 'hooks.example.com', tlsSecretName: 'outside', paths: '{/hooks/}' }),
      host('ingress', 2, { host: 'old.example.com', tlsSecretName: 'outside' }),
      host('ingress', 3, { host: 'hooks.example.com', tlsSecretName: 'outside', paths: '{/docs}' }),
    );
    expect(found.rules).toEqual([
      ['erp.example.com', ['/api/', '/docs', '/openapi.json']],
      ['hooks.example.com', ['/hooks/']],
      ['old.example.com', ALL_PATHS],
      ['hooks.example.com', ['/docs']],
    ]);
    expect(found.tls).toEqual([
      { hosts: ['erp.example.com'], secretName: 'inside' },
      { hosts: ['hooks.example.com', 'old.example.com'], secretName: 'outside' },
    ]);
    // The first that takes webhooks.
    expect(found.publicUrl).toBe('https://hooks.example.com');
  });

  it('without TLS is not installed unless it is said: keys and orders would go in clear', async () => {
    await expect(ingressOf(host('ingress', 0, { host: 'hub.example.com' }))).rejects.toThrow(
      'hub.example.com of hub.ingress.hosts has no TLS: give it tlsSecretName, or tls: terminatedElsewhere',
    );
  });

  it.each([
    ['terminatedElsewhere', 'https://hub.example.com'],
    ['none', 'http://hub.example.com'],
  ])('with tls: %s has no certificate, and the hub is at %s', async (tls, publicUrl) => {
    const found = await ingressOf(host('ingress', 0, { host: 'hub.example.com', tls }));
    expect(found).toMatchObject({ tls: undefined, publicUrl });
  });

  it('of any name below one, or of hosts without webhooks, gives the hub no address; hub.publicUrl does', async () => {
    const hosts = [
      host('ingress', 0, { host: '*.example.com', tlsSecretName: 'x' }),
      host('ingress', 1, { host: 'erp.example.com', tlsSecretName: 'x', paths: '{/api/}' }),
    ];
    expect((await ingressOf(...hosts)).publicUrl).toBeUndefined();
    expect((await ingressOf(...hosts, 'hub.publicUrl=https://a.example.com')).publicUrl).toBe('https://a.example.com');
  });

  it('without a host is not installed: it would take every host', async () => {
    await expect(rendered(ON)).rejects.toThrow('hub.ingress.hosts is empty');
  });

  it.each([
    ['a path that the hub does not have', { host: 'a.example', tlsSecretName: 'x', paths: '{/sync/}' }],
    ['a host that is none', { host: 'https://a.example', tlsSecretName: 'x' }],
    ['a certificate and none', { host: 'a.example', tlsSecretName: 'x', tls: 'none' }],
  ])('refuses %s', async (_what, values) => {
    await expect(rendered(ON, host('ingress', 0, values))).rejects.toThrow(/hub.*ingress.*hosts/s);
  });

  it.each(['host=hub.example.com', 'tlsSecretName=x', 'tls=terminatedElsewhere'])(
    'with %s, as earlier builds had it, says what to write',
    async (value) => {
      await expect(rendered(ON, `hub.ingress.${value}`)).rejects.toThrow(
        'write hub.ingress.hosts: [{ host: hub.example.com, tlsSecretName: hub-tls }]',
      );
    },
  );
});

describe('a route of the Gateway API', () => {
  const ROUTE = [
    'hub.httpRoute.enabled=true',
    'hub.httpRoute.parentRefs[0].name=gateway,hub.httpRoute.parentRefs[0].sectionName=https',
  ];
  const HOST = host('httpRoute', 0, { host: 'hub.example.com' });
  const pathsOf = ({ spec }: Rendered) =>
    (spec['rules'] as { matches: { path: { value: string } }[] }[])[0]!.matches.map(({ path }) => path.value);

  it('leads to the hub what back office and shops call, and tells the hub its address', async () => {
    const objects = await rendered(...ROUTE, HOST);
    const route = objects.find(({ kind }) => kind === 'HTTPRoute')!;
    expect(route.spec).toMatchObject({
      parentRefs: [{ name: 'gateway', sectionName: 'https' }],
      hostnames: ['hub.example.com'],
      rules: [{ backendRefs: [{ name: 'supercargo-hub', port: 8080 }] }],
    });
    expect(pathsOf(route)).toEqual(['/api', '/hooks', '/docs', '/openapi.json']);
    expect(publicUrlOf(objects)).toBe('https://hub.example.com');
  });

  it('has one for each host, with its paths; the address is the first that takes webhooks, http where there is no TLS', async () => {
    const objects = await rendered(
      ...ROUTE,
      host('httpRoute', 0, { host: 'erp.example.com', paths: '{/api/}' }),
      host('httpRoute', 1, { host: 'hooks.example.com', paths: '{/hooks/}', tls: 'none' }),
    );
    const routes = objects.filter(({ kind }) => kind === 'HTTPRoute');
    expect(routes.map((route) => [route.metadata.name, route.spec['hostnames'], pathsOf(route)])).toEqual([
      ['supercargo-hub', ['erp.example.com'], ['/api']],
      ['supercargo-hub-1', ['hooks.example.com'], ['/hooks']],
    ]);
    expect(publicUrlOf(objects)).toBe('http://hooks.example.com');
  });

  it('is not made without a Gateway or a host, and says what takes the place of hostnames', async () => {
    await expect(rendered(...ROUTE)).rejects.toThrow('hub.httpRoute.hosts is empty');
    await expect(rendered(ROUTE[0]!, HOST)).rejects.toThrow('hub.httpRoute.parentRefs is empty');
    await expect(rendered(...ROUTE, 'hub.httpRoute.hostnames={hub.example.com}')).rejects.toThrow(
      'write hub.httpRoute.hosts: [{ host: hub.example.com }]',
    );
  });
});
