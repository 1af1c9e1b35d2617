import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { conform, type CaseResult } from '../../drivers/conformance/suite.ts';
import type { Subject } from '../../drivers/conformance/world.ts';
import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import type { Wire } from '../../simulator/desk/wire.ts';
import { wires } from '../../simulator/wires/index.ts';

export interface ConformanceCommand {
  /** A built-in driver; `generic` if absent and no module is given. */
  readonly name?: string;
  /**
   * A module that exports `driver` (a DriverDefinition) and, where its platform is not simulated here, `wire` (a Wire).
   */
  readonly module?: string;
  /** Cases, by id, with commas; a chapter (`C8`) stands for all of its cases. */
  readonly cases?: string;
}

/** `supercargo conformance`: each case, passed, skipped with its reason, or failed. Whether none failed. */
export async function runConformance(command: ConformanceCommand, say: (line: string) => void): Promise<boolean> {
  const subject = await subjectOf(command);
  const wanted = command.cases
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const counts = { passed: 0, skipped: 0, failed: 0 };
  for (const paging of subject.wire.subject.pagings) {
    say(
      `${subject.definition.manifest.title}, at a simulated shop that speaks like ${subject.wire.name} and pages by ${paging}`,
    );
    for await (const result of conform(
      { ...subject, paging },
      { matches: wanted && ((id) => wanted.some((each) => id === each || id.startsWith(`${each}.`))) },
    )) {
      counts[result.outcome]++;
      say(lineOf(result));
    }
  }
  if (counts.passed + counts.failed + counts.skipped === 0) throw new Error(`no case is called ${command.cases}`);
  say(`${counts.passed} passed, ${counts.skipped} skipped, ${counts.failed} failed`);
  return counts.failed === 0;
}

function lineOf(result: CaseResult): string {
  const { id, proves } = result;
  if (result.outcome === 'passed') return `  passed   ${id.padEnd(24)} ${proves}`;
  return `  ${result.outcome.padEnd(8)} ${id.padEnd(24)} ${result.reason}${result.outcome === 'failed' ? ` (the driver ${proves})` : ''}`;
}

async function subjectOf({ name, module }: ConformanceCommand): Promise<Subject> {
  const given =
    module === undefined
      ? {}
      : ((await import(pathToFileURL(resolve(module)).href)) as {
          readonly driver?: DriverDefinition;
          readonly wire?: Wire;
        });
  const definition = given.driver ?? builtinDrivers().get(name ?? 'generic');
  if (!definition)
    throw new Error(
      `there is no driver ${name ?? ''}: choose from ${[...builtinDrivers().keys()].join(', ')}, or give --module with a file that exports "driver"`,
    );
  const wire = given.wire ?? wires().get(definition.manifest.name);
  if (!wire)
    throw new Error(
      `the simulated shop does not speak like ${definition.manifest.name}: export "wire" from the module (simulator/desk/wire.ts says what it is)`,
    );
  return { definition, wire };
}
