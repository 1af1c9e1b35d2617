import { join } from 'node:path';
import { binariesFolder } from './cache.ts';
import { ARGOCD_VERSION, CONTAINERD_VERSION, KUBERNETES_VERSION } from './versions.ts';

/** How one binary is compiled from the pinned module of a folder in go/. */
export interface Recipe {
  /** Folder in go/ whose go.mod pins the versions. */
  module: string;
  /** Package to build; "." is the folder's own main.go. */
  package: string;
  /** Symbols set by the linker: without its version an API server calls itself v0.0.0. */
  symbols?: Record<string, string>;
  tags?: string;
  /** Only runc needs a C compiler, for libseccomp. */
  cgo?: boolean;
  /** A newer Go than the other builds need; the go command fetches it as it fetches modules. */
  toolchain?: string;
  /** What of a module the binary's user reads, kept in `filesOf` of it. */
  files?: { module: string; paths: readonly string[] };
  /** Seconds it took on two cores with nothing cached, told before the build. */
  coldSeconds: number;
}

const [MAJOR, MINOR] = KUBERNETES_VERSION.slice(1).split('.') as [string, string];
const KUBERNETES_SYMBOLS = {
  'k8s.io/component-base/version.gitVersion': KUBERNETES_VERSION,
  'k8s.io/component-base/version.gitMajor': MAJOR,
  'k8s.io/component-base/version.gitMinor': MINOR,
  'k8s.io/component-base/version.gitTreeState': 'clean',
  'k8s.io/component-base/version.gitCommit': 'unknown',
  'k8s.io/component-base/version.buildDate': '1970-01-01T00:00:00Z',
};
const CONTAINERD = 'github.com/containerd/containerd/v2';
const ARGOCD = 'github.com/argoproj/argo-cd/v3';
const FLUX = 'github.com/fluxcd';
const KUBE_ROUTER = 'github.com/cloudnativelabs/kube-router/v2';
const CNI = 'github.com/containernetworking/plugins/plugins';

function kubernetes(command: string, coldSeconds: number): Recipe {
  return {
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${command}`,
    symbols: KUBERNETES_SYMBOLS,
    coldSeconds,
  };
}

function containerd(command: string, coldSeconds: number): Recipe {
  return {
    module: 'containerd',
    package: `${CONTAINERD}/cmd/${command}`,
    symbols: { [`${CONTAINERD}/version.Version`]: CONTAINERD_VERSION, [`${CONTAINERD}/version.Package`]: CONTAINERD },
    tags: 'no_btrfs no_zfs no_devmapper no_aufs',
    coldSeconds,
  };
}

/** A controller of Flux, with its kinds (test/e2e/together/flux.e2e.test.ts). */
function flux(controller: string, coldSeconds: number): Recipe {
  const module = `${FLUX}/${controller}`;
  return { module: 'flux', package: module, files: { module, paths: ['config/crd/bases'] }, coldSeconds };
}

function cni(plugin: string): Recipe {
  return { module: 'cni', package: `${CNI}/${plugin}`, coldSeconds: 5 };
}

/** Every binary, in the order in which building them pays: the first compiles most of what the others share. */
export const RECIPES = {
  etcd: { module: 'etcd', package: '.', coldSeconds: 75 },
  'kube-apiserver': kubernetes('kube-apiserver', 450),
  kubectl: kubernetes('kubectl', 40),
  'kube-controller-manager': kubernetes('kube-controller-manager', 140),
  'kube-scheduler': kubernetes('kube-scheduler', 10),
  kubelet: kubernetes('kubelet', 60),
  'kube-proxy': kubernetes('kube-proxy', 35),
  kubeadm: kubernetes('kubeadm', 35),
  containerd: containerd('containerd', 60),
  'containerd-shim-runc-v2': containerd('containerd-shim-runc-v2', 10),
  ctr: containerd('ctr', 10),
  runc: { module: 'runc', package: 'github.com/opencontainers/runc', tags: 'seccomp', cgo: true, coldSeconds: 17 },
  ptp: cni('main/ptp'),
  loopback: cni('main/loopback'),
  'host-local': cni('ipam/host-local'),
  portmap: cni('meta/portmap'),
  /** Enforces NetworkPolicies. */
  'kube-router': { module: 'kube-router', package: `${KUBE_ROUTER}/cmd/kube-router`, coldSeconds: 90 },
  coredns: { module: 'coredns', package: '.', coldSeconds: 30 },
  volumes: { module: 'volumes', package: '.', coldSeconds: 10 },
  pause: { module: 'pause', package: '.', coldSeconds: 1 },
  helm: { module: 'helm', package: 'helm.sh/helm/v3/cmd/helm', coldSeconds: 75 },
  /** How Argo CD, kstatus and Flux read a resource (charts/health.integration.test.ts). */
  health: { module: 'health', package: '.', toolchain: 'go1.27.3', coldSeconds: 75 },
  /** Checks names, rules and alerts (charts/alerts.integration.test.ts). */
  promtool: {
    module: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    tags: 'remove_all_sd',
    coldSeconds: 130,
  },
  /** Prometheus' engine over scraped text (charts/dashboards.integration.test.ts). */
  promql: { module: 'prometheus', package: '.', tags: 'remove_all_sd', coldSeconds: 10 },
  /** The servers of Argo CD, and a Redis in memory (test/e2e/together/argocd.e2e.test.ts). */
  argocd: {
    module: 'argocd',
    package: '.',
    symbols: { [`${ARGOCD}/common.version`]: ARGOCD_VERSION.slice(1) },
    toolchain: 'go1.27.3',
    files: { module: ARGOCD, paths: ['manifests/crds', 'manifests/base/config', 'hack/git-verify-wrapper.sh'] },
    coldSeconds: 300,
  },
  'source-controller': flux('source-controller', 240),
  'kustomize-controller': flux('kustomize-controller', 60),
  kind: { module: 'kind', package: 'sigs.k8s.io/kind', coldSeconds: 20 },
} as const satisfies Record<string, Recipe>;

export type BinaryName = keyof typeof RECIPES;

export const BINARY_NAMES = Object.keys(RECIPES) as BinaryName[];

const NOT_OF_A_NODE = [
  ...(['kind', 'health', 'promtool', 'promql', 'argocd'] as const),
  ...(['source-controller', 'kustomize-controller'] as const),
] as const;

/** What the local cluster needs; kind brings its own, the others read files. */
export type NodeBinary = Exclude<BinaryName, (typeof NOT_OF_A_NODE)[number]>;

export const NODE_BINARIES = BINARY_NAMES.filter(
  (name): name is NodeBinary => !(NOT_OF_A_NODE as readonly string[]).includes(name),
);

/** Where each of them is. */
export type NodeBinaryPaths = Record<NodeBinary, string>;

const CNI_PLUGINS: readonly BinaryName[] = ['ptp', 'loopback', 'host-local', 'portmap'];

/** Folder that containerd is told to look for CNI plugins in: it holds nothing else. */
export function cniFolder(): string {
  return join(binariesFolder(), 'cni');
}

export function binaryPath(name: BinaryName): string {
  return join(CNI_PLUGINS.includes(name) ? cniFolder() : binariesFolder(), name);
}

/** What `files` of a recipe names, as its module has it. */
export function filesOf(name: BinaryName): string {
  return join(binariesFolder(), 'files', name);
}
