import { EXPORT_TYPES } from '../model/feeds.ts';
import type { ConnectionStatus, FeedResource } from '../crds/index.ts';
import { ANNOTATIONS } from '../crds/names.ts';
import { createHash } from 'node:crypto';
import { errorDetails, type CheckReport, type DriverManifest } from '../drivers/contract/index.ts';
import type { SessionAnswer, SessionRequest } from '../model/sync-api.ts';
import { withEncoding, type CredentialOutcome } from './credential.ts';
import { readCredential } from './read-credential.ts';
import type { AnyConnection, EngineOptions } from './options.ts';
import { HubRefusal } from './hub-client.ts';
import { KnownPages } from './feeds/known-pages.ts';
import { PendingHints } from './hints/pending-hints.ts';
import { followHints } from './hints/hint-follower.ts';
import { Subscription } from './hints/subscription.ts';
import { mergeConditions, type ConditionValue } from '../kit/conditions.ts';
import { conditionEvents } from './status/condition-events.ts';
import { ConditionLog } from './status/condition-log.ts';
import { credentialExpiry } from './status/credential-expiry.ts';
import { connectionStatus, type FeedsView, type GateFacts } from './status/connection-status.ts';
import { ShownDigest } from './status/shown-digest.ts';
import { StatusPace } from './status/status-pace.ts';
import { requestOf } from './requests.ts';
import { ShopSession } from './shop-session.ts';
import { sealedVault } from './tokens/sealed-vault.ts';

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 120_000;
const SAVE_BUDGET_EVERY_MS = 10_000;

interface Foundation {
  readonly credential: CredentialOutcome;
  readonly fingerprint: string;
}

interface OpenSession {
  readonly fingerprint: string;
  readonly store: ShopSession;
  readonly answer: SessionAnswer;
  /** What the hub was told, as JSON. */
  registered: string;
  readonly subscription: Subscription;
  readonly hints: AbortController;
  /** What the hub of this session has said that it has. */
  readonly pages: KnownPages;
}

/**
 * Whether feeds may run: credential there and accepted, settings understood, store reachable, session at the hub. Keeps
 * it open, finds out what is wrong when it is not, and owns the connection's conditions.
 */
export class ConnectionGate {
  #session: OpenSession | undefined;
  #report: CheckReport | undefined;
  #credentialFault: ConditionValue | undefined;
  #hubFault: ConditionValue | undefined;
  #checkedAt: Date | undefined;
  #retryAt: Date | undefined;
  #failures = 0;
  #failedFingerprint: string | undefined;
  #handledTest: string | undefined;
  #digest: ShownDigest | undefined;
  readonly #pace = new StatusPace();
  #shown: Partial<ConnectionStatus> | undefined;
  readonly #conditionLog: ConditionLog;
  readonly #options: EngineOptions;
  readonly #wake: () => void;
  #refreshExpiresAt: string | undefined;
  #budgetSavedAt = 0;
  #openings = 0;
  /** The hub does not know the session. */
  #forgotten = false;
  /** What hints asked for since it was last taken. */
  readonly hints = new PendingHints();

  constructor(options: EngineOptions, wake: () => void) {
    this.#options = options;
    this.#wake = wake;
    this.#conditionLog = new ConditionLog(options.log);
  }

  /** Feeds may run. */
  get open(): boolean {
    return (
      this.#session !== undefined &&
      this.#report?.credential.status === 'True' &&
      this.#report.reachable.status === 'True'
    );
  }

  /** How often it has opened, so that who waits for that can tell. */
  get openings(): number {
    return this.#openings;
  }

  get session(): OpenSession | undefined {
    return this.#session;
  }

  /** Digest of credential and settings in force; not known before the hub has given the key to it. */
  get digest(): ShownDigest | undefined {
    return this.#digest;
  }

  /** What a session would be made of now. */
  async look(connection: AnyConnection): Promise<Foundation> {
    const credential = await readCredential(connection, this.#options);
    return { credential, fingerprint: fingerprint(connection, credential) };
  }

  /** Something that the session was built from has changed: what runs must drain first. */
  mustReopen({ fingerprint: current }: Foundation): boolean {
    return this.#session !== undefined && (this.#forgotten || this.#session.fingerprint !== current);
  }

  /**
   * Opens, re-opens or re-checks as needed. Findings go to conditions; nothing is thrown for what a person must mend.
   */
  async keepOpen(
    connection: AnyConnection,
    feeds: readonly FeedResource[],
    foundation: Foundation,
    signal: AbortSignal,
  ): Promise<void> {
    const { credential, fingerprint: current } = foundation;
    if (this.mustReopen(foundation)) await this.close();
    const asked = this.#testRequest(connection);
    if (!this.#session && (asked !== undefined || this.#mayTry(current)))
      await this.#openSession(connection, credential, feeds, current);
    const digestKey = this.#session?.answer.digestKey;
    this.#digest = digestKey === undefined ? undefined : new ShownDigest(current, digestKey);
    if (this.#session) await this.#keepRegistered(this.#session, connection, feeds);
    if (this.#session && (asked !== undefined || this.#checkIsDue())) await this.#check(feeds, credential, signal);
    if (this.#session && this.open)
      await this.#session.subscription.keep(
        feeds.map(({ spec }) => spec.type),
        signal,
        asked !== undefined,
      );
    await this.#saveBudget();
    if (asked !== undefined) this.#handledTest = asked;
  }

  /** A test that a person asked for and that has not been carried out. */
  #testRequest(connection: AnyConnection): string | undefined {
    const asked = requestOf(connection, ANNOTATIONS.testRequested);
    return asked === (this.#handledTest ?? connection.status?.lastHandledTestRequest) ? undefined : asked;
  }

  /** At once after a change, else with backoff. */
  #mayTry(current: string): boolean {
    return (
      this.#failedFingerprint !== current || this.#retryAt === undefined || this.#options.clock.now() >= this.#retryAt
    );
  }

  async #openSession(
    connection: AnyConnection,
    credential: CredentialOutcome,
    feeds: readonly FeedResource[],
    current: string,
  ): Promise<void> {
    this.#failedFingerprint = current;
    this.#refreshExpiresAt = undefined;
    this.#report = undefined;
    this.#credentialFault = credential.ok
      ? undefined
      : { status: 'False', reason: credential.reason, message: credential.message };
    if (!credential.ok) return this.#backOff();
    const settings = this.#options.definition.settings.safeParse(connection.spec.settings ?? {});
    if (!settings.success) {
      const [issue] = settings.error.issues;
      this.#credentialFault = {
        status: 'Unknown',
        reason: 'InvalidSettings',
        message: `spec.settings${issue?.path.length ? '.' + issue.path.join('.') : ''}: ${issue?.message ?? 'not as expected'}`,
      };
      return this.#backOff();
    }
    const answer = await this.#registerAtHub(connection, feeds);
    if (!answer) return this.#backOff();
    const store = new ShopSession({
      definition: this.#options.definition,
      keyHosts: this.#options.credential.hosts,
      credential: credential.value,
      settings: settings.data,
      testMode: () => this.#options.resources.snapshot().connection?.spec.mode !== 'Production',
      clock: this.#options.clock,
      random: this.#options.random,
      metrics: this.#options.metrics,
      reach: this.#options.reach,
      plainHttp: this.#options.plainHttp,
      proxy: this.#options.proxy,
      savedBudget: answer.budget,
      tokens: sealedVault(this.#options.hub, credential.value, connection.spec.credentialRef.name, (at) => {
        this.#refreshExpiresAt = at;
      }),
    });
    const { hub, clock, log, metrics } = this.#options;
    const subscription = new Subscription({ hooks: store.driver.webhooks, url: answer.hookUrl, hub, clock, log });
    const hints = new AbortController();
    this.#session = {
      fingerprint: current,
      store,
      answer,
      registered: JSON.stringify(registration(connection, feeds, this.#options.definition.manifest)),
      subscription,
      hints,
      pages: new KnownPages(clock),
    };
    this.#checkedAt = undefined;
    const onNoSession = () => {
      this.#forgotten = true;
      this.#wake();
    };
    void followHints(
      { hub, driver: store.driver, box: this.hints, wake: this.#wake, clock, metrics, log, onNoSession },
      hints.signal,
    );
  }

  async #registerAtHub(connection: AnyConnection, feeds: readonly FeedResource[]): Promise<SessionAnswer | undefined> {
    try {
      const answer = await this.#options.hub.session(
        registration(connection, feeds, this.#options.definition.manifest),
      );
      this.#hubFault = undefined;
      return answer;
    } catch (error) {
      const reason = error instanceof HubRefusal ? error.reason : 'HubUnreachable';
      this.#hubFault = {
        status: 'False',
        reason,
        message: error instanceof Error ? error.message : 'the hub cannot be reached',
      };
      return undefined;
    }
  }

  /**
   * What a Feed says (its safety stock, that there is a catalogue) needs no new session with the store, only the hub's
   * knowledge.
   */
  async #keepRegistered(
    session: OpenSession,
    connection: AnyConnection,
    feeds: readonly FeedResource[],
  ): Promise<void> {
    const now = JSON.stringify(registration(connection, feeds, this.#options.definition.manifest));
    if (now !== session.registered && (await this.#registerAtHub(connection, feeds))) session.registered = now;
  }

  #checkIsDue(): boolean {
    const now = this.#options.clock.now();
    if (!this.#checkedAt) return true;
    if (!this.open) return this.#retryAt === undefined || now >= this.#retryAt;
    return now.getTime() - this.#checkedAt.getTime() >= this.#options.credential.recheckMs;
  }

  /** Asks the store itself; called too when a run failed for a reason that only a check can tell. */
  async #check(feeds: readonly FeedResource[], credential: CredentialOutcome, signal: AbortSignal): Promise<void> {
    const wasOpen = this.open;
    const report = await this.#session!.store.check(
      feeds.map(({ spec }) => spec.type),
      signal,
    );
    this.#report = { ...report, credential: withEncoding(report.credential, credential) };
    this.#checkedAt = this.#options.clock.now();
    if (this.open) {
      this.#failures = 0;
      this.#retryAt = undefined;
      if (!wasOpen) this.#openings++;
    } else this.#backOff();
    if (wasOpen !== this.open)
      this.#options.log.info(
        { open: this.open, reachable: this.#report.reachable.reason, accepted: this.#report.credential.reason },
        'store checked',
      );
  }

  /**
   * So that a restart does not spend what is not there. Lost with a kill: then the platform's own numbers correct it.
   */
  async #saveBudget(now = false): Promise<void> {
    const state = this.#session?.store.budget.state();
    const at = this.#options.clock.now().getTime();
    if (!state || (!now && at - this.#budgetSavedAt < SAVE_BUDGET_EVERY_MS)) return;
    this.#budgetSavedAt = at;
    await this.#options.hub.saveBudget(state).catch(() => undefined);
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

  #measure({ budget, credential, reachable, skewMs, report, refreshExpiresAt }: GateFacts): void {
    const { metrics } = this.#options;
    if (budget) metrics.budget(budget);
    // Whatever closed the gate, a Secret that went or a hub that refuses, says so here.
    if (credential ?? reachable)
      metrics.connection(credential?.status === 'True' && reachable?.status === 'True', skewMs);
    metrics.credentialExpires(credentialExpiry(report?.expiresAt, refreshExpiresAt));
  }

  /** Writes the connection's conditions, when they differ from what was written. */
  async report(connection: AnyConnection, view: FeedsView): Promise<void> {
    const facts: GateFacts = {
      credential: this.#credentialFault ?? this.#report?.credential,
      reachable: this.#hubFault ?? this.#report?.reachable,
      report: this.#report,
      hooks: this.#session?.subscription.view,
      budget: this.#session?.store.budget.view(),
      refreshExpiresAt: this.#refreshExpiresAt,
      skewMs: this.#session?.store.skewMs,
      checkedAt: this.#checkedAt,
      handledTest: this.#handledTest,
      digest: this.#digest?.text,
    };
    this.#measure(facts);
    await this.#apply(
      connectionStatus(facts, view, this.#shown ?? connection.status, {
        now: this.#options.clock.now(),
        generation: connection.metadata.generation,
      }),
    );
  }

  async #apply(status: Partial<ConnectionStatus>): Promise<void> {
    const whole = JSON.stringify(status);
    const now = this.#options.clock.now();
    if (this.#pace.look(status, whole, now) !== 'write') return;
    this.#conditionLog.tell(status.conditions);
    await this.#options.resources.applyConnectionStatus(status);
    await this.#tell(status);
    this.#pace.wrote(status, whole, now);
    this.#shown = status;
  }

  async #tell({ conditions }: Partial<ConnectionStatus>): Promise<void> {
    const { resources, key } = this.#options;
    for (const { type, reason, message } of conditionEvents(this.#shown?.conditions, conditions, resources.readyIsTold))
      await resources.event({ kind: 'Connection', name: key.name }, type, reason, message);
  }

  /**
   * The connection is being deleted: give back what was registered at the store, and say so. While that fails it is
   * tried again at each step; the operator has a deadline and lets go.
   */
  async deregister(connection: AnyConnection, feeds: readonly FeedResource[], signal: AbortSignal): Promise<void> {
    if (connection.status?.conditions?.some(({ type, status }) => type === 'Deregistered' && status === 'True'))
      return this.close();
    const findings = { Deregistered: await this.#takeBack(connection, feeds, signal) };
    await this.close();
    await this.#apply({
      conditions: mergeConditions(connection.status?.conditions, findings, {
        now: this.#options.clock.now(),
        generation: connection.metadata.generation,
      }),
    });
  }

  async #takeBack(
    connection: AnyConnection,
    feeds: readonly FeedResource[],
    signal: AbortSignal,
  ): Promise<ConditionValue> {
    if (!this.#session && connection.status?.hooks?.state !== 'Active')
      return { status: 'True', reason: 'NothingRegistered', message: 'nothing is left at the store' };
    const credential = await readCredential(connection, this.#options);
    if (!this.#session) await this.#openSession(connection, credential, feeds, fingerprint(connection, credential));
    try {
      if (!this.#session) throw new Error('the store cannot be asked: its credential or the hub is missing');
      await this.#session.subscription.remove(signal);
      return { status: 'True', reason: 'Deregistered', message: 'nothing is left at the store' };
    } catch (error) {
      return {
        status: 'False',
        reason: 'DeregistrationFailed',
        message: `webhooks may be left at the store: ${errorDetails(error).message}`.slice(0, 1024),
      };
    }
  }

  async close(): Promise<void> {
    await this.#saveBudget(true);
    const session = this.#session;
    session?.hints.abort();
    this.#session = undefined;
    this.#forgotten = false;
    this.#report = undefined;
    await session?.store.close();
  }
}

/** What the hub must know of a connection. */
function registration(
  { spec }: AnyConnection,
  feeds: readonly FeedResource[],
  manifest: DriverManifest,
): SessionRequest {
  return {
    store: spec.storeRef.name,
    driver: spec.driver,
    mode: spec.mode ?? 'Test',
    credential: spec.credentialRef.name,
    safetyStock: feeds.find((feed) => feed.spec.type === 'StockExport')?.spec.safetyStock,
    stock: manifest.feeds.find((feed) => feed.type === 'StockExport')?.stock,
    ...(manifest.reasons
      ? {
          remedies: Object.fromEntries(
            Object.entries(manifest.reasons).map(([reason, { remedy }]) => [reason, remedy]),
          ),
        }
      : {}),
    exports: EXPORT_TYPES.filter(
      (type) => manifest.feeds.some((feed) => feed.type === type) && feeds.some((feed) => feed.spec.type === type),
    ),
    catalogue: feeds.some((feed) => feed.spec.type === 'ProductImport' || feed.spec.type === 'ProductUpdate'),
  };
}

/** All that a session is made of. A change of any of it makes a new one. Stays in the pod: see ShownDigest. */
function fingerprint(connection: AnyConnection, credential: CredentialOutcome): string {
  const { settings, mode, storeRef, driver } = connection.spec;
  return createHash('sha256')
    .update(JSON.stringify([settings ?? {}, mode ?? 'Test', storeRef.name, driver, credential.digest]))
    .digest('hex')
    .slice(0, 32);
}
