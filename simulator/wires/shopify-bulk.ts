import { createHash, timingSafeEqual } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer, WireCall } from '../desk/wire.ts';
import { bulkFile, type BulkFile } from './shopify-bulk-lines.ts';
import { bulkDocument } from './shopify-bulk-rules.ts';
import { gid, seconds, type Obj } from './shopify-words.ts';

/** Where the files lie; a shop that is called over HTTP keeps them itself. */
export const FILES = 'https://storage.googleapis.com';
/** A file and the address of it. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** Query operations of an app at a shop that are under way together, since 2026-01. */
const MOST = 5;
const OBJECTS_A_SECOND = 1000;
const CANCELING_MS = 1000;
const FOLDER = '/shopify-simulated/bulk-operation-outputs';

interface Operation {
  readonly id: string;
  readonly query: string;
  readonly file: BulkFile;
  readonly error: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | undefined;
  readonly createdAt: number;
  /** When it is over; moved by whoever cancels it. */
  endsAt: number;
  cancelled: boolean;
}

type Status = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELING' | 'CANCELED' | 'EXPIRED';

/** Bulk operations of one shop: started, made while time goes by, kept for seven days. */
export class BulkOperations {
  readonly #desk: Desk;
  readonly #schema: GraphQLSchema;
  readonly #operations = new Map<string, Operation>();

  constructor(desk: Desk, schema: GraphQLSchema) {
    this.#desk = desk;
    this.#schema = schema;
  }

  /** Fields of the root. */
  fields(call: WireCall): Readonly<Record<string, unknown>> {
    const shown = (operation: Operation): Obj => this.#shown(operation, call);
    return {
      bulkOperation: ({ id }: { id: string }) => {
        const operation = this.#operations.get(id);
        return operation ? shown(operation) : null;
      },
      bulkOperationRunQuery: ({ query, groupObjects }: { query: string; groupObjects: boolean }) => {
        const started = this.#start(query, groupObjects, call);
        return 'code' in started
          ? { bulkOperation: null, userErrors: [started] }
          : { bulkOperation: shown(started), userErrors: [] };
      },
      bulkOperationCancel: ({ id }: { id: string }) => {
        const operation = this.#operations.get(id);
        if (operation && this.#isUnderWay(operation))
          Object.assign(operation, { cancelled: true, endsAt: this.#now() + CANCELING_MS });
        return { bulkOperation: operation ? shown(operation) : null, userErrors: [] };
      },
    };
  }

  /** The storage: whoever has the address has the file, and a key has no business there. */
  get route(): Route {
    return {
      method: 'GET',
      path: /^\/shopify-simulated\/bulk-operation-outputs\/(\d+)-final$/,
      open: true,
      answer: (call) => this.#file(call),
    };
  }

  #start(
    query: string,
    grouped: boolean,
    call: WireCall,
  ): Operation | { readonly field: readonly string[] | null; readonly message: string; readonly code: string } {
    const document = bulkDocument(this.#schema, query);
    if (typeof document === 'string') return { field: ['query'], message: document, code: 'INVALID' };
    const busy = [...this.#operations.values()].filter((each) => this.#isUnderWay(each)).map(({ id }) => id);
    if (busy.length >= MOST)
      return {
        field: null,
        message: `A bulk query operation for this app and shop is already in progress: ${busy.join(', ')}.`,
        code: 'OPERATION_IN_PROGRESS',
      };
    const denied = !call.granted.includes('products:read');
    const file = denied ? { text: '', objects: 0, roots: 0 } : bulkFile(this.#schema, this.#desk, document, grouped);
    const createdAt = this.#now();
    const operation: Operation = {
      id: gid('BulkOperation', String(this.#operations.size + 1)),
      query,
      file,
      error: denied ? 'ACCESS_DENIED' : this.#desk.faults.strikes('failed-job') ? 'INTERNAL_SERVER_ERROR' : undefined,
      createdAt,
      endsAt: createdAt + 1000 * Math.floor(file.objects / OBJECTS_A_SECOND),
      cancelled: false,
    };
    this.#operations.set(operation.id, operation);
    return operation;
  }

  #now(): number {
    return this.#desk.shop.now().getTime();
  }

  #isUnderWay = (operation: Operation): boolean => this.#now() < operation.endsAt;

  #statusOf(operation: Operation): Status {
    const { cancelled, error, endsAt, createdAt } = operation;
    const now = this.#now();
    if (now < endsAt) return cancelled ? 'CANCELING' : now - createdAt < 1000 ? 'CREATED' : 'RUNNING';
    if (cancelled) return 'CANCELED';
    if (error) return 'FAILED';
    return now >= endsAt + KEPT_MS ? 'EXPIRED' : 'COMPLETED';
  }

  #shown(operation: Operation, call: WireCall): Obj {
    const { id, query, file, error, createdAt, endsAt } = operation;
    const status = this.#statusOf(operation);
    const [over, done] = [!this.#isUnderWay(operation), status === 'COMPLETED'];
    const part = Math.min(1, (this.#now() - createdAt) / Math.max(1, endsAt - createdAt));
    const count = (of: number): string => String(over ? of : Math.floor(of * part));
    return {
      ...{ __typename: 'BulkOperation', id, query, status, type: 'QUERY' },
      errorCode: status === 'FAILED' ? error : null,
      createdAt: seconds(new Date(createdAt).toISOString()),
      completedAt: done ? seconds(new Date(endsAt).toISOString()) : null,
      objectCount: count(file.objects),
      rootObjectCount: count(file.roots),
      fileSize: done ? String(Buffer.byteLength(file.text)) : null,
      // One that found nothing has no file.
      url: done && file.objects > 0 ? addressOf(operation, call) : null,
      partialDataUrl: status === 'FAILED' && error !== 'ACCESS_DENIED' ? addressOf(operation, call) : null,
    };
  }

  #file({ part, query, request }: WireCall): WireAnswer {
    const said = (status: number, code: string): WireAnswer => ({
      status,
      text: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`,
      headers: { 'content-type': 'application/xml; charset=UTF-8' },
    });
    const key = ['authorization', 'x-shopify-access-token'].find((name) => request.headers[name] !== undefined);
    if (key !== undefined) return said(400, 'InvalidArgument');
    const operation = this.#operations.get(gid('BulkOperation', part));
    if (!operation) throw new Refused('missing', 'there is no such file');
    const expires = query.get('Expires') ?? '';
    if (!isSigned(part, expires, query.get('Signature') ?? '')) return said(403, 'SignatureDoesNotMatch');
    if (this.#now() >= 1000 * Number(expires)) return said(400, 'ExpiredToken');
    return { status: 200, text: operation.file.text, headers: { 'content-type': 'application/jsonl' } };
  }
}

const signatureOf = (number: string, expires: string): string =>
  createHash('sha256').update(`${number}\n${expires}\nsimulated`).digest('hex');

function isSigned(number: string, expires: string, signature: string): boolean {
  const [given, wanted] = [Buffer.from(signature), Buffer.from(signatureOf(number, expires))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function addressOf({ id, endsAt }: Operation, { request }: WireCall): string {
  const number = id.slice(id.lastIndexOf('/') + 1);
  const expires = String(Math.floor((endsAt + KEPT_MS) / 1000));
  const { host } = request.headers;
  const base = host === undefined ? FILES : `http://${host}/admin`;
  const query = new URLSearchParams({ Expires: expires, Signature: signatureOf(number, expires) });
  return `${base}${FOLDER}/${number}-final?${query.toString()}`;
}
