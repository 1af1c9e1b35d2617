import { initial } from './0001-initial.ts';
import { guarantees } from './0002-guarantees.ts';
import { operations } from './0003-operations.ts';
import { directCopy } from './0004-direct-copy.ts';
import { outbox } from './0005-outbox.ts';
import { delayed } from './0006-delayed.ts';
import { positions } from './0007-positions.ts';
import { levelsByVariant } from './0008-levels-by-variant.ts';
import { keptLevels } from './0009-kept-levels.ts';
import { problemSubjects } from './0010-problem-subjects.ts';
import { remedies } from './0015-remedies.ts';
import { references } from './0016-references.ts';
import { changes } from './0017-changes.ts';
import { epoch } from './0019-epoch.ts';
import { lastWord } from './0021-last-word.ts';
import { prices } from './0022-prices.ts';
import { met } from './0023-met.ts';
import { fairDeliveries } from './0037-fair-deliveries.ts';
import { waiting } from './0024-waiting.ts';
import { submitted } from './0025-submitted.ts';
import { orderFacts } from './0027-order-facts.ts';
import { stockMeaning } from './0032-stock-meaning.ts';

/** In order; the position is the schema version. Only ever appended to. */
export const MIGRATIONS: readonly { readonly name: string; readonly sql: string }[] = [
  { name: '0001-initial', sql: initial },
  { name: '0002-guarantees', sql: guarantees },
  { name: '0003-operations', sql: operations },
  { name: '0004-direct-copy', sql: directCopy },
  { name: '0005-outbox', sql: outbox },
  { name: '0006-delayed', sql: delayed },
  { name: '0007-positions', sql: positions },
  { name: '0008-levels-by-variant', sql: levelsByVariant },
  { name: '0009-kept-levels', sql: keptLevels },
  { name: '0010-problem-subjects', sql: problemSubjects },
  { name: '0015-remedies', sql: remedies },
  { name: '0016-references', sql: references },
  { name: '0017-changes', sql: changes },
  { name: '0019-epoch', sql: epoch },
  { name: '0021-last-word', sql: lastWord },
  { name: '0022-prices', sql: prices },
  { name: '0023-met', sql: met },
  { name: '0037-fair-deliveries', sql: fairDeliveries },
  { name: '0024-waiting', sql: waiting },
  { name: '0025-submitted', sql: submitted },
  { name: '0027-order-facts', sql: orderFacts },
  { name: '0032-stock-meaning', sql: stockMeaning },
];
