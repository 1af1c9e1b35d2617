import type { ShopResponse } from '../../contract/index.ts';
import { GenericClient, refusal, type GenericContext } from '../../generic/client.ts';
import { bearer } from '../../toolkit/auth/bearer.ts';

/** The API of the marketplace: the Generic Store API's, and calls by POST that change nothing. */
export class MarketplaceClient extends GenericClient {
  readonly #context: GenericContext;

  constructor(context: GenericContext) {
    super(context);
    this.#context = context;
  }

  /** Asks for something to be made; throws what the refusal means. */
  async order(path: string, signal: AbortSignal): Promise<ShopResponse> {
    const { http, settings, credential } = this.#context;
    const url = settings.url.replace(/\/+$/, '') + path;
    const response = await http.read({ method: 'POST', url, auth: bearer(credential.apiKey ?? ''), signal });
    const refused = await refusal(response, path);
    if (refused) throw refused;
    return response;
  }
}
