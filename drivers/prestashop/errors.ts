import { DriverError, errorsWith, type ReasonRule } from '../contract/index.ts';

/** Reasons that PrestaShop alone has. */
export const REASONS = {
  WebserviceOff: {
    scope: 'shop',
    remedy: 'switch on the webservice in the shop (Advanced Parameters, Webservice): what waits goes out by itself',
  },
  KeyNotPassed: {
    scope: 'shop',
    remedy: "let the shop's web server hand the Authorization header to PHP: docs/drivers/prestashop.md has the line",
  },
} as const satisfies Readonly<Record<string, ReasonRule>>;

export const { terminal, retry, waiting } = errorsWith<keyof typeof REASONS>(REASONS);

/** This release of PrestaShop does not have it, whatever the key may do. */
export class NoSuchResource extends DriverError {
  constructor(resource: string) {
    super({
      ...{ behaviour: 'terminal', reason: 'UnsupportedSchema' },
      message: `this release of PrestaShop has no "${resource}" in its webservice: update the shop, or switch off the feed that needs it`,
    });
  }
}

/** The shop broke down over what it was asked for, and not because it is down: less of it may go well. */
export class BrokeDown extends DriverError {
  constructor(message: string, reason: 'StoreUnavailable' | 'UnexpectedPayload' = 'StoreUnavailable') {
    super({ behaviour: 'retry', reason, message });
  }
}
