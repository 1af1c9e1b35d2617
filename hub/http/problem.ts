import type { FastifyError, RouteOptions } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { HttpError } from '../base/errors.ts';
import { databaseProblem } from '../storage/database-problem.ts';
import { HubBusy } from '../storage/session-line.ts';

/** Of what is wrong with a request as much as people read. */
const MAX_ISSUES = 20;

const problemDocument = {
  description: 'A problem document (RFC 9457).',
  content: {
    'application/problem+json': {
      schema: z.object({
        type: z.string().meta({ description: 'Stable word.' }),
        title: z.string(),
        status: z.number(),
        detail: z.string().meta({ description: 'What is wrong and what to do.' }),
      }),
    },
  },
};

/** Every route of the back office may answer with one. */
export function documentProblems(route: RouteOptions): void {
  route.schema = {
    ...route.schema,
    response: { ...(route.schema?.response as object | undefined), '4xx': problemDocument, '5xx': problemDocument },
  };
}

/** What PostgreSQL says of text that it cannot hold: of a parameter, and inside of JSON. */
const UNKEPT: ReadonlySet<string> = new Set(['22021', '22P05']);

/** "/lines/0" as ".lines.0"; nothing for "/", which is all of it. */
const placeOf = (path: string): string => path.replace(/\/$/, '').replaceAll('/', '.');

/** Every error leaves as a problem document without a stack or a row's content. */
export function problemOf(error: FastifyError | HttpError): {
  type: string;
  title: string;
  status: number;
  detail: string;
} {
  if (error instanceof HttpError)
    return { type: error.reason, title: error.reason, status: error.status, detail: error.message };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation
      .slice(0, MAX_ISSUES)
      .map(
        (issue) =>
          `${error.validationContext ?? 'request'}${placeOf(issue.instancePath)}: ${issue.message ?? 'not as expected'}`,
      );
    const more = error.validation.length - issues.length;
    const detail = [...issues, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
    return { type: 'InvalidRequest', title: 'InvalidRequest', status: 400, detail };
  }
  if (error instanceof HubBusy) return { type: 'HubBusy', title: 'HubBusy', status: 503, detail: error.message };
  if (UNKEPT.has(error.code))
    return {
      type: 'InvalidRequest',
      title: 'InvalidRequest',
      status: 400,
      detail: 'the request has a character that no text can hold here (NUL, or half of a pair): leave it out',
    };
  const unavailable = databaseProblem(error);
  if (unavailable)
    return { type: 'DatabaseUnavailable', title: 'DatabaseUnavailable', status: 503, detail: unavailable };
  const status = error.statusCode ?? 500;
  if (status < 500)
    return { type: error.code ?? 'BadRequest', title: error.code ?? 'BadRequest', status, detail: error.message };
  return {
    type: 'InternalError',
    title: 'InternalError',
    status: 500,
    detail: 'the hub failed to answer: its log has the reason; the request may be repeated',
  };
}
