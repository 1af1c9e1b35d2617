import { Agent, type Dispatcher } from 'undici';

/** How a caller reaches a hub whose certificate this CA signed; a public one, or plain http, without. */
export function hubDispatcher(ca: string | undefined): Dispatcher | undefined {
  return ca ? new Agent({ connect: { ca } }) : undefined;
}
