import { registerHooks } from 'node:module';

const BASE_CLASS = '/node_modules/@dot-i/k8s-operator/';
/** Beside this file, and compiled or not as this one is. */
const INSTEAD = import.meta.url.replace('/without-client-node.', '/client-node.');

/**
 * Spares the base class all of @kubernetes/client-node: a thousand modules, a third of a second of CPU and 50 MiB, of
 * which it uses nothing here. Whoever else asks for that package gets it. For a process that is an operator and nothing
 * else, before anything is loaded: jest has a loader of its own and allows no hooks.
 */
export function withoutClientNode(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@kubernetes/client-node' && context.parentURL?.includes(BASE_CLASS)
        ? { url: INSTEAD, shortCircuit: true }
        : next(specifier, context),
  });
}
