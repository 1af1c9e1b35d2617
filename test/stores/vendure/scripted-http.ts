import {
  bodyText,
  wholeResponse,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
} from '../../../drivers/contract/index.ts';

/** What a scripted store is asked. */
export interface Asked {
  readonly intent: 'read' | 'write';
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly request: ShopRequest;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON, unless it is a string. */
  readonly body: unknown;
}

/** A store that answers as a test says, for what a real one cannot be made to do. Thrown errors are the network's. */
export function scriptedHttp(answer: (asked: Asked) => Answer): ShopHttp & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const call = async (intent: 'read' | 'write', request: ShopRequest): Promise<ShopResponse> => {
    const { query, variables } = JSON.parse(bodyText(request.body) ?? '{}') as {
      query: string;
      variables: Record<string, unknown>;
    };
    const question = { intent, query, variables, request };
    asked.push(question);
    return responseOf(answer(question));
  };
  return {
    asked,
    read: (request) => call('read', request),
    write: (request) => call('write', request),
    observe: () => undefined,
  };
}

/** A GraphQL answer with data. */
export const data = (value: unknown): Answer => ({ body: { data: value } });

/** A GraphQL answer with an error. */
export const refusal = (message: string, code?: string, field = 'orders'): Answer => ({
  body: { errors: [{ message, path: [field], extensions: { code } }], data: null },
});

function responseOf({ status = 200, headers = { 'content-type': 'application/json' }, body }: Answer): ShopResponse {
  return wholeResponse(status, headers, typeof body === 'string' ? body : JSON.stringify(body));
}
