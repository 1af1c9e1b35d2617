import { findCondition, isTrue, type Condition } from './conditions.ts';

/** A resource with a status, as tests hand it in. */
export interface Checked {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** The conditions a resource must carry beside the general rules. */
export interface CheckOptions {
  /** Kinds that have no Ready condition (none of ours). */
  readonly withoutReady?: boolean;
}

type Rule = (resource: Checked, conditions: readonly Condition[]) => string | undefined;

/**
 * What is wrong with the status of a resource by kstatus and the API conventions; empty when all is well. Port of the
 * idea of Flux's conditions/check: it runs on every resource of every integration test, so a reconciler cannot drift.
 */
export function kstatusProblems(resource: Checked, options: CheckOptions = {}): string[] {
  const conditions = resource.status?.conditions ?? [];
  const rules = options.withoutReady ? SHAPE : [...SHAPE, ...READY];
  return rules
    .flatMap((rule) => rule(resource, conditions) ?? [])
    .map((problem) => `${resource.kind} ${resource.metadata.name}: ${problem}`);
}

const each =
  (problem: (condition: Condition) => string | undefined): Rule =>
  (_resource, conditions) =>
    conditions.flatMap((condition) => problem(condition) ?? [])[0];

const SHAPE: readonly Rule[] = [
  each(({ type }) => (/^[A-Z][A-Za-z0-9]*$/.test(type) ? undefined : `condition type "${type}" is not CamelCase`)),
  each(({ type, reason }) =>
    /^[A-Z][A-Za-z0-9]*$/.test(reason)
      ? undefined
      : `${type} has the reason "${reason}": it must be CamelCase and not empty`,
  ),
  each(({ type, message }) => (message.trim() === '' ? `${type} has no message` : undefined)),
  each(({ type, lastTransitionTime }) =>
    Number.isNaN(Date.parse(lastTransitionTime)) ? `${type} has no lastTransitionTime` : undefined,
  ),
  (_resource, conditions) => {
    const types = conditions.map(({ type }) => type);
    const twice = types.find((type, index) => types.indexOf(type) !== index);
    return twice && `condition ${twice} is there twice`;
  },
  ({ metadata }, conditions) => {
    const ahead = conditions.find(({ observedGeneration = 0 }) => observedGeneration > (metadata.generation ?? 0));
    return ahead && `${ahead.type} speaks of generation ${ahead.observedGeneration}, which is still to come`;
  },
];

const READY: readonly Rule[] = [
  (_resource, conditions) => (findCondition(conditions, 'Ready') ? undefined : 'has no Ready condition'),
  (_resource, conditions) => {
    const truths = ['Ready', 'Reconciling', 'Stalled'].filter((type) => isTrue(conditions, type));
    return truths.length > 1 ? `${truths.join(' and ')} are True at once` : undefined;
  },
  (_resource, conditions) => {
    const idle = ['Reconciling', 'Stalled'].find((type) => findCondition(conditions, type)?.status === 'False');
    return idle && `${idle}=False must be left out (abnormal-true)`;
  },
  (_resource, conditions) => {
    const ready = findCondition(conditions, 'Ready');
    const cause = ['Reconciling', 'Stalled']
      .map((type) => findCondition(conditions, type))
      .find((condition) => condition?.status === 'True');
    return ready && cause && ready.reason !== cause.reason
      ? `Ready says ${ready.reason}, ${cause.type} says ${cause.reason}`
      : undefined;
  },
  ({ status }, conditions) => {
    const speaksOf = findCondition(conditions, 'Ready')?.observedGeneration;
    const settled = !isTrue(conditions, 'Reconciling');
    return settled && speaksOf !== undefined && status?.observedGeneration !== speaksOf
      ? `has settled at generation ${speaksOf}, but observedGeneration is ${status?.observedGeneration ?? 'absent'}`
      : undefined;
  },
];
