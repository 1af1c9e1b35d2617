import type { Plan } from './plan.ts';
import type { Released } from './release.ts';

/** What whoever installs types, by the plan's key or identity: the end of `make release`. Pure. */
export function howToVerify(plan: Plan, { image, chart }: Released, publicKey = 'cosign.pub'): string {
  const who = plan.key
    ? `--key ${publicKey}`
    : `--certificate-identity ${plan.builder} --certificate-oidc-issuer ISSUER`;
  const how = `${who}${plan.publicLog ? '' : ' --insecure-ignore-tlog=true'}`;
  return [
    `cosign verify ${how} ${image}`,
    `cosign verify-attestation ${how} --type slsaprovenance1 ${image}`,
    `cosign verify ${how} ${chart}`,
    `helm install supercargo oci://${chart} --namespace supercargo-system --create-namespace`,
  ].join('\n');
}
