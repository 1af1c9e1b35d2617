import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { builtinDrivers } from '../../drivers/registry.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { wires } from '../../simulator/wires/index.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { Visit } from './hostile/visit.ts';

jest.setTimeout(180_000);

/** How a call is refused: with which status, and in which form. */
const REFUSALS = [
  ...([200, 403, 422, 500] as const).map((status) => [status, 'json'] as const),
  ...([302, 401] as const).map((status) => [status, 'page'] as const),
];

type Place = readonly [name: string, by: 'key' | 'client'];
const PLACES: readonly Place[] = [...builtinDrivers().keys()].flatMap((name): Place[] => [
  [name, 'key'],
  ...(wires().get(name)!.subject.client ? [[name, 'client'] as const] : []),
]);

/** In this order, each at the platforms as the one before has left them. */
const MOODS: readonly (readonly [title: string, visit: (visit: Visit) => Promise<void>])[] = [
  ['gives nothing that a field of an answer says to a log, Event, status, metric, problem or file', (at) => at.odd()],
  ...REFUSALS.map(
    ([status, as]) =>
      [
        `nor what a refusal with status ${status} says in its ${as}, to a read or a write`,
        (at: Visit) => at.refused(status, as),
      ] as const,
  ),
  ['nor what its headers say (telling)', (at) => at.underHeaders('telling')],
  ['nor what its headers say (garbled)', (at) => at.underHeaders('garbled')],
  ['nor what a webhook says, signed or not', (at) => at.webhooks()],
];

let server: TestPostgres;
const visits: Visit[] = [];

beforeAll(async () => {
  // A hub each, with a database of its own.
  server = await startPostgres({ settings: { max_connections: '200' } });
  const begun = PLACES.map(async ([name, by]) => {
    const visit = new Visit(builtinDrivers().get(name)!, by);
    visits.push(visit);
    await visit.begin(openPostgres({ url: await server.createDatabase(`${name}-${by}`) }));
  });
  await Promise.all(begun);
});
afterAll(async () => {
  await Promise.all(visits.map((visit) => visit.end()));
  await server?.stop();
});

// All drivers at once: one alone mostly waits.
describe.each(MOODS)('%s', (_title, meet) => {
  let found: readonly PromiseSettledResult<void>[];
  beforeAll(async () => {
    found = await Promise.allSettled(visits.map((visit) => meet(visit)));
  });

  it.each(PLACES.map((place, index) => [...place, index] as const))('the driver %s, by a %s', (_name, _by, index) => {
    const one = found[index]!;
    if (one.status === 'rejected') throw one.reason;
    expect(one.status).toBe('fulfilled');
  });
});
