/** What stands around a command when it is run. */
export type World =
  /** A folder that looks like a clone of the repository, and nothing that runs. */
  | 'folder'
  /** A simulated shop of the page's platform, and `supercargo up` as the page starts it. */
  | 'up'
  /** A hub on a real PostgreSQL, with a Store, its key and one product. */
  | 'hub'
  /** A real PostgreSQL with somebody who holds a lock. */
  | 'database'
  /** A real API server with the controllers of Kubernetes, our operator, and pods that only say that they are well. */
  | 'api server'
  /** A cluster where pods run, the chart installed, a connection to a simulated shop (test/e2e/together). */
  | 'cluster';

/** Why a command is run by nothing here. Everything that a test can run, a test runs. */
export const REASONS = {
  mention: 'the page speaks of a command; what is there to copy stands elsewhere',
  'make test': 'the test command itself, or a part of it: whoever runs this test runs it',
  'own test': 'run by the test that is named, with other names',
  long: 'a measurement, or a hunt for faults: longer than a test may take',
  registry: "needs a registry of the person's own, and the right to push to it",
  engine: 'needs a Docker engine and base images; the same image is built without one for the end-to-end tests',
  ports: 'takes fixed ports of the machine; what it starts is run with free ones',
  network: 'asks a package registry: nothing that a test may hang on',
  'shop server': "typed on the shop's own server",
  tool: 'a program of others that nothing here needs',
  clone: 'changes the very clone or machine that the tests run on',
} as const;

export type Reason = keyof typeof REASONS;

export interface Run {
  /** As the page has it. */
  readonly text: string;
  readonly world: World;
  /** The page where it is run, with what stands before it there; absent: once, wherever it stands. */
  readonly page?: string;
  /** Where in the middle of another page it is run, since what it needs is there. */
  readonly amid?: string;
  /** Exit codes that are right; 0 if absent. `grep` that finds nothing ends with 1. */
  readonly code?: number | readonly number[];
  /** What the page promises of it, in what it prints. */
  readonly says?: RegExp;
  /** It goes on running; this is what it says once it does its work. */
  readonly stays?: RegExp;
  /** It is run in the repository itself, and writes nothing there: jest does not find what is linked. */
  readonly inTheClone?: boolean;
  /** What was left running is ended before it. */
  readonly alone?: boolean;
  /** What stands for a name of the reader's own, beside what the world fills in. */
  readonly fill?: Readonly<Record<string, string>>;
  /** What a person types when it asks. */
  readonly answer?: string;
  /** A second command behind it that shows what it did. */
  readonly then?: string;
}

export interface LeftOut {
  readonly text: string;
  readonly why: Reason;
  /** The test that does it instead. */
  readonly by?: string;
}

export type PlanRow = Run | LeftOut;

export const isRun = (row: PlanRow): row is Run => 'world' in row;

type Details = Omit<Run, 'text' | 'world'>;

/** Rows of one world: `const here = runsIn('folder')`, then `here('make lint', { says: /…/ })`. */
export const runsIn =
  (world: World, common: Details = {}) =>
  (text: string, details: Details = {}): Run => ({
    ...{ text, world, ...common, ...details },
    fill: { ...common.fill, ...details.fill },
  });

/** Commands that are left out for one reason. */
export const leftOut = (why: Reason, ...texts: readonly string[]): LeftOut[] => texts.map((text) => ({ text, why }));

/** Commands that a test of another name runs. */
export const runBy = (by: string, ...texts: readonly string[]): LeftOut[] =>
  texts.map((text) => ({ text, why: 'own test', by }));
