import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { checkBackup, lookAt, restoreBackup } from '../../hub/backup/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { databaseOf, type DatabaseChoice } from '../database-choice.ts';
import { withLocalDatabase } from '../local/database.ts';

export interface RestoreCommand extends DatabaseChoice {
  readonly file: string;
  readonly replace: boolean;
  readonly yes: boolean;
}

export interface RestoreDoors {
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  /** Asks the person; undefined where nobody can be asked. */
  readonly ask?: (question: string) => Promise<string>;
  readonly signal: AbortSignal;
}

/** A database that a backup can be put into. */
interface Restorable {
  readonly description: string;
  look(): Promise<string | undefined>;
  restore(replace: boolean): Promise<void>;
}

/** `supercargo restore FILE`: reads the file wholly, asks if anything would be lost, and only then begins. */
export async function runRestore(command: RestoreCommand, doors: RestoreDoors): Promise<void> {
  const { file, state } = command;
  const { env, say, signal } = doors;
  const { header, rows } = await checkBackup(createReadStream(file));
  say(
    `${file} is whole: ${rows} rows as of ${header.takenAt}, release ${header.release}, PostgreSQL ${header.postgres}`,
  );
  const where = await databaseOf(command, env);
  let after = 'A hub on that database notices within about 10 seconds and starts anew.';
  if (where.kind === 'local') {
    await withLocalDatabase({ state, env, alone: true, make: true, signal }, (url) =>
      agreed(command, doors, {
        description: env['SUPERCARGO_DATABASE_URL']
          ? 'the database of SUPERCARGO_DATABASE_URL'
          : `the database in ${state}`,
        look: () => lookAt(url),
        restore: async (replace) =>
          void (await restoreBackup({
            url,
            source: createReadStream(file),
            replace,
            say,
            clock: systemClock,
            newId: randomUUID,
          })),
      }),
    );
  } else {
    const { clusterDatabase } = await import('../cluster/hub-database.ts');
    const hub = await clusterDatabase(where.config, command.systemNamespace, process.stderr);
    try {
      await agreed(command, doors, {
        ...hub,
        async restore(replace) {
          after = (await hub.restore(createReadStream(file), replace))
            ? 'The hub has started anew on it.'
            : `But ${hub.description} has not started anew in three minutes: look at its pods.`;
        },
      });
    } finally {
      await hub.close();
    }
  }
  say(`restored. ${after} The feeds read on from where the backup is.`);
  say(
    'now: let the back office post all stock levels again, and repeat what it has told the hub since the backup (docs/operating.md, "Restore")',
  );
}

async function agreed(
  { replace, yes }: RestoreCommand,
  { ask, say }: RestoreDoors,
  database: Restorable,
): Promise<void> {
  const loss = await database.look();
  if (loss !== undefined) {
    if (!replace)
      throw new Error(
        `${database.description} holds ${loss}: nothing was restored. Give --replace to lose that, or restore into a new one`,
      );
    say(`${database.description} holds ${loss}: that will be lost`);
  }
  if (!yes) {
    if (!ask) throw new Error('nobody can be asked here: give --yes to restore without a question');
    if ((await ask(`restore into ${database.description}? Type "yes": `)).trim() !== 'yes')
      throw new Error('nothing was restored');
  }
  await database.restore(replace);
}
