import type { FeedStatus, DriverResource } from '../../crds/index.ts';
import { formatDuration } from '../../model/duration.ts';
import { DEFAULT_BATCH_SIZE, scheduleOf, type FreshnessRule } from '../../model/feed-rules.ts';
import type { FeedView } from '../views.ts';

/** The schedule in force of a feed of that driver. */
export function feedSchedule({ spec }: FeedView, driver: DriverResource): string | undefined {
  return scheduleOf(spec, driver.spec.feeds.find(({ type }) => type === spec.type)?.defaultSchedule);
}

/** Values in force, defaults applied. The schedule must be one without a fault. */
export function effectiveValues(
  feed: FeedView,
  driver: DriverResource,
  freshnessRule: FreshnessRule,
): NonNullable<FeedStatus['effective']> {
  const { spec } = feed;
  const schedule = feedSchedule(feed, driver);
  const limit = freshnessRule.of(spec, schedule);
  const freshness = spec.freshness ?? (limit === undefined ? undefined : formatDuration(limit));
  return {
    ...(schedule === undefined ? {} : { schedule, timeZone: spec.timeZone ?? 'UTC' }),
    batchSize: spec.batchSize ?? DEFAULT_BATCH_SIZE,
    ...(freshness === undefined ? {} : { freshness }),
  };
}
