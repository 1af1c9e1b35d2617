import type { FeedStatus } from '../../crds/index.ts';
import type { FeedTracker } from '../feeds/feed-tracker.ts';
import type { EngineOptions } from '../options.ts';
import { feedStatus, statusDigest } from './feed-status.ts';
import { problemEvents } from './problem-events.ts';
import { StatusPace } from './status-pace.ts';

/** A quiet status (nothing changed) is refreshed this often, so that it never looks dead. */
const QUIET_REFRESH_MS = 30 * 60_000;

/** Writes what is to be said of feeds: their status, and Events of what a person must mend. */
export class FeedReporter {
  readonly #options: Pick<EngineOptions, 'clock' | 'log' | 'resources'>;
  readonly #paces = new WeakMap<FeedTracker, StatusPace>();

  constructor(options: Pick<EngineOptions, 'clock' | 'log' | 'resources'>) {
    this.#options = options;
  }

  /**
   * Writes the feed's status where it is worth it. One that the API server refuses is logged, and keeps no other from
   * being written. `waitingFor`: the type of the feed that the initial sync does first.
   */
  async report(feed: FeedTracker, waitingFor: string | undefined): Promise<void> {
    try {
      await this.#write(feed, waitingFor, this.#options.clock.now());
      feed.notWritten = undefined;
    } catch (error) {
      this.#tellNotWritten(feed, error);
    }
  }

  async #write(feed: FeedTracker, waitingFor: string | undefined, now: Date): Promise<void> {
    const facts = feed.facts(waitingFor);
    if (feed.shows(facts, now)) return;
    const status = feedStatus(
      {
        summary: feed.summary,
        outcome: feed.outcome,
        running: feed.running,
        lastSuccessAt: feed.lastSuccessAt,
        freshnessMs: feed.freshnessMs,
        startedAt: feed.startedAt,
        nextAt: feed.nextAt,
        fault: feed.fault,
        waitingFor,
        handledRunRequest: feed.handledRunRequest,
        handledSyncRequest: feed.handledSyncRequest,
        generation: feed.resource.metadata.generation,
      },
      feed.resource.status?.conditions,
      now,
    );
    const whole = statusDigest(status);
    const pace = this.#paceOf(feed);
    const what = pace.look(status, whole, now);
    if (what === 'putOff') return;
    if (what === 'write') {
      await this.#options.resources.applyFeedStatus(feed.resource.metadata.name, status);
      await this.#tellProblems(feed, status);
      pace.wrote(status, whole, now);
    }
    feed.hasShown(facts, now);
  }

  #paceOf(feed: FeedTracker): StatusPace {
    let pace = this.#paces.get(feed);
    if (!pace) this.#paces.set(feed, (pace = new StatusPace(QUIET_REFRESH_MS)));
    return pace;
  }

  /** It is tried again at each step: told once, until it is refused for another reason. */
  #tellNotWritten(feed: FeedTracker, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    if (feed.notWritten !== why)
      this.#options.log.warn(
        { err: error, feed: feed.resource.metadata.name },
        "a feed's status could not be written; trying again",
      );
    feed.notWritten = why;
  }

  /** Compared with what this pod last told, after a restart with what the resource shows. */
  async #tellProblems(feed: FeedTracker, { recentProblems = [], problems }: Partial<FeedStatus>): Promise<void> {
    if (!problems) return;
    const name = feed.resource.metadata.name;
    for (const { reason, message } of problemEvents(
      feed.reportedProblems ?? feed.resource.status?.recentProblems ?? [],
      recentProblems,
      problems?.error ?? 0,
    )) {
      await this.#options.resources.event({ kind: 'Feed', name }, 'Warning', reason, message);
    }
    feed.reportedProblems = recentProblems;
  }
}
