import { z } from 'zod';
import { certificateFrom, type CertificateSource } from './certificate.ts';

/** How operator and hub are told to encrypt the port of metrics and probes. */
export const metricsTlsVariables = {
  SUPERCARGO_METRICS_TLS_DIR: z
    .string()
    .optional()
    .describe('Folder with tls.crt and tls.key for the port of metrics and probes; absent: it speaks http.'),
  SUPERCARGO_METRICS_CLIENT_CERTIFICATES: z
    .stringbool()
    .default(false)
    .describe('Whether metrics are for those alone who show a certificate of the CA in ca.crt of that folder.'),
} as const;

/** The certificate of that port, as the variables say. Throws where clients are to show one and it speaks http. */
export function metricsTls(
  variables: {
    readonly SUPERCARGO_METRICS_TLS_DIR?: string | undefined;
    readonly SUPERCARGO_METRICS_CLIENT_CERTIFICATES: boolean;
  },
  whose: string,
): CertificateSource | undefined {
  const { SUPERCARGO_METRICS_TLS_DIR: folder, SUPERCARGO_METRICS_CLIENT_CERTIFICATES: clients } = variables;
  if (folder) return certificateFrom({ folder, whose, setting: 'metrics.tls.secretName', clients });
  if (clients)
    throw new Error(
      'SUPERCARGO_METRICS_CLIENT_CERTIFICATES needs SUPERCARGO_METRICS_TLS_DIR: over http nobody shows a certificate, and metrics would be for all',
    );
  return undefined;
}
