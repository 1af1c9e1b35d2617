import type { ConnectionStatus, FeedResource } from '../crds/index.ts';
import { ANNOTATIONS } from '../crds/index.ts';
import { createHash } from 'node:crypto';
import type { CheckReport } from '../drivers/contract/index.ts';
import type { FeedType } from '../model/feeds.ts';
import type { SessionAnswer } from '../model/sync-api.ts';
import { parseCredential, type CredentialOutcome } from './credential.ts';
import type { AnyConnection, EngineOptions } from './engine.ts';
import { HubRefusal } from './hub-client.ts';
import { mergeConditions, type Finding } from '../kit/conditions.ts';
import { connectionStatus, type FeedsView, type GateFacts } from './status/connection-status.ts';
import { StoreSession } from './store-session.ts';

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 120_000;

interface OpenSession {
  readonly fingerprint: string;
  readonly store: StoreSession;
  readonly answer: SessionAnswer;
}

/**
 * Whether feeds may run: credential there and accepted, settings understood, store reachable, session at the hub. Keeps
 * it open, finds out what is wrong when it is not, and owns the connection's conditions.
 */
export class ConnectionGate {
  #session: OpenSession | undefined;
  #report: CheckReport | undefined;
  #credentialFault: Finding | undefined;
  #hubFault: Finding | undefined;
  #checkedAt: Date | undefined;
  #retryAt: Date | undefined;
  #failures = 0;
  #failedFingerprint: string | undefined;
  #handledTest: string | undefined;
  #digest: string | undefined;
  #written = '';
  #shown: Partial<ConnectionStatus> | undefined;
  readonly #options: EngineOptions;
  readonly #wake: () => void;
  #hints: AbortController | undefined;
  /** Feeds that a hint from the hub asked for since they were last taken. */
  readonly hinted = new Set<FeedType>();

  constructor(options: EngineOptions, wake: () => void) {
    this.#options = options;
    this.#wake = wake;
  }

  /** Feeds may run. */
  get open(): boolean {
    return this.#session !== undefined && this.#report?.credential.status === 'True' && this.#report.reachable.status === 'True';
  }

  get session(): OpenSession | undefined {
    return this.#session;
  }

  /** Digest of credential and settings in force. */
  get digest(): string | undefined {
    return this.#digest;
  }

  /** Something that the session was built from has changed: what runs must drain first. */
  async mustReopen(connection: AnyConnection): Promise<boolean> {
    return this.#session !== undefined && this.#session.fingerprint !== fingerprint(connection, await this.#readCredential(connection));
  }

  /** Opens, re-opens or re-checks as needed. Findings go to conditions; nothing is thrown for what a person must mend. */
  async keepOpen(connection: AnyConnection, feeds: readonly FeedResource[], signal: AbortSignal): Promise<void> {
    const credential = await this.#readCredential(connection);
    const current = fingerprint(connection, credential);
    if (this.#session && this.#session.fingerprint !== current) await this.close();
    this.#digest = current;
    const asked = this.#testRequest(connection);
    if (!this.#session && (asked !== undefined || this.#mayTry(current))) await this.#openSession(connection, credential, feeds, current);
    if (this.#session && (asked !== undefined || this.#checkIsDue())) await this.#check(feeds, signal);
    if (asked !== undefined) this.#handledTest = asked;
  }

  /** A test that a person asked for and that has not been carried out. */
  #testRequest(connection: AnyConnection): string | undefined {
    const asked = connection.metadata.annotations?.[ANNOTATIONS.testRequested];
    return asked === (this.#handledTest ?? connection.status?.lastHandledTestRequest) ? undefined : asked;
  }

  /** At once after a change, else with backoff. */
  #mayTry(current: string): boolean {
    return this.#failedFingerprint !== current || this.#retryAt === undefined || this.#options.clock.now() >= this.#retryAt;
  }

  async #readCredential(connection: AnyConnection): Promise<CredentialOutcome> {
    const { secretName, keys } = this.#options.credential;
    return parseCredential(await this.#options.readSecret(), this.#options.definition.credential, secretName, keys, connection.metadata.uid ?? connection.metadata.name);
  }

  async #openSession(connection: AnyConnection, credential: CredentialOutcome, feeds: readonly FeedResource[], current: string): Promise<void> {
    this.#failedFingerprint = current;
    this.#report = undefined;
    this.#credentialFault = credential.ok ? undefined : { status: 'False', reason: credential.reason, message: credential.message };
    if (!credential.ok) return this.#backOff();
    const settings = this.#options.definition.settings.safeParse(connection.spec.settings ?? {});
    if (!settings.success) {
      const [issue] = settings.error.issues;
      this.#credentialFault = { status: 'Unknown', reason: 'SettingsInvalid', message: `spec.settings${issue?.path.length ? '.' + issue.path.join('.') : ''}: ${issue?.message ?? 'not as expected'}` };
      return this.#backOff();
    }
    const answer = await this.#registerAtHub(connection, feeds);
    if (!answer) return this.#backOff();
    const store = new StoreSession({
      definition: this.#options.definition, credential: credential.value, settings: settings.data, testMode: () => this.#options.resources.snapshot().connection?.spec.mode !== 'Production',
      clock: this.#options.clock, random: this.#options.random, metrics: this.#options.metrics,
    });
    this.#session = { fingerprint: current, store, answer };
    this.#checkedAt = undefined;
    this.#followHints();
  }

  async #registerAtHub(connection: AnyConnection, feeds: readonly FeedResource[]): Promise<SessionAnswer | undefined> {
    try {
      const answer = await this.#options.hub.session({
        store: connection.spec.storeRef.name, driver: connection.spec.driver, mode: connection.spec.mode ?? 'Test',
        catalogue: feeds.some(({ spec }) => spec.type === 'ProductImport' || spec.type === 'ProductUpdate'),
      });
      this.#hubFault = undefined;
      return answer;
    } catch (error) {
      const reason = error instanceof HubRefusal ? error.reason : 'HubUnreachable';
      this.#hubFault = { status: 'False', reason, message: error instanceof Error ? error.message : 'the hub cannot be reached' };
      return undefined;
    }
  }

  #checkIsDue(): boolean {
    const now = this.#options.clock.now();
    if (!this.#checkedAt) return true;
    if (!this.open) return this.#retryAt === undefined || now >= this.#retryAt;
    return now.getTime() - this.#checkedAt.getTime() >= this.#options.credential.recheckMs;
  }

  /** Asks the store itself; called too when a run failed for a reason that only a check can tell. */
  async #check(feeds: readonly FeedResource[], signal: AbortSignal): Promise<void> {
    const wasOpen = this.open;
    this.#report = await this.#session!.store.check(feeds.map(({ spec }) => spec.type), signal);
    this.#checkedAt = this.#options.clock.now();
    this.#options.metrics.connection(this.open, this.#session!.store.skewMs);
    if (this.open) {
      this.#failures = 0;
      this.#retryAt = undefined;
    } else this.#backOff();
    if (wasOpen !== this.open) this.#options.log.info({ open: this.open, reachable: this.#report.reachable.reason, accepted: this.#report.credential.reason }, 'store checked');
  }

  /** A run met an error that a check would explain: check at the next step. */
  suspect(): void {
    this.#checkedAt = undefined;
    this.#wake();
  }

  #backOff(): void {
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    this.#retryAt = new Date(this.#options.clock.now().getTime() + delay);
  }

  /** Waits at the hub for what it wants run at once. Polling stays the truth: a lost hint costs time only. */
  #followHints(): void {
    const hints = new AbortController();
    this.#hints = hints;
    const { hub, clock } = this.#options;
    void (async () => {
      while (!hints.signal.aborted) {
        try {
          const feeds = await hub.hints(hints.signal);
          for (const feed of feeds) this.hinted.add(feed);
          if (feeds.length > 0) this.#wake();
        } catch {
          await clock.sleep(1000, hints.signal);
        }
      }
    })();
  }

  /** Writes the connection's conditions, when they differ from what was written. */
  async report(connection: AnyConnection, view: FeedsView): Promise<void> {
    const facts: GateFacts = {
      credential: this.#credentialFault ?? this.#report?.credential,
      reachable: this.#hubFault ?? this.#report?.reachable,
      report: this.#report, skewMs: this.#session?.store.skewMs, checkedAt: this.#checkedAt, handledTest: this.#handledTest, digest: this.#digest,
    };
    await this.#apply(connectionStatus(facts, view, this.#shown ?? connection.status, { now: this.#options.clock.now(), generation: connection.metadata.generation }));
  }

  async #apply(status: Partial<ConnectionStatus>): Promise<void> {
    const key = JSON.stringify(status);
    if (key === this.#written) return;
    await this.#options.resources.applyConnectionStatus(status);
    await this.#tell(status);
    this.#written = key;
    this.#shown = status;
  }

  /** Events only when a condition's status changed. */
  async #tell(status: Partial<ConnectionStatus>): Promise<void> {
    for (const condition of status.conditions ?? []) {
      const old = this.#shown?.conditions?.find(({ type }) => type === condition.type);
      if (!old || old.status === condition.status || condition.status === 'Unknown') continue;
      await this.#options.resources.event({ kind: 'Connection', name: this.#options.key.name }, condition.status === 'True' ? 'Normal' : 'Warning', condition.reason, `${condition.type}: ${condition.message}`);
    }
  }

  /** The connection is being deleted: give back what was registered at the store, and say so. Vendure has nothing to give back. */
  async deregister(connection: AnyConnection): Promise<void> {
    await this.close();
    const findings = { Deregistered: { status: 'True' as const, reason: 'NothingRegistered', message: 'nothing is left at the store' } };
    await this.#apply({ conditions: mergeConditions(connection.status?.conditions, findings, { now: this.#options.clock.now(), generation: connection.metadata.generation }) });
  }

  async close(): Promise<void> {
    this.#hints?.abort();
    const session = this.#session;
    this.#session = undefined;
    this.#report = undefined;
    await session?.store.close();
  }
}

/** All that a session is made of. A change of any of it makes a new one. */
function fingerprint(connection: AnyConnection, credential: CredentialOutcome): string {
  const { settings, mode, storeRef, driver } = connection.spec;
  return createHash('sha256').update(JSON.stringify([settings ?? {}, mode ?? 'Test', storeRef.name, driver, credential.digest])).digest('hex').slice(0, 32);
}
