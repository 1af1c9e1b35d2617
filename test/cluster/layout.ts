import { join } from 'node:path';
import { clusterFolder } from './cache.ts';

/**
 * Addresses and places of one named cluster. Everything follows from its name
 * and its slot, a small number no other cluster on the machine has.
 */
export interface Layout {
  name: string;
  slot: number;
  folder: string;
  /** The machine's end of the cable: where pods reach servers that run outside the cluster. */
  hostAddress: string;
  /** The node's end, and the API server's address. */
  nodeAddress: string;
  podRange: string;
  serviceRange: string;
  /** Address of Service kube-dns, as every pod's resolv.conf has it. */
  dnsAddress: string;
  /** The machine's network interface to the cluster. */
  hostInterface: string;
  /** Folder of this cluster's pods in every cgroup hierarchy. */
  cgroup: string;
  kubeconfig: string;
  pki: string;
  logs: string;
  /** Shows up in the node's name and the kubeconfig's context. */
  nodeName: string;
}

/** Slots to try; also the third number of the node's and the pods' addresses. */
export const SLOTS = 50;

export function layoutOf(name: string, slot: number): Layout {
  const folder = clusterFolder(name);
  return {
    name,
    slot,
    folder,
    hostAddress: `10.88.${slot}.1`,
    nodeAddress: `10.88.${slot}.2`,
    podRange: `10.89.${slot}.0/24`,
    serviceRange: `10.${100 + slot}.0.0/16`,
    dnsAddress: `10.${100 + slot}.0.10`,
    hostInterface: `supercargo${slot}`,
    cgroup: `supercargo-${name}`,
    kubeconfig: join(folder, 'kubeconfig'),
    pki: join(folder, 'pki'),
    logs: join(folder, 'logs'),
    nodeName: `${name}-node`,
  };
}

/** First parts of the addresses a slot uses, to see whether a route of the machine already does. */
export function prefixesOf(layout: Layout): string[] {
  return [`10.88.${layout.slot}.`, `10.89.${layout.slot}.`, `10.${100 + layout.slot}.`];
}

export function requireValidName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name))
    throw new Error(
      `"${name}" cannot be a cluster's name: at most 20 lower-case letters, digits and dashes, the first a letter`,
    );
}
