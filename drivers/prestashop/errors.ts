import { errorsWith, type ReasonRule } from '../contract/index.ts';

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
