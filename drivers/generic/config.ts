import { z } from 'zod';

const key = z.string().trim().min(1);

/** Keys of the Secret: a static key, or OAuth 2.0 client credentials with or without a refresh token. */
export const credential = z
  .object({
    apiKey: key.optional().describe('Static API key, sent as bearer token. Either this, or clientId and clientSecret.'),
    clientId: key.optional().describe('OAuth 2.0 client.'),
    clientSecret: key.optional().describe('Its secret.'),
    refreshToken: key
      .optional()
      .describe('First refresh token, where a person authorised the client; later ones are kept by the hub.'),
  })
  .refine(
    ({ apiKey, clientId, clientSecret }) =>
      (apiKey !== undefined) !== (clientId !== undefined && clientSecret !== undefined),
    { message: 'give either apiKey, or clientId and clientSecret', path: ['apiKey'] },
  );

/** `spec.settings` of a connection. */
export const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("Base URL of the store's API (docs/generic-api.md), such as https://shop.example.com/supercargo/v1."),
});

export type GenericCredential = z.infer<typeof credential>;
export type GenericSettings = z.infer<typeof settings>;
