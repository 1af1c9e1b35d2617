export * from './kinds/index.ts';
export * from './schema/define.ts';
export type { Condition } from './schema/fields.ts';
export * from './names.ts';
export { LONGEST_CONNECTION_NAME } from './schema/name-length.ts';
export * from './ownership.ts';
export { validateResource, type Violation } from './schema/validate.ts';
export { parseDuration } from '../model/duration.ts';
export { resourceType } from './resource-types.ts';
