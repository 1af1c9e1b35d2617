import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DriverResource } from '../crds/index.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schemas of drivers, each compiled once for each version of its Driver. */
export class SettingsSchemas {
  #compiled = new WeakMap<JsonSchema, ValidateFunction>();

  /** Why a schema cannot be used, or undefined. */
  schemaProblem(schema: JsonSchema): string | undefined {
    try {
      this.#compile(schema);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What is wrong with a connection's settings: field, value and remedy, one sentence each. */
  problems(driver: DriverResource, settings: unknown): string[] {
    const schema = driver.spec.settingsSchema;
    if (!schema || this.schemaProblem(schema) !== undefined) return []; // the Driver's own condition says so
    const validate = this.#compile(schema);
    return validate(settings ?? {}) ? [] : (validate.errors ?? []).map((error) => describe(error, schema));
  }

  #compile(schema: JsonSchema): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known) return known;
    // A fresh Ajv each: two drivers may use the same $id. `format` is a hint of the schema's author, not a check.
    const validate = new Ajv2020({
      strict: false,
      allErrors: true,
      verbose: true,
      validateFormats: false,
      logger: false,
    }).compile(schema);
    this.#compiled.set(schema, validate);
    return validate;
  }
}

function describe(error: ErrorObject, schema: JsonSchema): string {
  const field = `spec.settings${error.instancePath.replaceAll('/', '.')}`;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const known = Object.keys((schema['properties'] as object | undefined) ?? {}).sort();
      return `${field}.${key} is unknown: the driver knows ${known.length > 0 ? known.join(', ') : 'no settings'}`;
    }
    case 'required':
      return `${field}.${String(params['missingProperty'])} is missing: the driver needs it`;
    case 'enum':
      return `${field} is ${JSON.stringify(error.data)}: it must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return `${field} is ${JSON.stringify(error.data)?.slice(0, 100)}: it ${error.message}`;
  }
}
