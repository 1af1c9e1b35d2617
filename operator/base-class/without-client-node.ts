import { registerHooks } from 'node:module';

const BASE_CLASS = '/node_modules/@dot-i/k8s-operator/';
/** Beside this file, and compiled or not as this one is. */
const INSTEAD = import.meta.url.replace('/without-client-node.', '/client-node.');

/**
 * Loads what needs the base class, and spares that all of @kubernetes/client-node: a thousand modules, a third of a
 * second of CPU and 50 MiB, of which it uses nothing here. Whoever else asks for that package gets it.
 */
export async function withoutClientNode<T>(load: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@kubernetes/client-node' && context.parentURL?.includes(BASE_CLASS)
        ? { url: INSTEAD, shortCircuit: true }
        : next(specifier, context),
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}
