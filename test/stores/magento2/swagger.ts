import { parse } from 'yaml';
import { z } from 'zod';

const schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.string().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schema).optional();
  },
  get items() {
    return schema.optional();
  },
});
type Schema = z.infer<typeof schema>;

const file = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        parameters: z
          .array(
            z.looseObject({
              name: z.string(),
              in: z.string(),
              required: z.boolean().optional(),
              schema: schema.optional(),
            }),
          )
          .optional(),
      }),
    ),
  ),
  definitions: z.record(z.string(), schema),
});

/** A request as it goes to the shop, without the store code. */
export interface Sent {
  readonly method: string;
  /** `/V1/...` with its query. */
  readonly path: string;
  readonly body: unknown;
}

/** Adobe's own description of the REST API. */
export class Swagger {
  readonly #file: z.infer<typeof file>;

  constructor(text: string) {
    this.#file = file.parse(parse(text));
  }

  /** What of a request is not as it is described; empty where all of it is. */
  problems({ method, path, body }: Sent): string[] {
    const [address = '', query = ''] = path.split('?');
    const bulk = address.startsWith('/async/bulk/');
    const wanted = bulk ? address.slice('/async/bulk'.length) : address;
    const operation = this.#operation(method, wanted);
    if (!operation) return [`${method} ${wanted} is not described`];
    const { parameters = [] } = operation;
    const names = new Set(parameters.filter((each) => each.in === 'query').map(({ name }) => name));
    const unknown = [...new Set(new URLSearchParams(query).keys())]
      // Any list may be trimmed: the guide says so, and no operation does.
      .filter((name) => name !== 'fields' && !names.has(name.replaceAll(/\[\d+\]/g, '[0]')))
      .map((name) => `${method} ${wanted}: the parameter ${name} is not described`);
    const described = parameters.find((each) => each.in === 'body')?.schema;
    // A bulk write is a list of what one write has.
    const bodies = bulk && Array.isArray(body) ? body : body === undefined ? [] : [body];
    if (bodies.length > 0 && !described) return [...unknown, `${method} ${wanted} takes no body`];
    if (bodies.length === 0 && described?.required?.length) return [...unknown, `${method} ${wanted} lacks its body`];
    return [...unknown, ...bodies.flatMap((each) => this.#wrong(each, described!, `${method} ${wanted}`))];
  }

  #operation(method: string, path: string) {
    // One that is named beats one with a place for anything.
    const [found] = Object.keys(this.#file.paths)
      .filter((each) => new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
      .toSorted((a, b) => a.split('{').length - b.split('{').length);
    return found === undefined ? undefined : this.#file.paths[found]?.[method.toLowerCase()];
  }

  #wrong(value: unknown, given: Schema, at: string): string[] {
    const described = given.$ref === undefined ? given : this.#file.definitions[given.$ref.split('/').at(-1)!]!;
    switch (described.type ?? 'anything') {
      case 'object': {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} must be an object`];
        const fields = value as Readonly<Record<string, unknown>>;
        const lacks = (described.required ?? [])
          .filter((name) => !(name in fields))
          .map((name) => `${at} lacks ${name}`);
        return [
          ...lacks,
          ...Object.entries(fields).flatMap(([name, each]) => {
            const property = described.properties?.[name];
            if (!property) return [`${at} has ${name}, which is not described`];
            return each === null ? [] : this.#wrong(each, property, `${at}.${name}`);
          }),
        ];
      }
      case 'array':
        return Array.isArray(value)
          ? value.flatMap((each, index) => this.#wrong(each, described.items ?? {}, `${at}[${index}]`))
          : [`${at} must be a list`];
      case 'integer':
        return Number.isInteger(value) ? [] : [`${at} must be a whole number`];
      case 'number':
      case 'boolean':
      case 'string':
        return typeof value === described.type ? [] : [`${at} must be a ${described.type}`];
      default:
        return [];
    }
  }
}
