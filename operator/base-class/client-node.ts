/**
 * In place of @kubernetes/client-node for the base class alone (see without-client-node.ts): what its constructor makes
 * and nothing here ever uses, as watching, finalizers and status go through the kit.
 */
export class KubeConfig {
  loadFromDefault(): void {}

  makeApiClient(): object {
    return {};
  }
}
